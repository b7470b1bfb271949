//! What CUDA, WGSL, GLSL, HLSL, OpenCL, C and Rust have, and how it is written here. Asked before any similar name is
//! looked for: who writes `sinf` did not mean `min`.

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// `name`.
    Value,
    /// `name(x)`.
    Function,
    /// `x.name()`.
    Method,
}

use Use::{Function, Method, Value};

/// Where names can stand, the names, and what to do.
type Row = (&'static [Use], &'static [&'static str], &'static str);

/// What a name of another language is here, as a line of help.
#[must_use]
pub fn foreign(name: &str, used: Use) -> Option<&'static str> {
    let rows = POSITIONS.iter().chain(TOGETHER).chain(NUMBERS).chain(BITS).chain(MEMORY);
    let known = rows.into_iter().find(|(uses, names, _)| uses.contains(&used) && names.contains(&name));
    known.map(|(.., help)| *help).or_else(|| {
        let begins = |(prefix, _): &&(&str, &str)| used != Value && name.starts_with(prefix);
        PREFIXES.iter().find(begins).map(|(_, help)| *help)
    })
}

/// What a type of C, WGSL, CUDA or Rust is called here.
#[must_use]
pub fn own_type(typed: &str) -> Option<&'static str> {
    Some(match typed {
        "float" | "f64" | "double" => "f32",
        "half" | "float16" => "f16",
        "int" | "isize" | "int32_t" => "i32",
        "uint" | "unsigned" | "usize" | "size_t" | "uint32_t" => "u32",
        "long" | "int64_t" | "i128" => "i64",
        "ulong" | "uint64_t" | "u128" => "u64",
        "char" | "byte" | "uchar" | "uint8_t" => "u8",
        "boolean" => "bool",
        "vec2" | "float2" => "f32x2",
        "vec3" | "float3" => "f32x3",
        "vec4" | "float4" => "f32x4",
        "ivec2" | "int2" => "i32x2",
        "ivec4" | "int4" => "i32x4",
        "uvec2" | "uint2" => "u32x2",
        "uvec4" | "uint4" => "u32x4",
        // `f23`: a type of some other size.
        _ => {
            let (letter, size) = typed.split_at_checked(1)?;
            let is_size = (2..=3).contains(&size.len()) && size.bytes().all(|digit| digit.is_ascii_digit());
            return ["f32", "i32", "u32"].into_iter().find(|own| is_size && own.starts_with(letter));
        }
    })
}

/// Where the invocation is.
const POSITIONS: &[Row] = &[
    (
        &[Value, Function],
        &["threadIdx", "gl_LocalInvocationID", "local_invocation_id", "get_local_id", "gl_LocalInvocationIndex"],
        "the place in the workgroup is `local_id()`, as one number `local_index()`",
    ),
    (
        &[Value, Function],
        &["blockIdx", "gl_WorkGroupID", "get_group_id", "SV_GroupID"],
        "the workgroup's place is `workgroup_id()`",
    ),
    (
        &[Value, Function],
        &["blockDim", "gl_WorkGroupSize", "get_local_size"],
        "a workgroup's size is `workgroup_size()`, a constant",
    ),
    (
        &[Value, Function],
        &["gridDim", "gl_NumWorkGroups", "get_num_groups"],
        "how many workgroups there are is `num_workgroups()`",
    ),
    (
        &[Value, Function],
        &["gl_GlobalInvocationID", "global_invocation_id", "tid", "gid", "thread_id", "get_global_id"],
        "the place in the whole grid is `global_id()`; of one axis `global_id().x`",
    ),
    (
        &[Value, Function],
        &["lane_id", "laneid", "laneId", "gl_SubgroupInvocationID", "subgroup_invocation_id"],
        "the place in the subgroup is `subgroup_lane()`, inside `if supports!(subgroups)`",
    ),
    (&[Value], &["warpSize", "gl_SubgroupSize"], "it is `subgroup_size()`, inside `if supports!(subgroups)`"),
];

