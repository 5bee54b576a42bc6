//! The library's modules stand in the order of the data flow and look only backwards.

use super::source::{code_of, without_tests};

/// The modules of the library; each may use itself and those before it.
const ORDER: &[&str] = &[
    "model",
    "manifest",
    "facts",
    "policy",
    "decide",
    "plan",
    "downstream",
    "run",
    "rollback",
    "export",
    "wire",
];

/// The places of a library file that name a module further right.
pub(super) fn wrong_way(path: &str, text: &str) -> Vec<String> {
    let Some((module, depth)) = module_of(path) else { return Vec::new() };
    let Some(here) = place(module) else {
        return vec![format!("{path}: `{module}` has no place in the order; see tests/it/tidy")];
    };
    let code = code_of(text);
    let code = without_tests(&code);
    let to_root = "super::".repeat(depth);
    let mut offences = Vec::new();
    for prefix in ["crate::", &to_root] {
        for (start, _) in code.match_indices(prefix) {
            let chained = code[..start].ends_with("::");
            for name in heads(&code[start + prefix.len()..]) {
                if !chained && place(name).is_some_and(|there| there > here) {
                    let line = code[..start].lines().count().max(1);
                    offences.push(format!("{path}:{line}: `{module}` uses `{name}`, right of it"));
                }
            }
        }
    }
    offences
}

/// The top-level module of a library file, and how many `super::` lead to the root.
fn module_of(path: &str) -> Option<(&str, usize)> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    // `tests.rs` and `order_tests.rs` may build worlds out of everything.
    if inside.starts_with("bin/") || inside == "lib" || inside.ends_with("tests") {
        return None;
    }
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    let parts: Vec<_> = inside.split('/').collect();
    Some((parts[0], parts.len()))
}

fn place(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

/// The first names after a path's beginning: one, or those of a `{..}` list.
fn heads(rest: &str) -> Vec<&str> {
    let Some(list) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut names = vec![word(list.trim_start())];
    let mut depth = 0_usize;
    for (index, char) in list.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(list[index + 1..].trim_start())),
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> &str {
    let end = text.find(|char: char| !char.is_alphanumeric() && char != '_');
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn naming_a_module_further_right_is_an_offence() {
    let count = |path, text| wrong_way(path, text).len();
    assert_eq!(count("src/model/name.rs", "use crate::plan::Plan;"), 1);
    assert_eq!(count("src/model/name.rs", "use crate::{model::Oid, run::{Event, plan}, wire};"), 2);
    assert_eq!(count("src/model/mod.rs", "fn f() -> crate::facts::Facts { }"), 1);
    assert_eq!(count("src/facts/workspace/deep.rs", "use super::super::super::plan::Plan;"), 1);
    assert_eq!(count("src/plan/mod.rs", "use super::run::Event;"), 1);
    assert_eq!(count("src/surprise.rs", ""), 1);
}

#[test]
fn naming_what_stands_left_is_none() {
    let count = |path, text| wrong_way(path, text).len();
    assert_eq!(count("src/plan/mod.rs", "use crate::{model::Oid, decide::Reason};"), 0);
    assert_eq!(count("src/plan/order.rs", "use super::run_length; use crate::plan::Step;"), 0);
    assert_eq!(count("src/plan/mod.rs", "//! See `crate::run`."), 0);
    assert_eq!(count("src/plan/mod.rs", "#[cfg(test)]\nmod tests { use crate::run::Event; }"), 0);
    assert_eq!(count("src/bin/cargo-orchestrate/main.rs", "use crate::wire::ExitCode;"), 0);
}
