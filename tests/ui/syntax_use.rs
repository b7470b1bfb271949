//! What can be used: the crate of the language, and the folder's own files.

use crate::scan::*;
use super::scale;
use wgpuc::*;
use wgpcu::*;
use {std::f32, wgpuc::f16, crates::scan};
