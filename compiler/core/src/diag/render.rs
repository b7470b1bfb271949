//! What diagnostics look like: rustc's own form. The only file that knows the renderer.

use super::{Diagnostic, Diagnostics, Label};
use crate::source::{FileId, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Color,
}

/// The diagnostics as text, ordered by place, with a last line that counts them. Empty where nothing is wrong.
#[must_use]
pub fn render(diagnostics: &Diagnostics, sources: &Sources, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Color => Renderer::styled(),
    };
    let list = diagnostics.sorted();
    let mut out = String::new();
    for diagnostic in &list {
        out += &renderer.render(&[group(diagnostic, sources)]);
        out += "\n\n";
    }
    if !list.is_empty() {
        let errors = if list.len() == 1 { "error" } else { "errors" };
        let total = Level::ERROR.primary_title(format!("{} {errors}", list.len()));
        out += &renderer.render(&[Group::with_title(total)]);
        out.push('\n');
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let mut group = Group::with_title(title);
    for file in files_of(diagnostic) {
        let source = sources.file(file);
        let labels = diagnostic.labels.iter().enumerate().filter(|(_, label)| label.span.file == file);
        let annotations = labels.map(|(at, label)| {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
            kind.span(range(label, &source.text)).label(text)
        });
        let snippet = Snippet::source(source.text.as_str()).path(sources.shown_name(file));
        group = group.element(snippet.annotations(annotations));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// The files of its labels, each once, the first label's first.
fn files_of(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = vec![];
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

/// The label's bytes, moved to where characters begin and end: the renderer slices the text there.
fn range(label: &Label, text: &str) -> std::ops::Range<usize> {
    let boundary = |at: u32, step_back: bool| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at = if step_back { at - 1 } else { at + 1 };
        }
        at
    };
    let start = boundary(label.span.start, true);
    start..boundary(label.span.end, false).max(start)
}

#[cfg(test)]
mod tests {
    use super::{Style, render};
    use crate::diag::{Diagnostic, Diagnostics, codes::types};
    use crate::source::{Sources, Span};

    #[test]
    fn looks_like_rustc() {
        let mut sources = Sources::new();
        let a = sources.add("reduce.rs", "fn größe() {\n    summ(1);\n}\n");
        let b = sources.add("sum.rs", "pub fn sum(x: u32) {}\n");
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(
            Diagnostic::new(types::UNKNOWN_NAME, Span { file: a, start: 19, end: 23 }, "cannot find function `summ`")
                .here("not found")
                .label(Span { file: b, start: 7, end: 10 }, "a function of a similar name")
                .note("names are looked up in the file, the folder and the prelude")
                .help("did you mean `sum`?"),
        );
        diagnostics.push(Diagnostic::without_place(types::UNKNOWN_NAME, "nowhere"));
        let text = render(&diagnostics, &sources, Style::Plain);
        let wanted = "error[E0201]: nowhere\n\nerror[E0201]: cannot find function `summ`\n --> reduce.rs:2:5\n  |\n2 |     \
                      summ(1);\n  |     ^^^^ not found\n  |\n ::: sum.rs:1:8\n  |\n1 | pub fn sum(x: u32) {}\n  |        \
                      --- a function of a similar name\n  |\n  = note: names are looked up in the file, the folder and \
                      the prelude\n  = help: did you mean `sum`?\n\nerror: 2 errors\n";
        assert_eq!(text, wanted, "\n{text}");
    }

    #[test]
    fn places_lie_in_the_folder_that_was_named() {
        let mut sources = Sources::new();
        let own = sources.add("a.rs", "x\n");
        let library = sources.add("<prelude>/math.rs", "y\n");
        for (folder, shown) in [("kernels/", "kernels/a.rs"), ("../k", "../k/a.rs"), (".", "a.rs")] {
            sources.lie_in(folder);
            let at = |file| Span { file, start: 0, end: 1 };
            let diagnostic = Diagnostic::new(types::UNKNOWN_NAME, at(own), "x").label(at(library), "there");
            let text = render(&diagnostic.into(), &sources, Style::Plain);
            assert!(text.contains(&format!("--> {shown}:1:1")) && text.contains("::: <prelude>/math.rs:1:1"), "{text}");
        }
    }

    #[test]
    fn no_span_makes_it_panic() {
        let mut sources = Sources::new();
        let file = sources.add("a.rs", "ä\n");
        for (start, end) in [(0, 0), (1, 1), (0, 1), (3, 3), (9, 9), (2, 1)] {
            let diagnostic = Diagnostic::new(types::UNKNOWN_NAME, Span { file, start, end }, "x");
            assert!(!render(&diagnostic.into(), &sources, Style::Color).is_empty());
        }
    }
}
