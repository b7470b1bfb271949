//! Who computes what an op says that libraries know: asked for by name, or chosen by measurement.

use std::str::FromStr;

/// Who serves an op's routine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Library {
    /// The backend's library where it is here and was measured to be faster, else the op's own kernels.
    #[default]
    Auto,
    /// The op's own kernels.
    Own,
    /// NVIDIA's cuBLAS, for everything that it can do.
    Cublas,
}

/// No library has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no library `{0}`; use auto, own or cublas")]
pub struct UnknownLibrary(String);

/// A library that was asked for by name cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library `{library}` cannot serve here: {why}; the library `auto` does without it")]
pub struct NoLibrary {
    /// The library.
    pub library: &'static str,
    /// Why, and what to do.
    pub why: String,
}

impl Library {
    /// As `--library` names it, and as [`crate::Guest::served_by`] does.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Own => "own",
            Self::Cublas => "cublas",
        }
    }
}

impl FromStr for Library {
    type Err = UnknownLibrary;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let all = [Self::Auto, Self::Own, Self::Cublas];
        all.into_iter().find(|library| library.name() == s).ok_or_else(|| UnknownLibrary(s.to_owned()))
    }
}
