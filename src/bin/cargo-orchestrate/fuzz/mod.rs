//! What must hold whatever bytes come from outside.
//!
//! Each target is a property: it takes bytes of unknown origin and panics where something is wrong.
//! `cargo fuzz run TARGET` searches for such bytes; the test here is the bounded run that needs no
//! fuzzer, over what `fuzz/corpus` holds and over each of these changed at a few places.

mod core;

use crate::{journal, observe, registry, ui};

type Target = fn(&[u8]);

/// The targets by the names that `fuzz/Cargo.toml` gives them.
const TARGETS: [(&str, Target); 15] = [
    ("api_errors", registry::fuzz::api_errors),
    ("changeset", core::changeset),
    ("config_toml", core::config_toml),
    ("git_listing", observe::git::git_listing),
    ("graph", core::graph),
    ("index_lines", registry::fuzz::index_lines),
    ("journal_crash", journal::fuzz::journal_crash),
    ("journal_read", journal::fuzz::journal_read),
    ("manifest_edit", core::manifest_edit),
    ("paths", core::paths),
    ("plan_json", core::plan_json),
    ("sanitize_terminal", ui::fuzz::sanitize_terminal),
    ("tags", core::tags),
    ("tar_list", registry::fuzz::tar_list),
    ("versions_and_requirements", core::versions_and_requirements),
];

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let target = TARGETS.iter().find(|(name, _)| *name == env!("CARGO_BIN_NAME"));
    target.expect("a name of the table").1(bytes);
});

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::{Path, PathBuf};

    /// How often each file of a corpus is changed.
    const CHANGES: u64 = 200;

    fn fuzz() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
    }

    /// `SplitMix64`: the same changes in every run.
    fn random(state: &mut u64) -> usize {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits")
    }

    /// Flips, removes, doubles or inserts something at one to four places.
    fn changed(bytes: &[u8], state: &mut u64) -> Vec<u8> {
        const TELLING: [&[u8]; 8] =
            [b"\0", b"\n", b"\xff", b"-", b"..", b"\"", b"\x1b[", b"18446744073709551616"];
        let mut bytes = bytes.to_vec();
        for _ in 0..=random(state) % 4 {
            let at = random(state) % (bytes.len() + 1);
            let until = (at + random(state) % 8).min(bytes.len());
            match random(state) % 4 {
                0 if at < bytes.len() => bytes[at] ^= 1 << (random(state) % 8),
                1 => drop(bytes.drain(at..until)),
                2 => {
                    let part = bytes[at..until].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => {
                    let inserted = TELLING[random(state) % TELLING.len()];
                    bytes.splice(at..at, inserted.iter().copied());
                }
            }
        }
        bytes
    }

    #[test]
    fn every_target_stands_its_corpus_and_what_is_next_to_it() {
        for (name, target) in TARGETS {
            let folder = fuzz().join("corpus").join(name);
            let files = std::fs::read_dir(&folder).expect("each target has a corpus");
            let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
            paths.sort();
            assert!(!paths.is_empty(), "`{name}` has an empty corpus");
            for path in paths {
                let whole = std::fs::read(&path).expect("a file of the corpus");
                let mut state = 1;
                let mut bytes = whole.clone();
                for change in 0..=CHANGES {
                    let outcome = catch_unwind(AssertUnwindSafe(|| target(&bytes)));
                    let text = String::from_utf8_lossy(&bytes);
                    assert!(outcome.is_ok(), "`{}`, change {change}: {text:?}", path.display());
                    bytes = changed(&whole, &mut state);
                }
            }
        }
    }

    #[test]
    fn the_fuzzer_knows_the_same_targets_and_packages() {
        let read = |path: PathBuf| std::fs::read_to_string(path).expect("a manifest");
        let (ours, fuzzers) = (read(fuzz().join("../Cargo.toml")), read(fuzz().join("Cargo.toml")));
        let mut named: Vec<&str> = fuzzers.lines().filter_map(target_name).collect();
        named.sort_unstable();
        assert_eq!(named, TARGETS.map(|(name, _)| name));
        for line in dependencies(&ours) {
            assert!(dependencies(&fuzzers).any(|other| other == line), "`{line}` is missing");
        }
    }

    fn target_name(line: &str) -> Option<&str> {
        line.strip_prefix("[[bin]] # ")
    }

    fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
        let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
        lines.take_while(|line| !line.starts_with('[')).filter(|line| line.contains('='))
    }
}
