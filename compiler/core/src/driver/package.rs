//! The package: its names, from `wgpuc.toml` or the folder, and its files in order.

use super::Input;
use super::config::{self, Config};
use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::is_wit_name;
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use std::collections::BTreeMap;
use wgpuc_abi::Name;

/// What a folder says of itself.
pub(super) struct Package {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) interface: Name,
    pub(super) world: String,
    /// The doc comment of `lib.rs`.
    pub(super) docs: String,
    /// Kernel files, in the order in which their ops are published.
    pub(super) files: Vec<FileId>,
    /// What else `wgpuc.toml` says.
    pub(super) config: Config,
}

const CONFIG: &str = "wgpuc.toml";
const ROOT: &str = "lib.rs";

/// Reads the names, and adds the files to `sources`.
pub(super) fn read(input: &Input, sources: &mut Sources) -> Result<Package, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let mut ids = BTreeMap::new();
    for (name, bytes) in &input.files {
        match std::str::from_utf8(bytes) {
            Ok(text) => drop(ids.insert(name.as_str(), sources.add(name.as_str(), text))),
            Err(error) => diagnostics.push(
                Diagnostic::without_place(
                    codes::NOT_UTF8,
                    format!("{name} is not UTF-8: byte {} begins no character", error.valid_up_to()),
                )
                .help("save the file as UTF-8"),
            ),
        }
    }
    let folder = plain_name(&input.folder_name);
    let config = ids.remove(CONFIG);
    let config = config.map(|id| config::read(id, &sources.file(id).text, &mut diagnostics)).unwrap_or_default();
    let full_name = config.package.clone().unwrap_or_else(|| format!("local:{folder}@0.1.0"));
    let interface = config.interface.clone().unwrap_or_else(|| "kernels".to_owned());
    let world = config.world.clone().unwrap_or_else(|| format!("{folder}-guest"));
    let root = ids.remove(ROOT);
    if ids.is_empty() && root.is_none() && diagnostics.is_empty() {
        let message = format!("the folder `{}` has no kernel files", input.folder_name);
        let help = "put a file with an `#[op]` into it: see docs/language.md";
        diagnostics.push(Diagnostic::without_place(codes::NO_FILES, message).help(help));
    }
    let (docs, files) = match root {
        Some(root) => order(root, sources, &ids, &mut diagnostics),
        None => (String::new(), ids.into_values().collect()),
    };
    let Some((namespace, name, version)) = split(&full_name) else {
        let message = format!("`{full_name}` is no package name");
        let help = "write it as `namespace:name@1.2.3`, of words in lower case that are no keywords of WIT";
        diagnostics.push(Diagnostic::without_place(codes::BAD_NAME, message).help(help));
        return Err(diagnostics);
    };
    let interface = Name::from_ident(&interface);
    for (what, name) in [("interface", interface.kebab()), ("world", &world)] {
        if !is_wit_name(name) {
            let message = format!("WIT refuses the name `{name}` of the {what}");
            let help = "write it as words in lower case with hyphens between, and no keyword of WIT";
            diagnostics.push(Diagnostic::without_place(codes::BAD_NAME, message).help(help));
        }
    }
    if interface.kebab() == world || interface.kebab() == "compute" {
        let message = format!("the interface cannot be called `{}`", interface.kebab());
        let help = "choose a name that neither the world has nor the interface of buffers, `compute`";
        diagnostics.push(Diagnostic::without_place(codes::BAD_NAME, message).help(help));
    }
    diagnostics.or(Package { namespace, name, version, interface, world, docs, files, config })
}

/// `lib.rs` where it has items of its own, and the files that it names, in its order. Each other file must be named there.
fn order(
    root: FileId,
    sources: &Sources,
    ids: &BTreeMap<&str, FileId>,
    diagnostics: &mut Diagnostics,
) -> (String, Vec<FileId>) {
    let file = match syntax::parse(root, &sources.file(root).text) {
        Ok(file) => file,
        Err(wrong) => {
            diagnostics.extend(wrong);
            return (String::new(), vec![]);
        }
    };
    // What stands in the root itself comes first.
    let mut files = if file.items.is_empty() { vec![] } else { vec![root] };
    for module in &file.mods {
        match ids.get(format!("{}.rs", module.name).as_str()) {
            Some(id) => files.push(*id),
            None => diagnostics.push(
                Diagnostic::new(codes::NO_SUCH_FILE, module.span, format!("there is no file {}.rs", module.name))
                    .help("make the file, or remove this line"),
            ),
        }
    }
    for (name, id) in ids {
        if !files.contains(id) {
            let place = Span { file: *id, start: 0, end: 0 };
            let message = format!("{name} is not part of the package: lib.rs does not name it");
            let module = name.trim_end_matches(".rs");
            let help = format!("add `mod {module};` to lib.rs, where its ops belong in the interface");
            diagnostics.push(Diagnostic::new(codes::NOT_NAMED, place, message).help(help));
        }
    }
    (file.docs, files)
}

/// `wasi:gpu@0.1.0` in its three parts.
fn split(package: &str) -> Option<(String, String, String)> {
    let (names, version) = package.split_once('@')?;
    let (namespace, name) = names.split_once(':')?;
    let numbers: Vec<_> = version.split('.').collect();
    let is_version = numbers.len() == 3 && numbers.iter().all(|n| n.parse::<u32>().is_ok());
    (is_wit_name(namespace) && is_wit_name(name) && is_version).then(|| (namespace.into(), name.into(), version.into()))
}

/// Whether a package, and a project for it, may be called so.
#[must_use]
pub fn is_package_name(name: &str) -> bool {
    is_wit_name(name)
}

/// A folder's name as WIT allows one.
fn plain_name(folder: &str) -> String {
    let kept: String = folder.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name: Vec<&str> = kept.split('-').filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    match name.join("-") {
        name if is_wit_name(&name) => name,
        name if name.is_empty() => "kernels".to_owned(),
        keyword => format!("{keyword}-kernels"),
    }
}
