//! A plan's JSON as a few lines that people can review: the form of `test-workspaces/*/expected/plan`.
//!
//! ```text
//! lib1 0.1.0 -> 0.2.0 minor since lib1-v0.1.0 [conventional-breaking]
//! stays lib4 0.1.0 [unchanged]
//! wave 1: lib1
//! requires lib2/Cargo.toml dependencies.lib1: 0.1.0 -> 0.2.0
//! error tag-exists lib1
//! exit 97
//! ```

use serde_json::Value;
use std::fmt::Write as _;

/// The plan in lines, and the exit code of the command that printed it.
pub fn compact(plan: &Value, code: i32) -> String {
    let mut lines = String::new();
    for package in list(&plan["packages"]) {
        package_line(&mut lines, package);
    }
    for package in list(&plan["unchanged"]) {
        line(
            &mut lines,
            format_args!(
                "stays {} {} {}",
                text(&package["name"]),
                text(&package["version"]),
                rules(package)
            ),
        );
    }
    for (number, wave) in list(&plan["waves"]).iter().enumerate() {
        let names: Vec<_> = list(wave).iter().map(text).collect();
        line(&mut lines, format_args!("wave {}: {}", number + 1, names.join(" ")));
    }
    for change in list(&plan["requirements"]) {
        line(
            &mut lines,
            format_args!(
                "requires {} {}: {} -> {}",
                text(&change["file"]),
                text(&change["key"]),
                text(&change["from"]),
                text(&change["to"])
            ),
        );
    }
    for finding in list(&plan["findings"]) {
        line(
            &mut lines,
            format_args!(
                "{} {} {}",
                text(&finding["severity"]),
                text(&finding["code"]),
                text(&finding["package"])
            ),
        );
    }
    line(&mut lines, format_args!("exit {code}"));
    lines
}

fn package_line(lines: &mut String, package: &Value) {
    let mut words = format!(
        "{} {} -> {} {}",
        text(&package["name"]),
        text(&package["from"]),
        text(&package["to"]),
        text(&package["bump"])
    );
    if package["new"] == true {
        words.push_str(" new");
    }
    match text(&package["baseline"]) {
        "" => {}
        oid if oid.len() == 40 && !oid.contains('-') => words.push_str(" since a commit"),
        tag => {
            words.push_str(" since ");
            words.push_str(tag);
        }
    }
    match text(&package["registry"]) {
        "crates-io" => {}
        registry => {
            words.push_str(" to ");
            words.push_str(registry);
        }
    }
    line(lines, format_args!("{words} {}", rules(package)));
}

/// The ids of the rules that gave a reason, with the packages they lead back to.
fn rules(package: &Value) -> String {
    let rules: Vec<_> = list(&package["reasons"])
        .iter()
        .map(|reason| {
            let because: Vec<_> = list(&reason["because"]).iter().map(text).collect();
            match because.as_slice() {
                [] => text(&reason["rule"]).to_owned(),
                names => format!("{} <- {}", text(&reason["rule"]), names.join(" <- ")),
            }
        })
        .collect();
    format!("[{}]", rules.join(", "))
}

fn line(lines: &mut String, text: std::fmt::Arguments<'_>) {
    let text = text.to_string();
    writeln!(lines, "{}", text.trim_end()).expect("a string takes more text");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::compact;
    use serde_json::json;

    #[test]
    fn a_plan_is_told_in_lines() {
        let plan = json!({
            "packages": [{
                "name": "a", "from": "1.0.0", "to": "2.0.0", "bump": "major", "new": false,
                "registry": "crates-io", "baseline": "0123456789012345678901234567890123456789",
                "reasons": [{"rule": "needs", "text": "..", "because": ["b", "c"]}],
            }],
            "unchanged": [{"name": "d", "version": "1.0.0", "reasons": [{"rule": "same", "text": ".."}]}],
            "waves": [["a"]],
            "requirements": [{"file": "a/Cargo.toml", "key": "dependencies.b", "from": "1", "to": "2"}],
            "findings": [{"severity": "note", "code": "said", "text": ".."}],
        });
        assert_eq!(
            compact(&plan, 0),
            "a 1.0.0 -> 2.0.0 major since a commit [needs <- b <- c]\nstays d 1.0.0 [same]\nwave 1: a\n\
             requires a/Cargo.toml dependencies.b: 1 -> 2\nnote said\nexit 0\n"
        );
    }
}
