//! The one place where an error becomes words for a person, a hint and an exit code.

use crate::ui::lines::Lines;
use crate::ui::text::{columns, plain, plain_lines, wrap};
use crate::ui::{Paint, Tone};
use cargo_orchestrate::model;
use cargo_orchestrate::plan::Location;
use cargo_orchestrate::wire::{ErrorDocument, ExitCode, Fact, NextCommand};
use std::error::Error;

/// The width of the labels below an error.
const LABEL: usize = 9;

/// How many names are told where none is near.
const NAMED: usize = 8;

/// Why a command did not do what was asked.
///
/// Shown as: what happened, with its causes and place; what is true now; what to type next. All
/// texts may come from anywhere; they are made harmless when they are shown.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What was being done and went wrong, one line, lower case.
    pub text: String,
    /// Boxed, for a failure travels through every result.
    more: Box<More>,
    pub code: ExitCode,
}

#[derive(Debug, Default)]
struct More {
    source: Option<Box<dyn Error + Send + Sync>>,
    snippet: Option<Snippet>,
    facts: Vec<Fact>,
    next: Vec<NextCommand>,
    /// Whether it was shown already.
    is_told: bool,
}

#[derive(Debug)]
struct Snippet {
    at: Location,
    excerpt: String,
    /// How many characters are marked, and what is wrong with them.
    length: usize,
    label: String,
}

impl Failure {
    /// A failure of this kind.
    pub(crate) fn new(code: ExitCode, text: impl Into<String>) -> Self {
        Self { text: text.into(), more: Box::default(), code }
    }

    /// The workspace, the repository or the configuration cannot be worked with (96).
    pub(crate) fn set_up(text: impl Into<String>) -> Self {
        Self::new(ExitCode::SetUp, text)
    }

    /// Refused before any effect (97).
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::new(ExitCode::Refused, text).now("nothing was changed")
    }

    /// A name that no package of the workspace has, with the nearest that one has (2).
    pub(crate) fn unknown_package<'a>(
        name: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        Self::no_package(name, nearest(name, names.iter().copied()), &names)
    }

    /// The same, where the nearest name is known; without one, a few of the names there are.
    pub(crate) fn no_package(name: &str, near: Option<&str>, names: &[&str]) -> Self {
        let failure = Self::new(ExitCode::Usage, format!("the workspace has no package `{name}`"));
        let failure = match (near, names) {
            (Some(near), _) => failure.fact("did you mean", format!("`{near}`?")),
            (None, []) => failure,
            (None, names) => {
                let (few, more) = names.split_at(names.len().min(NAMED));
                let more = (!more.is_empty()).then(|| format!(" and {} more", more.len()));
                failure.fact("it has", format!("{}{}", few.join(", "), more.unwrap_or_default()))
            }
        };
        failure.next("cargo orchestrate status", "lists the packages")
    }

    /// A name that neither a package of the workspace nor a rule has, with the nearest of both (2).
    pub(crate) fn unexplained<'a>(
        name: &str,
        packages: impl IntoIterator<Item = &'a str>,
        rules: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let text = format!("neither a package of the workspace nor a rule is called `{name}`");
        let package = nearest(name, packages).map(|near| format!("the package `{near}`"));
        let rule = nearest(name, rules).map(|near| format!("the rule `{near}`"));
        let near: Vec<String> = package.into_iter().chain(rule).collect();
        let failure = Self::new(ExitCode::Usage, text);
        let failure = match near.as_slice() {
            [] => failure,
            near => failure.fact("did you mean", format!("{}?", near.join(" or "))),
        };
        failure.next("cargo orchestrate plan --explain rule:", "lists the rules")
    }

    /// The same failure, with the error behind it.
    pub(crate) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.more.source = Some(source.into());
        self
    }

    /// The same failure, at a place in a file: `excerpt` is the line there, `length` says how many
    /// characters of it are marked (0 when it is not known), `label` what is wrong with them.
    pub(crate) fn at(
        mut self,
        at: Location,
        excerpt: impl Into<String>,
        length: usize,
        label: impl Into<String>,
    ) -> Self {
        let (excerpt, label) = (excerpt.into(), label.into());
        self.more.snippet = Some(Snippet { at, excerpt, length, label });
        self
    }

    /// The same failure, with something that is true now, as a sentence of its own.
    pub(crate) fn now(mut self, text: impl Into<String>) -> Self {
        self.more.facts.push(Fact { label: None, text: text.into() });
        self
    }

    /// The same failure, with something that is true now, under a label: `published`.
    pub(crate) fn fact(mut self, label: &str, text: impl Into<String>) -> Self {
        self.more.facts.push(Fact { label: Some(label.to_owned()), text: text.into() });
        self
    }

    /// The same failure, with a command to type and what it does.
    pub(crate) fn next(mut self, command: impl Into<String>, effect: impl Into<String>) -> Self {
        self.more.next.push(NextCommand { command: command.into(), effect: effect.into() });
        self
    }

    /// The same failure for whoever works in another folder: commands of ours get the flags that
    /// lead there.
    pub(crate) fn in_place(mut self, place: &str) -> Self {
        for next in &mut self.more.next {
            let is_ours = next.command.starts_with("cargo orchestrate ");
            if is_ours && !next.command.contains(" -C ") && !next.command.ends_with(place) {
                next.command.push_str(place);
            }
        }
        self
    }

    /// Whether all that went wrong is that nobody reads our answer any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let source = self.more.source.as_deref();
        let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
        self.code == ExitCode::OutputNotWritten
            && io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// The same failure, which was shown already.
    pub(crate) fn told(mut self) -> Self {
        self.more.is_told = true;
        self
    }

    /// Whether it was shown already.
    pub(crate) fn is_told(&self) -> bool {
        self.more.is_told
    }

    /// The errors behind this one, nearest first, each in its own words.
    fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut source = self.more.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            let text = error.to_string();
            // Some packages print their source in their own text; once is enough.
            if !causes.last().is_some_and(|last| last.ends_with(&text)) && text != self.text {
                causes.push(text);
            }
            source = error.source();
        }
        causes
    }

    /// As JSON, one line without its end.
    #[must_use]
    pub(crate) fn to_json(&self) -> String {
        let mut document = ErrorDocument::new(self.code, self.text.clone());
        document.causes = self.causes();
        document.at = self.more.snippet.as_ref().map(|snippet| snippet.at.clone());
        document.facts.clone_from(&self.more.facts);
        document.next.clone_from(&self.more.next);
        document.to_json()
    }

    /// In words, at most `width` columns wide where words allow it.
    #[must_use]
    pub(crate) fn render(&self, paint: Paint, width: usize) -> String {
        let mut out = Lines::default();
        // What a program said may have many lines; its first is the headline.
        let (headline, rest) = self.text.split_once('\n').unwrap_or((&self.text, ""));
        let mut lines = wrap(&plain(headline), width.saturating_sub("error: ".len())).into_iter();
        let first = lines.next().unwrap_or_default();
        out.line(format_args!("{}: {}", paint.tone(Tone::Error, "error"), first));
        for rest in lines {
            out.line(format_args!("       {rest}"));
        }
        for said in plain_lines(rest) {
            out.line(format_args!("  {said}"));
        }
        if let Some(snippet) = &self.more.snippet {
            snippet.render(&mut out, paint);
        }
        let labels = self.more.facts.iter().filter_map(|fact| fact.label.as_deref());
        let label = labels.map(columns).max().unwrap_or_default().max(LABEL);
        for cause in self.causes() {
            labelled(&mut out, paint, ("because", label), &cause, width);
        }
        for fact in &self.more.facts {
            match &fact.label {
                Some(name) => labelled(&mut out, paint, (name, label), &fact.text, width),
                None => {
                    for said in plain_lines(&fact.text) {
                        out.line(format_args!("  {said}"));
                    }
                }
            }
        }
        self.render_next(&mut out, paint, label, width);
        out.into_string()
    }

    fn render_next(&self, out: &mut Lines, paint: Paint, label: usize, width: usize) {
        let commands = self.more.next.iter().map(|next| columns(&next.command));
        let widest = commands.max().unwrap_or_default();
        let indent = 2 + label + 3;
        for (index, next) in self.more.next.iter().enumerate() {
            let title = if index == 0 { "next" } else { "" };
            let pad = " ".repeat(widest - columns(&next.command) + 3);
            let effect = plain(&next.effect);
            let room = width.saturating_sub(indent + widest + 3).max(24);
            let mut effects = wrap(&effect, room).into_iter();
            let command = paint.tone(Tone::Strong, plain(&next.command));
            let title = paint.tone(Tone::Note, format!("{title:<label$}"));
            let effect = effects.next().unwrap_or_default();
            out.line(format_args!("  {title}   {command}{pad}{effect}"));
            for effect in effects {
                out.line(format_args!("{}{effect}", " ".repeat(indent + widest + 3)));
            }
        }
    }
}

