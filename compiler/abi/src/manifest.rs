//! The Manifest: ops, kernels, instances and artifacts of one package.

use crate::{Artifact, Name, Plan, Routine};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The version of the Manifest's format. A runtime refuses any other.
pub const FORMAT: u32 = 3;

/// One compiled package: everything that a generator of bindings or a runtime needs to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The compiler and its version, for people.
    pub generator: String,
    /// The WIT package.
    pub package: Package,
    /// The interface with the ops, in source order.
    pub interface: Interface,
    /// The kernels that plans launch, by index.
    pub kernels: Vec<Kernel>,
}

/// A WIT package: `wasi:gpu@0.1.0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// `wasi`.
    pub namespace: String,
    /// `gpu`.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// The world that imports `compute` and the interface.
    pub world: String,
    /// Markdown, from the package's own doc comment.
    pub docs: String,
    /// Lines that stand at the top of generated source files; may be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// One WIT interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// `ml-kernels`.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// Types and ops as they stand in the source.
    pub items: Vec<Item>,
}

/// What an interface holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Parameters of ops: a WIT record.
    Record(Record),
    /// A WIT enum.
    Enum(Enum),
    /// The element of a buffer, shared with guests as memory and not through WIT.
    Element(Element),
    /// What a guest calls.
    Op(Op),
}

/// A parameter struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The type's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a [`Record`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The field's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// The field's type.
    pub ty: ValueType,
}

/// A parameter enum. A case's value is its position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// The type's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// A case of an [`Enum`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The case's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
}

/// A struct that buffers hold, laid out as `#[repr(C)]` does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// The type's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// Its fields, in order; each is a scalar.
    pub fields: Vec<ElementField>,
    /// The size of one element, in bytes.
    pub bytes: u32,
}

/// A field of an [`Element`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ElementField {
    /// The field's name.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// The field's type.
    pub ty: Scalar,
    /// Its offset from the element's start, in bytes.
    pub offset: u32,
}

/// The type of a value that an op takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// A number or a bool.
    Scalar(Scalar),
    /// An [`Enum`] of the interface.
    Enum(Name),
}

/// A number's type, named as in the kernel language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is its own name")]
pub enum Scalar {
    Bool,
    I8,
    U8,
    I32,
    U32,
    I64,
    U64,
    F16,
    Bf16,
    F32,
}

impl Scalar {
    /// Its size in a buffer, in bytes. A `bool` cannot be stored in one; as a launch word it takes 4.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::F16 | Self::Bf16 => 2,
            Self::Bool | Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 => 8,
        }
    }

    /// The name in the kernel language: `u32`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::U8 => "u8",
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::I64 => "i64",
            Self::U64 => "u64",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F32 => "f32",
        }
    }
}

/// What a guest calls: a WIT function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Op {
    /// The function's name: `kernel-matmul`.
    pub name: Name,
    /// Markdown.
    pub docs: String,
    /// The parameters, in order.
    pub params: Vec<OpParam>,
    /// What a call does.
    pub plan: Plan,
    /// What it computes, if that is a routine that libraries know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routine: Option<Routine>,
}

/// A parameter of an [`Op`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpParam {
    /// The parameter's name.
    pub name: Name,
    /// The parameter's type.
    pub ty: OpParamType,
}

/// The type of an op's parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OpParamType {
    /// A number, a bool or an enum.
    Value(ValueType),
    /// A [`Record`] of the interface.
    Record(Name),
    /// A buffer: `buffer-id`, or `option<buffer-id>`.
    Buffer(BufferParam),
}

/// A buffer that an op takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BufferParam {
    /// What it holds.
    pub elem: Elem,
    /// Whether the op may write it.
    pub mutable: bool,
    /// `Option<&[T]>`: only looked at where the plan uses it.
    pub optional: bool,
    /// Whether it may be the same buffer as another parameter that also says so.
    pub may_alias: bool,
}

/// One element of a buffer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Elem {
    /// A number.
    Scalar(Scalar),
    /// 2, 3 or 4 numbers.
    Vector(Scalar, u32),
    /// A struct: an [`Element`] of the interface, and its size in bytes.
    Struct(Name, u32),
}

impl Elem {
    /// The size of one element, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u32 {
        match self {
            Self::Scalar(s) => s.bytes(),
            Self::Vector(s, lanes) => s.bytes() * *lanes,
            Self::Struct(_, bytes) => *bytes,
        }
    }
}

/// Device code, before its const generics are bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Kernel {
    /// The kernel's name, with its file's: `reduce::partial`. Unique in the package.
    pub name: String,
    /// Markdown.
    pub docs: String,
    /// What a launch passes, in order.
    pub params: Vec<KernelParam>,
    /// Its instances, by index.
    pub instances: Vec<Instance>,
}

/// A parameter of a [`Kernel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KernelParam {
    /// The parameter's name, as in the source.
    pub name: String,
    /// What it is.
    pub ty: KernelParamType,
}

/// The type of a kernel's parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KernelParamType {
    /// A number or a bool, passed in the launch words.
    Scalar(Scalar),
    /// A buffer.
    Buffer {
        /// The size of the element that the kernel sees, in bytes; its length is counted in these.
        elem_bytes: u32,
        /// A vector view of an array of scalars: its length rounds up, and its last lanes may be padding.
        rounds_up: bool,
        /// Whether the kernel writes it, or binds it where it may be the same buffer as one that is written.
        writable: bool,
    },
}

/// A kernel with every const generic and type bound: what targets compile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// A name for people and files, unique in the package: `reduce_partial_sum`.
    pub name: String,
    /// The bound generics, for people: `("OP", "Sum")`.
    pub generics: Vec<(String, String)>,
    /// Invocations of one workgroup, per axis.
    pub workgroup: [u32; 3],
    /// Workgroup memory, in bytes.
    pub shared_bytes: u32,
    /// Whether it can report a fault, and so binds the fault record.
    pub faults: bool,
    /// Where a fault can arise; a fault names one by index.
    pub sites: Vec<Site>,
    /// The forms it was compiled to, in order of preference within a target.
    pub artifacts: Vec<Artifact>,
}

/// A place in a kernel's source that can fail on the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The source file, relative to the kernel folder.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based.
    pub column: u32,
    /// What the value is, in the source's words: `index into labels`.
    pub what: String,
}

/// A Manifest and the artifacts that it names, by path.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The description.
    pub manifest: Manifest,
    /// File contents by [`Artifact::path`].
    pub artifacts: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Interface {
    /// The ops, in source order.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        self.items.iter().filter_map(|item| match item {
            Item::Op(op) => Some(op),
            _ => None,
        })
    }

    /// The record of that name.
    #[must_use]
    pub fn record(&self, name: &Name) -> Option<&Record> {
        self.items.iter().find_map(|item| match item {
            Item::Record(r) if r.name == *name => Some(r),
            _ => None,
        })
    }

    /// The enum of that name.
    #[must_use]
    pub fn enumeration(&self, name: &Name) -> Option<&Enum> {
        self.items.iter().find_map(|item| match item {
            Item::Enum(e) if e.name == *name => Some(e),
            _ => None,
        })
    }

    /// The buffer element of that name.
    #[must_use]
    pub fn element(&self, name: &Name) -> Option<&Element> {
        self.items.iter().find_map(|item| match item {
            Item::Element(e) if e.name == *name => Some(e),
            _ => None,
        })
    }
}
