//! Source text, and places in it.

use std::fmt;

/// The files of one kernel folder, by name, in the order that the compiler reads them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<File>,
    /// Where the folder lies, for people: not part of any name.
    folder: Option<String>,
}

/// One source file.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the kernel folder, with `/`: `reduce.rs`. The prelude's files start with `<prelude>/`.
    pub name: String,
    /// The text.
    pub text: String,
    /// Where each line starts, in bytes: places are asked for as often as there are instructions.
    lines: Vec<u32>,
}

/// A file of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A byte range of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from the start of `self` to the end of `other`, which is in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

impl Sources {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where the folder lies, as whoever named it wrote it: places are shown so that an editor finds them.
    pub fn lie_in(&mut self, folder: impl Into<String>) {
        self.folder = Some(folder.into());
    }

    /// A file's name for people: with the folder, where that is known. The prelude's files lie in none.
    #[must_use]
    pub fn shown_name(&self, id: FileId) -> String {
        let name = &self.file(id).name;
        match self.folder.as_deref().map(|folder| folder.trim_end_matches('/')) {
            Some(folder) if !name.starts_with('<') && !matches!(folder, "" | ".") => format!("{folder}/{name}"),
            _ => name.clone(),
        }
    }

    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(self.files.len() as u32);
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect();
        self.files.push(File { name: name.into(), text, lines });
        id
    }

    /// The file of that id, which must come from this `Sources`.
    #[must_use]
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The 1-based line and column (in characters) where a span starts.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        let File { text, lines, .. } = self.file(span.file);
        let line = lines.partition_point(|start| *start <= span.start);
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = text.get(start as usize..span.start as usize).unwrap_or_default();
        (line as u32, before.chars().count() as u32 + 1)
    }
}
