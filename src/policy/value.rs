//! Values of the configuration: what each key takes, and what is said when it gets something else.

use super::place::Source;
use super::{PolicyError, nearest, rules};
use crate::model::{PreId, RelPath};
use std::time::Duration;
use toml_edit::Item;

/// One of a few words.
pub(super) fn word<'w>(
    source: &Source<'_>,
    key: &str,
    item: &Item,
    words: &[&'w str],
) -> Result<&'w str, PolicyError> {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let Some(text) = item.as_str() else {
        let known = match quoted.as_slice() {
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
            [] => "a string".to_owned(),
        };
        return Err(source.error(item, format!("`{key}` must be {known}")));
    };
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Ok(word);
    }
    let known = match quoted.as_slice() {
        [one, other] => format!("neither {one} nor {other}"),
        [first @ .., last] => format!("none of {} and {last}", first.join(", ")),
        [] => "no word that is known".to_owned(),
    };
    // The beginning of one word alone is as good as a slip of the finger.
    let mut begun = words.iter().copied().filter(|word| text.len() > 1 && word.starts_with(text));
    let begun = begun.next().filter(|_| begun.next().is_none());
    let near = begun.or_else(|| nearest(text, words.iter().copied()));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(source.error(item, format!("`{key}`: `{text}` is {known}{near}")))
}

/// The name of a line of pre-releases.
pub(super) fn pre_id(source: &Source<'_>, key: &str, item: &Item) -> Result<PreId, PolicyError> {
    let text = source.string(key, item)?;
    PreId::new(text).map_err(|error| source.error(item, format!("`{key}`: {error}")))
}

/// A folder below that of the root manifest, or beside it, and not that folder itself.
pub(super) fn folder(
    source: &Source<'_>,
    key: &str,
    item: &Item,
    root: &RelPath,
) -> Result<RelPath, PolicyError> {
    let text = source.string(key, item)?;
    let wrong = |what: &str| {
        let expected = "expected is a folder of the repository, seen from the root manifest";
        source.error(item, format!("`{key}`: `{text}` {what}; {expected}, as `.changeset`"))
    };
    let folder = root.join(text).map_err(|_| wrong("leaves the repository"))?;
    if folder.as_str().is_empty() || folder == *root {
        return Err(wrong("is the whole workspace"));
    }
    Ok(folder)
}

/// A number with its unit: `90s`, `15m`, `1h`.
pub(super) fn length(source: &Source<'_>, key: &str, item: &Item) -> Result<Duration, PolicyError> {
    let wrong = |what: &str| {
        let text = format!("`{key}`: {what} is no duration, as \"90s\" or \"15m\"");
        source.error(item, text)
    };
    if let Some(number) = item.as_integer() {
        return Err(wrong(&format!("{number} without a unit")));
    }
    let text = source.string(key, item)?;
    duration(text).ok_or_else(|| wrong(&format!("`{text}`")))
}

fn duration(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = number.trim_end().parse().ok()?;
    let seconds = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    count.checked_mul(seconds).map(Duration::from_secs)
}

/// What a template of tags can hold.
const PLACEHOLDERS: [&str; 2] = ["name", "version"];

/// Patterns of paths in a package.
pub(super) fn patterns(
    source: &Source<'_>,
    key: &str,
    item: &Item,
) -> Result<Vec<String>, PolicyError> {
    let wrong =
        || source.error(item, format!("`{key}` must be a list of paths, as [\"tests/*.pem\"]"));
    let mut patterns = Vec::new();
    for value in item.as_array().ok_or_else(wrong)? {
        let text = value.as_str().ok_or_else(wrong)?;
        if let Err(why) = rules::glob(text) {
            let message = format!("`{key}`: `{text}` is no pattern: {why}");
            return Err(PolicyError { place: source.place(value.span()), message });
        }
        patterns.push(text.to_owned());
    }
    Ok(patterns)
}

/// A template that git can make tags of.
pub(super) fn template(source: &Source<'_>, key: &str, item: &Item) -> Result<String, PolicyError> {
    let text = source.string(key, item)?;
    let wrong = |what: String| Err(source.error(item, format!("`{key}`: {what}")));
    if let Some(odd) = placeholders(text).find(|found| !PLACEHOLDERS.contains(found)) {
        let near = match nearest(odd, PLACEHOLDERS) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => "only `{name}` and `{version}` do".to_owned(),
        };
        return wrong(format!("`{{{odd}}}` stands for nothing; {near}"));
    }
    let filled = text.replace("{name}", "a").replacen("{version}", "1", 1);
    let odd = |c: char| c.is_whitespace() || c.is_control() || "{}~^:?*[\\".contains(c);
    if !text.contains("{version}") {
        wrong(format!("the template of a tag needs `{{version}}`, and `{text}` has none"))
    } else if filled.contains(odd)
        || ["..", "@{", "//"].iter().any(|bad| filled.contains(bad))
        || filled.starts_with(['-', '/', '.'])
        || filled.ends_with(['/', '.'])
    {
        wrong(format!(
            "`{text}` makes no tag that git takes; `{{name}}` and `{{version}}` are filled in"
        ))
    } else {
        Ok(text.to_owned())
    }
}

/// The words between braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let inside = text.split('{').skip(1);
    inside.filter_map(|rest| Some(rest.split_once('}')?.0))
}
