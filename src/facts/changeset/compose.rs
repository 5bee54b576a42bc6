//! Writing a changeset down.

use super::Level;
use crate::model::{Digest, PackageName};
use std::fmt::Write as _;

/// The most characters of a text that go into the name of its file.
const SLUG: usize = 40;

/// The contents of a changeset file.
#[must_use]
pub fn compose(intents: &[(PackageName, Level)], text: &str) -> String {
    let mut source = "---\n".to_owned();
    for (package, level) in intents {
        writeln!(source, "\"{package}\": {level}").expect("a string takes everything");
    }
    source.push_str("---\n");
    let text = text.trim();
    if !text.is_empty() {
        write!(source, "\n{}\n", text.replace("\r\n", "\n")).expect("a string takes everything");
    }
    source
}

/// A name for the file of a changeset that no other has: the words of its text, some digits of its
/// contents' digest, and a number where that is taken.
///
/// The digits keep two branches apart that describe their changes in the same words.
#[must_use]
pub fn file_name(source: &str, text: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let slug = slug(text);
    let digest = Digest::of(source.as_bytes());
    let stem = format!("{slug}-{}", digest.short(6));
    let numbered = (2..).map(|number| format!("{stem}-{number}.md"));
    let mut names = std::iter::once(format!("{stem}.md")).chain(numbered);
    names.find(|name| !is_taken(name)).expect("there is always a next number")
}

/// The words of the first line in small letters, joined by `-`.
fn slug(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default().to_lowercase();
    let words = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        let room = SLUG.saturating_sub(slug.len() + 1);
        if word.len() > room {
            if slug.is_empty() {
                slug.push_str(&word[..room.min(word.len())]);
            }
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() { "change".to_owned() } else { slug }
}
