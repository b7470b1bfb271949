//! `wgpuc.toml`: what a folder says of itself beside its kernels.

use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, Span};
use crate::syntax::{self, ast};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wgpuc_abi::Target;

/// The settings of a folder, as far as it has any.
#[derive(Default)]
pub(super) struct Config {
    pub(super) package: Option<Text>,
    pub(super) interface: Option<Text>,
    pub(super) world: Option<Text>,
    /// What it is compiled to where nobody asks for something else.
    pub(super) targets: Vec<Target>,
    /// Stands at the top of every source file of the bindings.
    pub(super) licence: Option<String>,
    /// By kernel, as an `#[instances]` before it would list them.
    pub(super) instances: Vec<(ast::Ident, Vec<ast::InstanceList>)>,
}

/// A text, and where it stands.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Span,
}

const KEYS: [&str; 6] = ["package", "interface", "world", "targets", "licence", "instances"];

/// Reads a `wgpuc.toml`; what is wrong with it goes to `diagnostics`.
pub(super) fn read(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Config {
    let mut reader = Reader { file, text, diagnostics };
    let mut config = Config::default();
    match DeTable::parse(text) {
        Ok(table) => reader.settings(table.get_ref(), &mut config),
        Err(error) => {
            let message = format!("wgpuc.toml is no TOML: {}", error.message());
            reader.report(error.span().unwrap_or_default(), message, None);
        }
    }
    config
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn settings(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match name {
                "package" => config.package = self.text(name, value),
                "interface" => config.interface = self.text(name, value),
                "world" => config.world = self.text(name, value),
                "licence" => config.licence = self.text(name, value).map(|licence| licence.text),
                "targets" => config.targets = self.targets(value),
                "instances" => config.instances = self.instances(value),
                _ => {
                    let help = match nearest(name, KEYS) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the keys are {}", KEYS.join(", ")),
                    };
                    self.report(key.span(), format!("wgpuc.toml has no key `{name}`"), Some(help));
                }
            }
        }
    }

    fn text(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        let text = value.get_ref().as_str();
        if text.is_none_or(str::is_empty) {
            let message = format!("`{key}` must be a text{}", if text.is_some() { " that is not empty" } else { "" });
            self.report(value.span(), message, Some(format!("write `{key} = \"...\"`, or remove the line")));
        }
        text.filter(|text| !text.is_empty()).map(|text| Text { text: text.to_owned(), span: self.span(value.span()) })
    }

    fn targets(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Target> {
        let names: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
        let Some(list) = value.get_ref().as_array() else {
            self.report(
                value.span(),
                "`targets` must be a list",
                Some("write `targets = [\"wgsl\", \"ptx\"]`".to_owned()),
            );
            return vec![];
        };
        if list.is_empty() {
            let help = format!("name some of {}, or remove the line", names.join(", "));
            self.report(value.span(), "`targets` names none", Some(help));
        }
        let mut targets = vec![];
        for item in list.iter() {
            let Some(name) = item.get_ref().as_str() else {
                let help = format!("write some of {} as texts: `[\"wgsl\"]`", names.join(", "));
                self.report(item.span(), "a target is a text", Some(help));
                continue;
            };
            match Target::ALL.into_iter().find(|target| target.name() == name) {
                Some(target) => targets.push(target),
                None => {
                    let help = match nearest(name, names.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the targets are {}", names.join(", ")),
                    };
                    self.report(item.span(), format!("there is no target `{name}`"), Some(help));
                }
            }
        }
        targets
    }

    /// `[instances.KERNEL]`, with a list for each generic parameter.
    fn instances(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(ast::Ident, Vec<ast::InstanceList>)> {
        let mut all = vec![];
        for (kernel, lists) in self.table(value).into_iter().flatten() {
            let lists = self.table(lists).into_iter().flatten().map(|(parameter, values)| {
                let list = values.get_ref().as_array();
                if list.is_none() {
                    let help = format!("write `{} = [\"f32\", \"f16\"]`", parameter.get_ref());
                    self.report(values.span(), "the values of a generic parameter are a list", Some(help));
                }
                let values = list.into_iter().flat_map(|list| list.iter()).filter_map(|value| self.generic(value));
                let values = values.collect();
                (self.ident(parameter), values)
            });
            let lists = lists.collect();
            all.push((self.ident(kernel), lists));
        }
        all
    }

    fn table<'t, 'i>(&mut self, value: &'t Spanned<DeValue<'i>>) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let help = "write `[instances.KERNEL]`, and below it `T = [\"f32\", \"f16\"]`".to_owned();
            self.report(value.span(), "instances are listed by kernel and generic parameter", Some(help));
        }
        table
    }

    /// A number, a bool, or what the kernel language writes for it as a text.
    fn generic(&mut self, value: &Spanned<DeValue<'_>>) -> Option<ast::GenericArg> {
        let mut range = value.span();
        if value.get_ref().is_str() {
            range = range.start + 1..range.end.saturating_sub(1);
        }
        let arg = syntax::generic_arg(self.file, self.text, range);
        if arg.is_none() {
            let help = "write a number, `true`, `false`, or a type as a text: `\"f32x4\"`".to_owned();
            self.report(value.span(), "no kernel can be compiled for this value", Some(help));
        }
        arg
    }

    fn ident(&self, key: &Spanned<toml::de::DeString<'_>>) -> ast::Ident {
        ast::Ident { name: key.get_ref().to_string(), span: self.span(key.span()) }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    fn report(&mut self, range: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let diagnostic = Diagnostic::new(codes::BAD_CONFIG, self.span(range), message);
        self.diagnostics.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

/// Gives kernels the instances that `wgpuc.toml` lists for them.
pub(super) fn list_instances(config: &Config, files: &mut [ast::File], diagnostics: &mut Diagnostics) {
    for (name, lists) in &config.instances {
        let mut kernels = files.iter_mut().flat_map(|file| &mut file.items).filter_map(|item| match item {
            ast::Item::Kernel(kernel) => Some(kernel),
            _ => None,
        });
        let wrong = match kernels.find(|kernel| kernel.function.name.name == name.name) {
            Some(kernel) if kernel.instances.is_empty() => {
                kernel.instances.clone_from(lists);
                continue;
            }
            Some(_) => {
                let message = format!("the instances of `{}` are listed twice", name.name);
                Diagnostic::new(codes::BAD_CONFIG, name.span, message).help("remove these, or its `#[instances]`")
            }
            None => {
                let items = files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
                    ast::Item::Kernel(kernel) => Some(kernel.function.name.name.as_str()),
                    _ => None,
                });
                let help = match nearest(&name.name, items) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a function with `#[kernel]`".to_owned(),
                };
                let message = format!("there is no kernel `{}`", name.name);
                Diagnostic::new(codes::BAD_CONFIG, name.span, message).help(help)
            }
        };
        diagnostics.push(wrong);
    }
}

