//! What a part of an expression is, and what it becomes.

use super::flow::Local;
use crate::value::Number;
use std::fmt;
use std::rc::Rc;
use syn::ExprClosure;

type Result<T> = std::result::Result<T, String>;

/// A value.
#[derive(Clone, Debug)]
pub(in crate::cases) enum Value {
    /// Of any whole type.
    Int(i128),
    /// Of any float type.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A buffer, an element of several numbers, a tuple, or what an iterator gives.
    List(Rc<Vec<Value>>),
    /// From a number to one before another, or without an end.
    Range(i128, Option<i128>),
    /// `Some` or `None`.
    Option(Option<Rc<Value>>),
    /// A closure with a name.
    Closure(Rc<Closure>),
    /// What a statement gives.
    Unit,
}

/// A closure, with the names that it may use.
pub(in crate::cases) struct Closure {
    pub(super) code: ExprClosure,
    pub(super) captured: Vec<Local>,
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a closure")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Bool(value) => value.fmt(f),
            Self::Option(Some(value)) => write!(f, "Some({value})"),
            Self::Option(None) => f.write_str("None"),
            Self::List(list) if list.len() <= 4 => {
                let parts: Vec<String> = list.iter().map(Self::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            other => f.write_str(other.kind()),
        }
    }
}

impl Value {
    /// A list of these.
    pub(in crate::cases) fn list(items: impl Into<Vec<Self>>) -> Self {
        Self::List(Rc::new(items.into()))
    }

    /// `Some` of it, or `None`.
    pub(super) fn option(value: Option<Self>) -> Self {
        Self::Option(value.map(Rc::new))
    }

    /// What stands in a message.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a truth value",
            Self::List(_) => "a list",
            Self::Range(..) => "a range",
            Self::Option(_) => "an `Option`",
            Self::Closure(_) => "a closure",
            Self::Unit => "nothing",
        }
    }

    pub(super) fn int(&self) -> Result<i128> {
        match self {
            Self::Int(value) => Ok(*value),
            other => Err(format!("{} stands where a whole number is needed", other.kind())),
        }
    }

    pub(super) fn truth(&self) -> Result<bool> {
        match self {
            Self::Bool(value) => Ok(*value),
            other => Err(format!("{} stands where a truth value is needed", other.kind())),
        }
    }

    /// The numbers of an element: of most there is one.
    pub(in crate::cases) fn numbers(&self) -> Result<Vec<Number>> {
        match self {
            Self::Int(value) => Ok(vec![Number::Int(*value)]),
            Self::Float(value) => Ok(vec![Number::Float(*value)]),
            Self::Bool(value) => Ok(vec![Number::Int((*value).into())]),
            Self::List(list) => {
                let lanes = list.iter().map(Self::numbers).collect::<Result<Vec<_>>>()?;
                Ok(lanes.into_iter().flatten().collect())
            }
            Self::Option(_) => Err("an `Option` is no number: write `.unwrap()`".to_owned()),
            Self::Unit => Err("this has no value: an `if` needs an `else`, and a block ends without `;`".to_owned()),
            Self::Range(..) | Self::Closure(_) => Err(format!("{} is no number", self.kind())),
        }
    }

    /// The elements of a whole buffer whose elements have so many numbers, where that is what it is.
    pub(in crate::cases) fn elements(&self, n_lanes: usize) -> Option<&[Self]> {
        match self {
            Self::List(list)
                if n_lanes == 1 || !matches!(list.first(), Some(Self::Int(_) | Self::Float(_) | Self::Bool(_))) =>
            {
                Some(list)
            }
            _ => None,
        }
    }

    /// `as`: whole numbers wrap, floats round to `f32` or are cut to a whole number's range.
    pub(super) fn cast(&self, ty: &str) -> Result<Self> {
        let value = match self {
            Self::Bool(value) => Self::Int((*value).into()),
            other => other.clone(),
        };
        let float = |value: f64| match ty {
            "f64" => Some(value),
            "f32" => Some(f64::from(value as f32)),
            _ => None,
        };
        let whole: Option<fn(i128) -> i128> = match ty {
            "u8" => Some(|v| i128::from(v as u8)),
            "i8" => Some(|v| i128::from(v as i8)),
            "u16" => Some(|v| i128::from(v as u16)),
            "i16" => Some(|v| i128::from(v as i16)),
            "u32" => Some(|v| i128::from(v as u32)),
            "i32" => Some(|v| i128::from(v as i32)),
            "u64" | "usize" => Some(|v| i128::from(v as u64)),
            "i64" | "isize" => Some(|v| i128::from(v as i64)),
            "i128" => Some(|v| v),
            _ => None,
        };
        let cast = match (&value, whole) {
            (Self::Int(value), Some(wrap)) => Some(Self::Int(wrap(*value))),
            (Self::Int(value), None) => float(*value as f64).map(Self::Float),
            (Self::Float(value), Some(_)) => {
                let (low, high) = range(ty);
                Some(Self::Int((*value as i128).clamp(low, high)))
            }
            (Self::Float(value), None) => float(*value).map(Self::Float),
            _ => None,
        };
        cast.ok_or_else(|| format!("{} cannot become `{ty}` here", self.kind()))
    }

    /// Where a float is meant, the float that a whole number is: a sum of nothing does not say what it is a sum of.
    pub(super) fn meant_as(self, ty: &str) -> Self {
        match self {
            Self::Int(value) if matches!(ty, "f32" | "f64") => Self::Float(value as f64),
            other => other,
        }
    }

    /// An element, or a part of a list.
    pub(super) fn index(&self, at: &Self) -> Result<Self> {
        let Self::List(list) = self else { return Err(format!("{} has no elements", self.kind())) };
        match at {
            Self::Range(start, end) => {
                let bounds = usize::try_from(*start).ok().zip(usize::try_from(end.unwrap_or(list.len() as i128)).ok());
                let part = bounds.and_then(|(start, end)| list.get(start..end));
                part.map(Self::list).ok_or_else(|| {
                    let end = end.map_or(String::new(), |end| end.to_string());
                    format!("part {start}..{end}, but the length is {}", list.len())
                })
            }
            at => {
                let at = at.int()?;
                let found = usize::try_from(at).ok().and_then(|at| list.get(at)).cloned();
                found.ok_or_else(|| format!("index {at}, but the length is {}", list.len()))
            }
        }
    }
}

/// The least and the largest number of a type.
pub(super) fn range(ty: &str) -> (i128, i128) {
    match ty {
        "u8" => (0, u8::MAX.into()),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        _ => (i128::MIN, i128::MAX),
    }
}