/// What invocations do together.
const TOGETHER: &[Row] = &[
    (
        &[Function],
        &[
            "__syncthreads",
            "syncthreads",
            "barrier",
            "workgroupBarrier",
            "threadgroup_barrier",
            "GroupMemoryBarrierWithGroupSync",
        ],
        "write `workgroup_barrier()`",
    ),
    (
        &[Function],
        &["storageBarrier", "__threadfence", "__threadfence_block", "memoryBarrier", "memoryBarrierBuffer"],
        "write `storage_barrier()`, which every invocation must reach",
    ),
    (&[Function], &["__ballot_sync", "subgroupBallot"], "write `subgroup_ballot(x)`, inside `if supports!(subgroups)`"),
    (
        &[Function],
        &["__any_sync", "__all_sync", "subgroupAny", "subgroupAll"],
        "write `subgroup_any(x)`, `subgroup_all(x)`, inside `if supports!(subgroups)`",
    ),
    (
        &[Function],
        &["__reduce_add_sync", "subgroupAdd", "simd_sum"],
        "write `subgroup_add(x)`, inside `if supports!(subgroups)`",
    ),
];

/// Names that begin so, whatever follows.
const PREFIXES: &[(&str, &str)] = &[
    ("__shfl_down", "write `subgroup_shuffle_down(x, n)`, inside `if supports!(subgroups)`"),
    ("__shfl_up", "write `subgroup_shuffle_up(x, n)`, inside `if supports!(subgroups)`"),
    ("__shfl_xor", "write `subgroup_shuffle_xor(x, mask)`, inside `if supports!(subgroups)`"),
    ("__shfl", "write `subgroup_shuffle(x, lane)`, inside `if supports!(subgroups)`"),
    ("subgroupShuffle", "write `subgroup_shuffle(x, lane)`, inside `if supports!(subgroups)`"),
    ("atomic", "take the buffer as `&[Atomic<u32>]`, and write `a[i].add(v)`, `.max(v)`, `.exchange(v)`"),
    ("Interlocked", "take the buffer as `&[Atomic<u32>]`, and write `a[i].add(v)`, `.max(v)`, `.exchange(v)`"),
    ("fetch_", "the elements are `Atomic<u32>` or `Atomic<i32>`, and the methods `.add(v)`, `.max(v)`, `.or(v)`"),
];

