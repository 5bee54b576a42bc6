//! A `Cargo.lock` as Cargo writes it, read line by line.
//!
//! Lock files are the longest texts of a workspace, and a TOML document of one takes twenty times its
//! bytes. Cargo writes them in one form, a key or a dependency to a line; whatever else stands in
//! one is left to the reader of TOML, and so is what is wrong with it.

use super::read::Locked;
use crate::manifest::spot::Spot;

/// All packages, in the order of the text; nothing for a text that is not in Cargo's own form.
pub(super) fn packages(text: &str) -> Option<Vec<Locked>> {
    if !text.bytes().all(|byte| byte == b'\n' || (byte.is_ascii() && !byte.is_ascii_control())) {
        return None;
    }
    let mut lines = Lines { text, next: 0, number: 0 };
    let mut has_version = false;
    let mut packages: Vec<Draft> = Vec::new();
    while let Some(line) = lines.next() {
        let text = line.text;
        if text == "[[package]]" {
            packages.push(Draft::default());
        } else if text.is_empty() || text.starts_with('#') {
        } else if let Some(package) = packages.last_mut() {
            package.read(&line, &mut lines)?;
        } else if !has_version && matches!(text, "version = 3" | "version = 4") {
            has_version = true;
        } else {
            return None;
        }
    }
    packages.into_iter().map(Draft::done).collect()
}

/// A line without its end.
struct Line<'a> {
    text: &'a str,
    /// Where it begins.
    at: usize,
    /// From 1.
    number: usize,
}

struct Lines<'a> {
    text: &'a str,
    next: usize,
    number: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let at = self.next;
        let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
        let text = rest.split('\n').next().unwrap_or_default();
        self.next = at + text.len() + 1;
        self.number += 1;
        Some(Line { text, at, number: self.number })
    }
}

impl Line<'_> {
    /// What stands between the quotes, when nothing but `before` and `after` stands around them.
    fn quoted(&self, before: &str, after: &str) -> Option<Spot> {
        let inside = self.text.strip_prefix(before)?.strip_prefix('"')?;
        let value = inside.strip_suffix(after)?.strip_suffix('"')?;
        if value.contains(['"', '\\']) {
            return None;
        }
        let skipped = before.len() + 1;
        let start = self.at + skipped;
        Some(Spot {
            value: value.to_owned(),
            start,
            end: start + value.len(),
            line: self.number,
            column: skipped + 1,
            verbatim: true,
        })
    }
}

/// A package while its lines come in.
#[derive(Default)]
struct Draft {
    name: Option<Spot>,
    version: Option<Spot>,
    source: Option<Spot>,
    checksum: Option<Spot>,
    dependencies: Option<Vec<Spot>>,
}

impl Draft {
    /// Takes in one key; nothing for one that Cargo does not write, or not twice.
    fn read(&mut self, line: &Line<'_>, lines: &mut Lines<'_>) -> Option<()> {
        if line.text == "dependencies = [" {
            let mut dependencies = Vec::new();
            loop {
                let line = lines.next()?;
                if line.text == "]" {
                    break;
                }
                dependencies.push(line.quoted(" ", ",")?);
            }
            return self.dependencies.replace(dependencies).is_none().then_some(());
        }
        let (place, before) = match line.text.split(' ').next()? {
            "name" => (&mut self.name, "name = "),
            "version" => (&mut self.version, "version = "),
            "source" => (&mut self.source, "source = "),
            "checksum" => (&mut self.checksum, "checksum = "),
            _ => return None,
        };
        place.replace(line.quoted(before, "")?).is_none().then_some(())
    }

    fn done(self) -> Option<Locked> {
        Some(Locked {
            name: self.name?.value,
            version: self.version?,
            source: self.source.map(|spot| spot.value),
            checksum: self.checksum.map(|spot| spot.value),
            dependencies: self.dependencies.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const PLAIN: &str = "# Made by Cargo.\nversion = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
         dependencies = [\n \"b 0.1.0\",\n \"c\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"0.1.0\"\n\
         source = \"registry+https://x.invalid\"\nchecksum = \"ab\"\n";

    /// Both readers of a text; the second has the last word where the first has none.
    fn both(text: &str) -> (Option<Vec<Locked>>, Option<Vec<Locked>>) {
        (packages(text), read::of_toml(text).ok())
    }

    #[test]
    fn what_cargo_writes_is_read_as_toml_would() {
        let own = include_str!("../../../Cargo.lock");
        for text in [PLAIN, PLAIN.trim_end(), own, "", "version = 3\n"] {
            let (plain, toml) = both(text);
            assert!(plain.is_some());
            assert_eq!(plain, toml);
        }
    }

    #[test]
    fn any_other_form_is_left_to_toml() {
        let table = [
            ("[[package]]", "[root]"),
            ("version = 4", "version = 4\nversion = 4"),
            ("\n", "\r\n"),
            (" \"c\",", " \"c\""),
            (" \"c\",", "\"c\","),
            ("name = \"a\"", "name = 'a'"),
            ("name = \"a\"", "name=\"a\""),
            ("name = \"a\"", "name = \"a\" # who"),
            ("name = \"a\"", "name = \"\\u0061\""),
            ("name = \"a\"", "name = \"\"\"a\"\"\""),
            ("name = \"a\"", "name = \"a\"\nname = \"a\""),
            ("name = \"a\"\n", ""),
            ("name = \"a\"", "name = \"ä\""),
            ("checksum", "replace"),
            ("checksum = \"ab\"\n", "\n[metadata]\n"),
            ("]\n\n", ""),
        ];
        for (from, to) in table {
            let text = PLAIN.replace(from, to);
            assert_ne!(text, PLAIN, "{from}");
            assert_eq!(packages(&text), None, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_damaged_anywhere_is_read_alike_or_not_at_all() {
        for at in 0..PLAIN.len() {
            for byte in [" ", "\"", "\n", "]", "x", "#", "\\"] {
                let mut text = PLAIN.to_owned();
                text.replace_range(at..=at, byte);
                let (plain, toml) = both(&text);
                if plain.is_some() {
                    assert_eq!(plain, toml, "{byte:?} at {at}");
                }
            }
        }
    }
}
