//! The grammar of a changeset, and everything that can be wrong with one.
//!
//! Of YAML only what changesets use is understood: lines `name: level`, bare or in quotes, empty
//! lines and comments. Everything else is a mistake with its place.

use super::{Changeset, Contents, Found, Intent, Level};
use crate::model::{PackageName, RelPath, Workspace, nearest};

const FENCE: &str = "---";
const FORM: &str = "write `package: level`, with major, minor, patch or none as level";

/// Something that is wrong with a changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub kind: MistakeKind,
    /// What is wrong, one line.
    pub text: String,
    /// What was expected, or what was probably meant.
    pub hint: String,
}

/// The kinds of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MistakeKind {
    /// The file itself cannot be read.
    Unreadable,
    /// It does not follow the grammar.
    Malformed,
    /// It names a package that the workspace does not have.
    UnknownPackage,
}

/// A line of the file, and where it stands in it.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// From 1.
    number: usize,
    /// In bytes.
    start: usize,
    end: usize,
    /// Without the end of the line.
    text: &'a str,
}

/// Reads one file.
///
/// # Errors
/// All mistakes, in the order of the file.
pub(super) fn read(found: Found, workspace: &Workspace) -> Result<Changeset, Vec<Mistake>> {
    let Found { file, tracked, contents } = found;
    let mut reader = Reader { file: &file, workspace, intents: Vec::new(), mistakes: Vec::new() };
    let source = match contents {
        Contents::Bytes(bytes) => String::from_utf8(bytes).map_err(|error| {
            let sound =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()])
                    .into_owned();
            let line = sound.matches('\n').count() + 1;
            let column = sound.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let text = "the file is not UTF-8".to_owned();
            reader.mistake(MistakeKind::Unreadable, (line, column), text, "save it as UTF-8");
        }),
        Contents::Unread(why) => {
            let hint = "put a text file there, or remove it";
            reader.mistake(MistakeKind::Unreadable, (1, 1), why, hint);
            Err(())
        }
    };
    let Ok(source) = source else { return Err(reader.mistakes) };
    let text = reader.whole(&source);
    let Reader { intents, mistakes, .. } = reader;
    if mistakes.is_empty() {
        Ok(Changeset { file, source, tracked, intents, text })
    } else {
        Err(mistakes)
    }
}

struct Reader<'a> {
    file: &'a RelPath,
    workspace: &'a Workspace,
    intents: Vec<Intent>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Reads the front matter and gives the text behind it.
    fn whole(&mut self, source: &str) -> String {
        let mut lines = lines(source).skip_while(|line| line.text.trim().is_empty());
        match lines.next() {
            Some(first) if first.text.trim_end() == FENCE => {}
            first => {
                let at = (first.map_or(1, |line| line.number), 1);
                let text = format!("the front matter is missing: the first line must be `{FENCE}`");
                self.mistake(
                    MistakeKind::Malformed,
                    at,
                    text,
                    "`cargo orchestrate change` writes one",
                );
                return String::new();
            }
        }
        let mut last = 1;
        for line in lines {
            if line.text.trim_end() == FENCE {
                let text = source[line.end..].trim();
                return text.replace("\r\n", "\n");
            }
            last = line.number;
            self.line(line);
        }
        let text = format!("the front matter has no end: no line `{FENCE}` closes it");
        let hint = format!("write `{FENCE}` before the text");
        self.mistake(MistakeKind::Malformed, (last, 1), text, &hint);
        String::new()
    }

    fn line(&mut self, line: Line<'_>) {
        let begin = line.text.trim_start();
        if begin.is_empty() || begin.starts_with('#') {
            return;
        }
        let column = |rest: &str| {
            let before = &line.text[..line.text.len() - rest.len()];
            (line.number, before.chars().count() + 1)
        };
        let at = column(begin);
        let Some((name, rest)) = name(begin) else {
            let text = format!("`{}` does not say a package and a level", begin.trim_end());
            return self.mistake(MistakeKind::Malformed, at, text, FORM);
        };
        let value = rest.trim_start();
        if value.is_empty() || value.starts_with('#') {
            let text = format!("the level of `{name}` is missing");
            return self.mistake(MistakeKind::Malformed, column(rest), text, FORM);
        }
        if value.len() == rest.len() {
            let text = format!("a space is missing after `{name}:`");
            return self.mistake(MistakeKind::Malformed, column(rest), text, FORM);
        }
        let (word, rest) = word(value);
        let tail = rest.trim();
        let is_comment = tail.starts_with('#') && rest.starts_with([' ', '\t']);
        if !tail.is_empty() && !is_comment {
            let text = format!("`{tail}` stands where the line should end");
            return self.mistake(MistakeKind::Malformed, column(rest.trim_start()), text, FORM);
        }
        let package = self.package(name, at);
        let level = word.parse::<Level>().map_err(|unknown| {
            let hint = match unknown.nearest {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the levels are major, minor, patch and none".to_owned(),
            };
            self.mistake(MistakeKind::Malformed, column(value), unknown.to_string(), &hint);
        });
        let (Some(package), Ok(level)) = (package, level) else { return };
        if let Some(before) = self.intents.iter().find(|intent| intent.package == package) {
            let text = format!("`{package}` stands in line {} already", before.at.0);
            return self.mistake(MistakeKind::Malformed, at, text, "keep one of the two");
        }
        self.intents.push(Intent { package, level, line: line.start..line.end, at });
    }

    /// The member of this name. In a workspace of one package `default` is a name for it, as other
    /// tools have it.
    fn package(&mut self, name: &str, at: (usize, usize)) -> Option<PackageName> {
        let packages = &self.workspace.packages;
        let own = PackageName::new(name).ok().filter(|name| packages.contains_key(name));
        let only = packages.keys().next().filter(|_| packages.len() == 1 && name == "default");
        let known = own.or_else(|| only.cloned());
        if known.is_none() {
            let text = format!("no member of the workspace is called `{name}`");
            let hint = match nearest(name, packages.keys().map(PackageName::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`cargo orchestrate status` lists the members".to_owned(),
            };
            self.mistake(MistakeKind::UnknownPackage, at, text, &hint);
        }
        known
    }

    fn mistake(
        &mut self,
        kind: MistakeKind,
        (line, column): (usize, usize),
        text: String,
        hint: &str,
    ) {
        let (file, hint) = (self.file.clone(), hint.to_owned());
        self.mistakes.push(Mistake { file, line, column, kind, text, hint });
    }
}

/// The lines with their places; a byte order mark is no part of the first.
fn lines(source: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    source[start..].split_inclusive('\n').enumerate().map(move |(index, whole)| {
        let end = start + whole.len();
        let text = whole.trim_end_matches('\n').trim_end_matches('\r');
        let line = Line { number: index + 1, start, end, text };
        start = end;
        line
    })
}

/// The name before the colon, and what follows the colon.
fn name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = match quoted(text) {
        Some((name, rest)) => (name, rest.trim_start().strip_prefix(':')?),
        None => text.split_once(':')?,
    };
    let name = name.trim();
    (!name.is_empty()).then_some((name, rest))
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    quoted(text).unwrap_or_else(|| {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        text.split_at(end)
    })
}

/// What stands in the quotes that a text begins with, and what follows them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(quote)
}