/// Functions of numbers, and constants.
const NUMBERS: &[Row] = &[
    (&[Function], &["fmax", "fmaxf"], "write `x.max(y)`"),
    (&[Function], &["fmin", "fminf"], "write `x.min(y)`"),
    (&[Function], &["fabs", "fabsf"], "write `x.abs()`"),
    (&[Function], &["sqrtf"], "write `x.sqrt()`"),
    (&[Function], &["floorf", "ceilf", "truncf", "roundf"], "write `x.floor()`, `x.ceil()`, `x.trunc()`, `x.round()`"),
    (&[Function], &["expf", "__expf"], "write `x.exp()`"),
    (&[Function], &["tanhf"], "write `x.tanh()`"),
    (&[Function], &["fma", "fmaf", "mad"], "write `x.mul_add(y, z)`"),
    (&[Function, Method], &["rsqrtf", "inversesqrt", "inverseSqrt"], "write `x.rsqrt()`"),
    (
        &[Function, Method],
        &["pow", "__powf", "pown", "powr"],
        "of floats it is `x.powf(y)`, or with a whole exponent `x.powi(n)`",
    ),
    (
        &[Function, Method],
        &["sinf", "__sinf", "cosf", "__cosf", "tanf", "sincos", "sincosf", "__sincosf"],
        "write `x.sin()`, `x.cos()`, `x.tan()`, or `x.sin_cos()` for the first two",
    ),
    (
        &[Function, Method],
        &["asinf", "acosf", "atanf", "atan2f"],
        "write `x.asin()`, `x.acos()`, `x.atan()`, `y.atan2(x)`",
    ),
    (&[Function, Method], &["sinhf", "coshf"], "write `x.sinh()`, `x.cosh()`"),
    (&[Function, Method], &["hypotf"], "write `x.hypot(y)`"),
    (&[Function, Method], &["cbrtf"], "write `x.cbrt()`"),
    (&[Function, Method], &["erff"], "write `x.erf()`"),
    (&[Function, Method], &["degrees"], "write `x.to_degrees()`"),
    (&[Function, Method], &["radians"], "write `x.to_radians()`"),
    (
        &[Function, Method],
        &["fmod", "fmodf", "remainder"],
        "write `x % y`, which has the sign of `x`, or `x.rem_euclid(y)`, which has none",
    ),
    (&[Function, Method], &["smoothstep"], "write `t * t * (3.0 - 2.0 * t)`, with `t` clamped to 0.0 and 1.0"),
    (&[Function, Method], &["log", "logf", "__logf"], "the natural logarithm is `x.ln()`"),
    (&[Function, Method], &["log2f", "log10f"], "write `x.log2()`, `x.log10()`"),
    (&[Function, Method], &["log1p", "log1pf"], "write `x.ln_1p()`"),
    (&[Function, Method], &["exp2f"], "write `x.exp2()`"),
    (&[Function, Method], &["expm1", "expm1f"], "write `x.exp_m1()`"),
    (&[Function, Method], &["recip", "rcp"], "write `1.0 / x`"),
    (&[Function, Method], &["frac"], "write `x - x.floor()`, or `x.fract()`, which has the sign of `x`"),
    (
        &[Function, Method],
        &["sign", "signum"],
        "of a float it is `x.signum()`, 1 or -1 also of zeros; of an integer write `(x > 0) as i32 - (x < 0) as i32`",
    ),
    (&[Function, Method], &["isqrt"], "write `(x as f32).sqrt() as u32`, and correct it by one where it must be exact"),
    (&[Function], &["mix", "lerp"], "write `a + t * (b - a)`"),
    (&[Function, Method], &["dot"], "write `(a * b).sum_lanes()`"),
    (&[Function, Method], &["isnan", "isNan"], "write `x.is_nan()`"),
    (&[Function, Method], &["isinf", "isInf"], "write `x.is_infinite()`"),
    (&[Function, Method], &["copysignf"], "write `x.copysign(sign)`"),
    (&[Function, Method], &["isfinite"], "write `x.is_finite()`"),
    (
        &[Function, Method],
        &["checked_sub", "checked_add", "checked_mul", "overflowing_sub", "overflowing_add", "saturating_mul"],
        "integers wrap: compare first, `if a >= b { a - b } else { .. }`",
    ),
    (&[Method, Function], &["into", "from", "try_into", "try_from"], "convert with `as`: `i as f32`"),
    (&[Function], &["float", "int", "uint", "unsigned", "double", "half"], "convert with `as`: `x as f32`, `x as u32`"),
    (
        &[Value],
        &["PI", "M_PI", "TAU", "M_PI_F"],
        "declare it: `const PI: f32 = 3.1415927;`, `const TAU: f32 = 6.2831855;`",
    ),
    (&[Value], &["INFINITY", "INF", "HUGE_VALF", "inf"], "write `f32::INFINITY`"),
    (&[Value], &["NAN", "NaN", "nan"], "write `f32::NAN`"),
    (&[Value], &["FLT_MAX", "FLT_EPSILON"], "write `f32::MAX`, `f32::EPSILON`"),
    (&[Value], &["INT_MAX", "INT_MIN", "UINT_MAX"], "write `i32::MAX`, `i32::MIN`, `u32::MAX`"),
];

/// Functions of bits.
const BITS: &[Row] = &[
    (&[Function, Method], &["popcount", "__popc", "popc", "countOneBits", "bitCount"], "write `x.count_ones()`"),
    (&[Function, Method], &["clz", "__clz", "countLeadingZeros"], "write `x.leading_zeros()`"),
    (&[Function, Method], &["ctz", "__ctz", "countTrailingZeros"], "write `x.trailing_zeros()`"),
    (&[Function, Method], &["__brev", "reverseBits", "bitfieldReverse"], "write `x.reverse_bits()`"),
    (&[Function, Method], &["rotl", "rotr", "rol", "ror"], "write `x.rotate_left(n)`, `x.rotate_right(n)`"),
    (&[Function, Method], &["bswap", "byteswap", "to_be", "from_be"], "write `x.swap_bytes()`"),
    (&[Function], &["__umulhi", "__mulhi", "mulhi"], "write `x.mul_hi(y)`"),
    (
        &[Function, Method],
        &["bitcast", "transmute", "as_uint", "asuint", "floatBitsToUint", "__float_as_uint", "__float_as_int"],
        "write `x.to_bits()`",
    ),
    (
        &[Function],
        &["as_float", "asfloat", "uintBitsToFloat", "__uint_as_float", "__int_as_float"],
        "write `f32::from_bits(b)`",
    ),
];