impl Snippet {
    /// The place and its line, as rustc shows them.
    fn render(&self, out: &mut Lines, paint: Paint) {
        let number = self.at.line.to_string();
        let gutter = " ".repeat(number.len());
        let bar = paint.tone(Tone::Note, "|");
        let file = plain(self.at.file.as_str());
        let arrow = paint.tone(Tone::Note, "-->");
        out.line(format_args!("{gutter}{arrow} {file}:{}:{}", self.at.line, self.at.column));
        let before: String = self.excerpt.chars().take(self.at.column.saturating_sub(1)).collect();
        let marked: String =
            self.excerpt.chars().skip(self.at.column.saturating_sub(1)).take(self.length).collect();
        // Both are measured as they are shown.
        let indent = columns(&shown(&before));
        let length = columns(&shown(&marked)).max(1);
        let carets = format!("{} {}", "^".repeat(length), plain(&self.label));
        let carets = paint.tone(Tone::Error, carets.trim_end());
        out.line(format_args!("{gutter} {bar}"));
        let number = paint.tone(Tone::Note, &number);
        out.line(format_args!("{number} {bar} {}", shown(&self.excerpt).trim_end()));
        out.line(format_args!("{gutter} {bar} {}{carets}", " ".repeat(indent)));
    }
}

/// A piece of a line of a file, harmless, with the spaces around it kept.
fn shown(text: &str) -> String {
    let text = text.replace('\t', " ");
    let middle = text.trim();
    if middle.is_empty() {
        return text;
    }
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    format!("{}{}{}", &text[..start], plain(middle), &text[end..])
}

fn labelled(
    out: &mut Lines,
    paint: Paint,
    (label, label_width): (&str, usize),
    text: &str,
    width: usize,
) {
    let indent = 2 + label_width + 3;
    let mut label = format!("{label:<label_width$}");
    for one in text.trim_end().lines() {
        for piece in wrap(&plain(one), width.saturating_sub(indent).max(24)) {
            out.line(format_args!("  {}   {piece}", paint.tone(Tone::Note, &label)));
            label = " ".repeat(label_width);
        }
    }
}

/// The name that is nearest to what was typed, if one is near: a slip or two of the finger, or the
/// first that contains it.
fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.is_empty() {
        return None;
    }
    let names: Vec<&str> = names.into_iter().collect();
    let is_part =
        |name: &&&str| typed.len() > 2 && (name.contains(typed) || typed.contains(**name));
    model::nearest(typed, names.iter().copied()).or_else(|| names.iter().find(is_part).copied())
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod tests;
