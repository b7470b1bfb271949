//! Packages written by hand: the contract's interface, and one of everything that a package may hold.

use wgpuc_abi::{
    BufferParam, Case, Elem, Element, ElementField, Enum, FORMAT, Field, Interface, Item, Manifest, Name, Op, OpParam,
    OpParamType, Package, Plan, Record, Scalar, ValueType,
};

const U32: ValueType = ValueType::Scalar(Scalar::U32);
const F32: ValueType = ValueType::Scalar(Scalar::F32);
const BOOL: ValueType = ValueType::Scalar(Scalar::Bool);

/// The standard kernels as the contract has them, without their plans.
pub(crate) fn contract() -> Manifest {
    let tree_node = [
        ("feature", Scalar::I32, 0, "The feature to test, or -1 for a leaf."),
        ("value", Scalar::F32, 4, "The threshold, or the leaf's prediction."),
        ("left", Scalar::U32, 8, "The node taken where `x <= value`."),
        ("right", Scalar::U32, 12, "The node taken otherwise."),
    ];
    let items = vec![
        record("BootstrapParams", &[("n_samples", U32), ("seed", U32), ("max_index", U32)]),
        op("kernel_bootstrap_sample", vec![params("BootstrapParams"), output("output_indices", Scalar::U32)]),
        record(
            "FindSplitParams",
            &[("n_samples", U32), ("n_features", U32), ("feature_idx", U32), ("n_thresholds", U32)],
        ),
        op(
            "kernel_find_split",
            vec![
                params("FindSplitParams"),
                input("data", Scalar::F32),
                input("labels", Scalar::F32),
                input("indices", Scalar::U32),
                input("thresholds", Scalar::F32),
                output("output_scores", Scalar::F32),
            ],
        ),
        record("AverageParams", &[("n_trees", U32), ("n_samples", U32)]),
        op(
            "kernel_average",
            vec![params("AverageParams"), input("tree_predictions", Scalar::F32), output("output", Scalar::F32)],
        ),
        record(
            "MatmulParams",
            &[("m", U32), ("k", U32), ("n", U32), ("trans_a", BOOL), ("trans_b", BOOL), ("alpha", F32), ("beta", F32)],
        ),
        op(
            "kernel_matmul",
            vec![params("MatmulParams"), input("a", Scalar::F32), input("b", Scalar::F32), output("c", Scalar::F32)],
        ),
        record("ElementwiseParams", &[("n_elements", U32), ("op", ValueType::Enum(name("ElementwiseOp")))]),
        enumeration("ElementwiseOp", &["Relu", "Sigmoid", "Tanh", "Add", "Mul", "Sqrt", "Exp", "Log"]),
        op(
            "kernel_elementwise",
            vec![
                params("ElementwiseParams"),
                input("input_a", Scalar::F32),
                buffer("input_b", Elem::Scalar(Scalar::F32), false, true),
                output("output", Scalar::F32),
            ],
        ),
        record("ReduceParams", &[("n_elements", U32), ("op", ValueType::Enum(name("ReduceOp")))]),
        enumeration("ReduceOp", &["Sum", "Max", "Min", "Mean", "Variance"]),
        op("kernel_reduce", vec![params("ReduceParams"), input("input", Scalar::F32), output("output", Scalar::F32)]),
        record("BatchPredictParams", &[("batch_size", U32), ("n_features", U32), ("n_trees", U32), ("max_depth", U32)]),
        element("TreeNode", &tree_node, 16),
        op(
            "kernel_batch_predict",
            vec![
                params("BatchPredictParams"),
                input("samples", Scalar::F32),
                buffer("tree_nodes", Elem::Struct(name("TreeNode"), 16), false, false),
                input("tree_offsets", Scalar::U32),
                output("output", Scalar::F32),
            ],
        ),
    ];
    package(("wasi", "gpu", "0.1.0", "ml-compute"), "MlKernels", items)
}