#[cfg(test)]
mod tests {
    use crate::bindings::Language;
    use crate::driver::{Input, Options, compile};
    use wgpuc_abi::Target;

    #[test]
    fn targets_instances_and_licence_are_as_they_say() {
        let config = "targets = [\"wgsl\"]\nlicence = \"\"\"\nFree.\n\nFor all.\"\"\"\n[instances.fill]\nT = [\"f32\", \"u32x4\"]\nN = [4]\n";
        let kernel = "#[kernel(workgroup = 64, over = out.len())]\npub fn fill<T, const N: u32>(out: &mut [T]) {\n    \
                      let i = global_id().x;\n    if i < out.len() && i >= N {\n        out[i] = out[i] + out[i];\n    }\n}\n";
        let files = [("wgpuc.toml", config), ("fill.rs", kernel)].map(|(n, t)| (n.to_owned(), t.as_bytes().to_vec()));
        let input = Input { folder_name: "fill".to_owned(), files: files.to_vec() };
        let options = Options { bindings: Language::ALL.to_vec(), ..Options::default() };
        let output = compile(&input, &options).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
        let ops: Vec<&str> = output.manifest.interface.ops().map(|op| op.name.kebab()).collect();
        assert_eq!(ops, ["fill-f32-4", "fill-u32x4-4"]);
        assert!(output.kernels.iter().flat_map(|k| &k.forms).flat_map(|f| &f.code).all(|c| c.target == Target::Wgsl));
        for (name, bytes) in &output.files {
            let is_code = !name.starts_with("wgsl/") && !name.ends_with(".json") && !name.ends_with(".o");
            assert_eq!(bytes.starts_with(b"// Free.\n//\n// For all.\n"), is_code, "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_where_and_what_to_write() {
        for (config, message, help, start) in [
            ("package = 3", "`package` must be a text", "write `package = \"...\"`, or remove the line", 10),
            ("licence = \"\"", "`licence` must be a text that is not empty", "remove the line", 10),
            ("package = \"A B\"", "`A B` is no package name: it has no namespace", "write `local:a-b@0.1.0`", 10),
            ("license = \"Free.\"", "wgpuc.toml has no key `license`", "did you mean `licence`?", 0),
            ("targets = \"wgsl\"", "`targets` must be a list", "write `targets = [\"wgsl\", \"ptx\"]`", 10),
            ("targets = [3]", "a target is a text", "`[\"wgsl\"]`", 11),
            ("targets = [\"wgls\"]", "there is no target `wgls`", "did you mean `wgsl`?", 11),
            ("[instances.fil]", "there is no kernel `fil`", "did you mean `fill`?", 11),
            ("instances.fill = [\"f32\"]", "instances are listed by kernel", "write `[instances.KERNEL]`", 17),
        ] {
            let kernel = "#[kernel(workgroup = 64, over = out.len())]\npub fn fill(out: &mut [f32]) {}\n";
            let files = [("wgpuc.toml", config), ("fill.rs", kernel)];
            let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
            let wrong = compile(&Input { folder_name: "fill".to_owned(), files }, &Options::default()).unwrap_err();
            let found = wrong.diagnostics.sorted()[0];
            assert!(found.message.starts_with(message), "{config}: {}", found.message);
            assert!(found.help[0].contains(help) && found.labels[0].span.start == start, "{config}: {found:?}");
        }
    }
}
