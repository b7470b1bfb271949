//! `wgpuc explain`.

use super::print;
use crate::args;
use crate::exit::Failure;
use std::process::ExitCode;
use wgpuc_core::diag::{codes, nearest};

/// The page that all codes are explained on; `tests/docs.rs` compiles its examples.
const PAGE: &str = include_str!("../../../../docs/errors.md");

/// Prints what a code means, or lists them all.
pub(crate) fn run(args: &args::Explain) -> Result<ExitCode, Failure> {
    let Some(asked) = &args.code else {
        let list: String = codes::all().map(|code| format!("{}  {}\n", code.id, code.title)).collect();
        print(&list)?;
        return Ok(ExitCode::SUCCESS);
    };
    let id = asked.to_uppercase();
    let Some(text) = section(&id) else {
        let near = nearest(&id, codes::all().map(|code| code.id)).map(|near| format!("did you mean {near}? "));
        let near = near.unwrap_or_default();
        return Err(Failure::usage(format_args!("there is no code `{asked}`; {near}`wgpuc explain` lists all")));
    };
    print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// The part of the page about a code, with its heading.
fn section(id: &str) -> Option<&'static str> {
    let start = PAGE.find(&format!("\n## {id}: "))? + 1;
    let rest = &PAGE[start..];
    let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::section;
    use wgpuc_core::diag::codes;

    #[test]
    fn every_code_has_a_section_of_its_title() {
        for code in codes::all() {
            let text = section(code.id).unwrap_or_default();
            assert!(text.starts_with(&format!("## {}: {}\n", code.id, code.title)), "{}: {text}", code.id);
            assert_eq!(text.matches("\n## ").count(), 0, "{text}");
        }
        assert!(section("E0000").is_none() && section("").is_none());
    }
}