/// All types in all places, names that are keywords somewhere, and a package of its own.
pub(crate) fn everything() -> Manifest {
    use Scalar::{Bf16, Bool, F16, F32, I8, I32, I64, U8, U32, U64};
    let scalars = [
        ("flag", Bool),
        ("int", I8),
        ("default", U8),
        ("i32", I32),
        ("record", U32),
        ("match", I64),
        ("template", U64),
        ("half", F16),
        ("brain", Bf16),
        ("float", F32),
    ];
    let fields: Vec<(&str, ValueType)> =
        scalars.iter().map(|(n, s)| (*n, ValueType::Scalar(*s))).chain([("mode", mode())]).collect();
    let values = fields.iter().map(|(n, ty)| param(n, OpParamType::Value(ty.clone()))).collect();
    let mixed = [
        ("small", I8, 0, ""),
        ("half", F16, 2, "Half a float.\n\nOf two lines \\"),
        ("class", F32, 4, ""),
        ("brain", Bf16, 8, ""),
        ("type", U64, 16, ""),
    ];
    let numbers = [I8, U8, I32, U32, I64, U64, F16, Bf16, F32];
    let arrays = numbers.iter().map(|s| output(&format!("of_{}", s.name()), *s)).collect();
    let items = vec![
        record("Settings", &fields),
        enumeration("Mode", &["Fast", "Default", "Xor", "SelfCheck"]),
        element("Mixed", &mixed, 24),
        op("values", values),
        op("arrays", arrays),
        op(
            "vectors",
            vec![
                buffer("pairs", Elem::Vector(F32, 2), false, true),
                buffer("quads", Elem::Vector(U32, 4), true, true),
                buffer("mixed", Elem::Struct(name("Mixed"), 24), true, false),
            ],
        ),
        op("nothing", vec![]),
        op("detail", vec![params("Settings"), param("error", OpParamType::Value(mode()))]),
        record("Error", &[("buffer", ValueType::Scalar(Scalar::U32))]),
        op("keywords", KEYWORDS.iter().map(|n| param(n, OpParamType::Value(ValueType::Scalar(U32)))).collect()),
        record("Words", &KEYWORDS.map(|n| (n, ValueType::Scalar(U32)))),
        op("spoken", vec![params("Words")]),
        op("buffers", ["from", "result", "string", "list"].map(|n| output(n, F32)).to_vec()),
        op("delete", vec![param("error", OpParamType::Record(name("Error")))]),
    ];
    package(("acme", "image-kit", "2.3.4", "image-work"), "Filters", items)
}

/// Words that WIT keeps for itself, and takes with a `%` as names of parameters and fields.
const KEYWORDS: [&str; 44] = [
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error_context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "union",
    "use",
    "variant",
    "with",
    "world",
];

fn mode() -> ValueType {
    ValueType::Enum(name("Mode"))
}

fn package(
    (namespace, package, version, world): (&str, &str, &str, &str),
    interface: &str,
    items: Vec<Item>,
) -> Manifest {
    let interface = Interface { name: name(interface), docs: format!("The ops of {package}."), items };
    let package = Package {
        namespace: namespace.into(),
        name: package.into(),
        version: version.into(),
        world: world.into(),
        docs: "A package.\n\nWith *Markdown* in its docs.".into(),
        licence: None,
    };
    Manifest { format: FORMAT, generator: "by hand".into(), package, interface, kernels: vec![] }
}

fn name(ident: &str) -> Name {
    Name::from_ident(ident)
}

fn docs(ident: &str) -> String {
    format!("What `{ident}` is for.\n\nIn two paragraphs: `{ident}` <is> & \"stays\".")
}

fn record(ident: &str, fields: &[(&str, ValueType)]) -> Item {
    let field = |(n, ty): &(&str, ValueType)| Field { name: name(n), docs: format!("The {n}."), ty: ty.clone() };
    Item::Record(Record { name: name(ident), docs: docs(ident), fields: fields.iter().map(field).collect() })
}

fn enumeration(ident: &str, cases: &[&str]) -> Item {
    let cases = cases.iter().map(|case| Case { name: name(case), docs: format!("The case {case}.") }).collect();
    Item::Enum(Enum { name: name(ident), docs: docs(ident), cases })
}

fn element(ident: &str, fields: &[(&str, Scalar, u32, &str)], bytes: u32) -> Item {
    let field = |(n, ty, offset, docs): &(&str, Scalar, u32, &str)| ElementField {
        name: name(n),
        docs: (*docs).into(),
        ty: *ty,
        offset: *offset,
    };
    Item::Element(Element { name: name(ident), docs: docs(ident), fields: fields.iter().map(field).collect(), bytes })
}

fn op(ident: &str, params: Vec<OpParam>) -> Item {
    Item::Op(Op { name: name(ident), docs: docs(ident), params, plan: Plan::default(), routine: None })
}

fn param(ident: &str, ty: OpParamType) -> OpParam {
    OpParam { name: name(ident), ty }
}

fn params(record: &str) -> OpParam {
    param("params", OpParamType::Record(name(record)))
}

fn input(ident: &str, scalar: Scalar) -> OpParam {
    buffer(ident, Elem::Scalar(scalar), false, false)
}

fn output(ident: &str, scalar: Scalar) -> OpParam {
    buffer(ident, Elem::Scalar(scalar), true, false)
}

fn buffer(ident: &str, elem: Elem, mutable: bool, optional: bool) -> OpParam {
    param(ident, OpParamType::Buffer(BufferParam { elem, mutable, optional, may_alias: false }))
}