/// Memory, slices, and the world outside.
const MEMORY: &[Row] = &[
    (
        &[Value, Function],
        &["__shared__", "groupshared", "threadgroup", "shared_memory"],
        "workgroup memory is made by `let t = shared::<[f32; 256]>();`",
    ),
    (
        &[Function],
        &["vec2", "vec3", "vec4", "float2", "float3", "float4", "make_float2", "make_float3", "make_float4"],
        "write `f32x4::new(a, b, c, d)`, and so `f32x2` and `f32x3`",
    ),
    (&[Function], &["int4", "ivec4", "uint4", "uvec4", "make_int4", "make_uint4"], "write `u32x4::new(a, b, c, d)`"),
    (
        &[Method],
        &[
            "iter",
            "iter_mut",
            "into_iter",
            "map",
            "enumerate",
            "zip",
            "sum",
            "fold",
            "fill",
            "for_each",
            "chunks",
            "windows",
            "copy_from_slice",
            "reverse",
            "sort",
        ],
        "write a loop: `for i in 0..x.len() { ... x[i] ... }`",
    ),
    (
        &[Method],
        &["get", "get_mut", "get_unchecked", "first", "last", "unwrap", "expect", "unwrap_or"],
        "write `x[i]`: an index out of range is a fault of the launch",
    ),
    (
        &[Method],
        &["clone", "to_vec", "to_owned", "copied", "cloned"],
        "leave it out: values are copied, buffers shared",
    ),
    (&[Function, Method], &["swap"], "write `let t = x[i]; x[i] = x[j]; x[j] = t;`"),
    (&[Method], &["size", "count"], "write `.len()`"),
    (&[Method], &["length"], "of a buffer or an array it is `x.len()`; of a vector, `(v.x * v.x + v.y * v.y).sqrt()`"),
    (
        &[Value, Function],
        &["None", "Some", "Ok", "Err", "Option", "Result"],
        "a kernel has no options or results: keep a `bool` beside the value, or report with `fault!(\"what\", value, bound)`",
    ),
    (&[Value, Function], &["Default", "default"], "write the value: `0.0`, `0`, `false`"),
    (
        &[Value],
        &["Vec", "Box"],
        "write a local array `[0.0; N]`, `shared::<[f32; N]>()`, or in the op `scratch::<f32>(n)`",
    ),
    (&[Function], &["arrayLength", "sizeof"], "the length of a buffer or an array is `x.len()`, in elements"),
    (&[Function], &["malloc", "cudaMalloc", "alloc"], "an op makes temporary buffers: `let t = scratch::<f32>(n);`"),
    (&[Function], &["rand", "random", "curand", "curand_uniform"], "random words are `philox4x32(counter, key)`"),
    (
        &[Function],
        &["printf", "print", "println"],
        "device code cannot print: store the value in a buffer, or report it with `fault!(\"what\", value, bound)`",
    ),
    (&[Function], &["assert"], "a kernel reports what should not be with `fault!(\"what\", value, bound)`"),
];

#[cfg(test)]
mod tests {
    use super::{Use, foreign, own_type};

    #[test]
    fn names_mean_what_their_use_says() {
        assert!(foreign("sinf", Use::Function).is_some_and(|help| help.contains("`x.sin()`")));
        assert!(foreign("__shfl_down_sync", Use::Function).is_some_and(|help| help.contains("subgroup_shuffle_down")));
        // A variable may well be called so.
        assert!(foreign("None", Use::Value).is_some() && foreign("Err", Use::Function).is_some());
        assert_eq!(foreign("sum", Use::Value), None);
        assert_eq!(foreign("atomics", Use::Value), None);
        assert_eq!(own_type("float4"), Some("f32x4"));
    }
}
