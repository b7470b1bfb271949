//! The names that `wgpuc.toml` gives the package, its interface and its world: each as WIT takes it, or why it does not.

use super::config::Text;
use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::is_wit_name;
use wgpuc_abi::{Name, is_wit_keyword};

/// `wasi:gpu@0.1.0` in its three parts. What is wrong is reported.
pub(super) fn package(given: &Text, diagnostics: &mut Diagnostics) -> Option<(String, String, String)> {
    let full = given.text.as_str();
    let mut report = |why: &str, help: &str| {
        let message = format!("`{full}` is no package name: {why}");
        diagnostics.push(Diagnostic::new(codes::BAD_NAME, given.span, message).help(help));
    };
    let (names, version) = full.split_once('@').map_or((full, None), |(names, version)| (names, Some(version)));
    let (namespace, name) = names.split_once(':').map_or((None, names), |(space, name)| (Some(space), name));
    let (Some(namespace), Some(version)) = (namespace, version) else {
        let why = if namespace.is_none() { "it has no namespace" } else { "it has no version" };
        let kebab = |word: &str| Name::from_ident(&word.replace(|c: char| !c.is_alphanumeric(), "_")).to_string();
        let (namespace, version) = (namespace.map_or("local".to_owned(), kebab), version.unwrap_or("0.1.0"));
        report(why, &format!("write `{namespace}:{}@{version}`", kebab(name)));
        return None;
    };
    let mut is_right = true;
    for (why, help) in [namespace, name].into_iter().filter_map(refusal) {
        report(&why, &help);
        is_right = false;
    }
    if !is_version(version) {
        let why = format!("`{version}` is no version");
        report(&why, "a version is three numbers, `0.1.0`; one before a release has more, `1.0.0-rc.1`");
        is_right = false;
    }
    is_right.then(|| (namespace.into(), name.into(), version.into()))
}

/// Reports the name of a thing that WIT refuses. `name` is the one given, as WIT writes it.
pub(super) fn word(what: &str, name: &str, given: Option<&Text>, diagnostics: &mut Diagnostics) {
    if let (Some((why, help)), Some(given)) = (refusal(name), given) {
        let message = format!("the {what} cannot be called `{}`: {why}", given.text);
        diagnostics.push(Diagnostic::new(codes::BAD_NAME, given.span, message).help(help));
    }
}

/// Why WIT refuses a name, and what to do; `None` where it takes it.
fn refusal(name: &str) -> Option<(String, String)> {
    if is_wit_name(name) {
        return None;
    }
    if is_wit_keyword(name) {
        return Some((format!("`{name}` is a keyword of WIT"), "choose another name".to_owned()));
    }
    let kebab = Name::from_ident(name);
    let help = match is_wit_name(kebab.kebab()) {
        true => format!("write `{kebab}`"),
        false => "write words of a to z and digits, each after a letter, with hyphens between".to_owned(),
    };
    Some((format!("WIT takes no name `{name}`"), help))
}

/// Whether it is a version of Semantic Versioning 2.0.0, as WIT has them.
fn is_version(version: &str) -> bool {
    let is_number =
        |n: &str| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit()) && (n == "0" || !n.starts_with('0'));
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    let (version, build) = version.split_once('+').map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, before) = version.split_once('-').map_or((version, None), |(core, before)| (core, Some(before)));
    let numbers: Vec<&str> = core.split('.').collect();
    let all_digits = |word: &str| word.bytes().all(|c| c.is_ascii_digit());
    numbers.len() == 3
        && numbers.iter().all(|n| is_number(n) && n.parse::<u32>().is_ok())
        && before.is_none_or(|before| before.split('.').all(|w| is_word(w) && (is_number(w) || !all_digits(w))))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::is_version;
    use crate::bindings::Language;
    use crate::driver::{Input, Options, compile};

    #[test]
    fn versions_are_semantic() {
        for right in ["0.1.0", "10.20.30", "1.2.3-rc.1", "1.0.0-alpha-a.b", "1.0.0+20130313", "1.0.0-0.3.7+x.y"] {
            assert!(is_version(right), "{right}");
        }
        for wrong in
            ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "-1.2.3"]
        {
            assert!(!is_version(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_version_before_a_release_stands_in_all_bindings() {
        let config = "package = \"acme:fill@1.0.0-rc.1\"\n";
        let kernel = "#[kernel(workgroup = 64, over = out.len())]\npub fn fill(out: &mut [f32]) {}\n";
        let files = [("wgpuc.toml", config), ("fill.rs", kernel)].map(|(n, t)| (n.to_owned(), t.as_bytes().to_vec()));
        let input = Input { folder_name: "fill".to_owned(), files: files.to_vec() };
        let options = Options { bindings: Language::ALL.to_vec(), ..Options::default() };
        let output = compile(&input, &options).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
        assert_eq!(output.manifest.package.version, "1.0.0-rc.1");
        let wit: Vec<u8> =
            output.files.iter().filter(|(n, _)| n.ends_with(".wit")).flat_map(|(_, b)| b.clone()).collect();
        assert!(String::from_utf8_lossy(&wit).contains("package acme:fill@1.0.0-rc.1;"));
    }
}
