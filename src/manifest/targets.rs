//! What a packed package can be used for.

use toml_edit::{DocumentMut, Item};

/// What a package offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedTargets {
    /// Whether others can depend on it.
    pub library: bool,
    /// Whether there are programs to install.
    pub programs: bool,
}

impl PackedTargets {
    /// What a packed manifest says, and the paths of the files below the package's folder: Cargo
    /// wrote targets that it found by itself into the manifest only lately.
    ///
    /// # Errors
    /// Why it is no TOML, one line.
    pub fn of<'a>(
        manifest: &str,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let document: DocumentMut =
            manifest.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let package = document.get("package").and_then(Item::as_table_like);
        let looks = |key: &str| {
            let said = package.and_then(|package| package.get(key)?.as_bool());
            said.unwrap_or(true)
        };
        let (mut library, mut programs) = (false, false);
        for file in files {
            let program = file == "src/main.rs"
                || file.strip_prefix("src/bin/").is_some_and(|rest| {
                    let is_file = |name: &str| name.strip_suffix(".rs").is_some();
                    match rest.split_once('/') {
                        None => is_file(rest),
                        Some((_, inside)) => inside == "main.rs",
                    }
                });
            library |= file == "src/lib.rs" && looks("autolib");
            programs |= program && looks("autobins");
        }
        let bins = document.get("bin").and_then(Item::as_array_of_tables);
        Ok(Self {
            library: library || document.contains_key("lib"),
            programs: programs || bins.is_some_and(|bins| !bins.is_empty()),
        })
    }
}

#[test]
fn what_is_there_says_what_a_package_offers() {
    let said = "autolib = false\nautobins = false\n[lib]\npath = \"a.rs\"\n[[bin]]\nname = \"b\"\n";
    let table: [(&str, &[&str], (bool, bool)); 6] = [
        ("", &["src/lib.rs"], (true, false)),
        ("", &["src/lib.rs", "src/main.rs"], (true, true)),
        ("", &["src/bin/a.rs"], (false, true)),
        ("", &["src/bin/a/main.rs", "src/bin/b/other.rs"], (false, true)),
        ("autobins = false\nautolib = false", &["src/main.rs", "src/lib.rs"], (false, false)),
        (said, &["a.rs"], (true, true)),
    ];
    for (lines, files, expected) in table {
        let text = format!("[package]\nname = \"a\"\n{lines}");
        let targets = PackedTargets::of(&text, files.iter().copied()).expect("a manifest");
        assert_eq!((targets.library, targets.programs), expected, "{lines} {files:?}");
    }
    assert!(PackedTargets::of("[", []).is_err());
}
