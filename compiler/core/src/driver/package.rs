//! The package: its names, from `wgpuc.toml` or the folder, and its files in order.

use super::Input;
use super::config::{self, Config};
use super::names;
use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics, nearest};
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
    let interface = config.interface.as_ref().map_or("kernels", |given| given.text.as_str());
    let interface = Name::from_ident(interface);
    let world = config.world.as_ref().map_or_else(|| format!("{folder}-guest"), |given| given.text.clone());
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
    names::word("interface", interface.kebab(), config.interface.as_ref(), &mut diagnostics);
    names::word("world", &world, config.world.as_ref(), &mut diagnostics);
    if interface.kebab() == world || interface.kebab() == "compute" {
        let message = format!("the interface cannot be called `{}`", interface.kebab());
        let place = config.interface.as_ref().or(config.world.as_ref()).map(|given| given.span);
        let diagnostic = match place {
            Some(place) => Diagnostic::new(codes::BAD_NAME, place, message),
            None => Diagnostic::without_place(codes::BAD_NAME, message),
        };
        let help = "choose a name that neither the world has nor the interface of buffers, `compute`";
        diagnostics.push(diagnostic.help(help));
    }
    let names = match &config.package {
        Some(given) => names::package(given, &mut diagnostics),
        None => Some(("local".to_owned(), folder, "0.1.0".to_owned())),
    };
    let Some((namespace, name, version)) = names else { return Err(diagnostics) };
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
            None => {
                let others = ids.keys().filter_map(|name| name.strip_suffix(".rs"));
                let unnamed = others.filter(|name| file.mods.iter().all(|module| module.name != *name));
                let help = match nearest(&module.name, unnamed) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "make the file, or remove this line".to_owned(),
                };
                let message = format!("there is no file {}.rs", module.name);
                diagnostics.push(Diagnostic::new(codes::NO_SUCH_FILE, module.span, message).help(help));
            }
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
