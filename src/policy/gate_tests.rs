use super::{ReleaseType, parse};
use crate::model::{RelPath, Workspace};

/// What the configuration says of types and gates, or what is wrong with it, in a line.
fn told(file: &str) -> String {
    let path = |text: &str| RelPath::new(text).expect("a path inside");
    let (own, root) = (path("orchestrate.toml"), path("Cargo.toml"));
    let read = parse(Some((&own, file)), (&root, ""), &[], &Workspace::default());
    let (policy, notes) = match read {
        Ok(read) => read,
        Err(error) => return format!("{}:{} {error}", error.place.line, error.place.column),
    };
    let gates = |of: ReleaseType| {
        let gates = policy.gates_of(of);
        let gates =
            gates.map(|gate| format!("{} {}s", gate.command.line(), gate.timeout.as_secs()));
        let gates: Vec<String> = gates.collect();
        let (way, key) = policy.way_of(of);
        format!("{of}: {} / {} by {key}", gates.join(", "), way.word())
    };
    let notes = notes.iter().map(|note| {
        let hint = note.hint.as_deref().unwrap_or_default();
        format!("{}:{} {} {hint}", note.place.line, note.place.column, note.text)
    });
    ReleaseType::ALL.into_iter().map(gates).chain(notes).collect::<Vec<_>>().join("; ")
}

#[test]
fn each_type_has_its_own_gates_and_way_back() {
    let file = "rollback = \"revert\"\n[type.regular]\ngates = [\"test\", \"fmt\"]\n\
                [type.hotfix]\ngates = [\"test\"]\nrollback = \"yank-only\"\n\
                [gate.fmt]\ncommand = [\"cargo\", \"fmt\", \"--check\"]\n\
                [gate.test]\ncommand = [\"./check it\", \"\", \"a'b\"]\ntimeout = \"90s\"\n";
    assert_eq!(
        told(file),
        "regular: './check it' '' 'a'\\''b' 90s, cargo fmt --check 3600s / revert by rollback; \
         pre-release:  / revert by rollback; \
         hotfix: './check it' '' 'a'\\''b' 90s / yank-only by type.hotfix.rollback"
    );
}

#[test]
fn without_configuration_there_is_no_gate() {
    assert_eq!(
        told(""),
        "regular:  / pin by rollback; pre-release:  / pin by rollback; hotfix:  / pin by rollback"
    );
}

#[test]
fn a_gate_that_does_not_stand_there_is_refused_and_one_that_nobody_has_is_told() {
    let table = [
        (
            "[type.hotfix]\ngates = [\"tset\"]\n[gate.test]\ncommand = [\"x\"]",
            "2:10 `gates`: no gate is called `tset`; did you mean `test`?",
        ),
        (
            "[type.hotfix]\ngates = [\"miri\"]",
            "2:10 `gates`: no gate is called `miri`; it needs a table `[gate.miri]` with its `command`",
        ),
        (
            "[type.hot-fix]\ngates = []",
            "2:9 `type.hot-fix`: the types of releases are `regular`, `pre-release` and `hotfix`; \
             did you mean `hotfix`?",
        ),
        (
            "type = \"hotfix\"",
            "1:8 `type` must be a table for each type of releases, as `[type.hotfix]`",
        ),
        (
            "[type.hotfix]\ngates = [\"a\", \"a\"]\n[gate.a]\ncommand = [\"x\"]",
            "2:15 `gates`: `a` stands there twice",
        ),
        (
            "[type.hotfix]\nrollback = \"pni\"",
            "2:12 `rollback`: `pni` is none of `yank-only`, `revert`, `pin` and `hotfix`; did you \
             mean `pin`?",
        ),
        (
            "[gate.a]\ntimeout = \"1m\"",
            "2:11 `gate.a` has no `command`, as `command = [\"cargo\", \"test\"]`",
        ),
        (
            "[gate.a]\ncommand = \"cargo test\"",
            "2:11 `command` must be a list, as [\"cargo\", \"test\"]: no shell takes a line apart",
        ),
        (
            "[gate.a]\ncommand = []",
            "2:11 `command` must be a list, as [\"cargo\", \"test\"]: the first of it is the program",
        ),
        ("[gate.\"a b\"]\ncommand = [\"x\"]", "2:11 `a b` is no name of a gate, as `[gate.test]`"),
        (
            "[gate.a]\ncommand = [\"x\"]\ntimeout = \"0s\"",
            "2:11 `gate.a`: nothing is done within `timeout = \"0s\"`",
        ),
    ];
    for (file, expected) in table {
        assert_eq!(told(file), expected, "{file}");
    }
    let unused = told("[gate.a]\ncommand = [\"x\"]\nretries = 1");
    let expected = "3:1 `retries` means nothing here the keys here are command, timeout; \
                    2:11 no type of releases has the gate `a` `[type.regular]` with `gates = [\"a\"]` has it run";
    assert!(unused.ends_with(expected), "{unused}");
}
