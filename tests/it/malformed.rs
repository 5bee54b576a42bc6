//! Configuration, changesets, tags and manifests that cannot be meant: each is told with file, line
//! and key, with what was expected and the nearest name, and nothing happens.

use crate::sandbox;
use crate::support::Sandbox;

/// What one commit on top of a released workspace writes, and what is said about that.
struct Case {
    file: &'static str,
    /// The whole file, or what is added to the one that is there.
    text: &'static str,
    /// 0 for what is only a warning.
    code: i32,
    words: &'static [&'static str],
}

const fn case(
    file: &'static str,
    text: &'static str,
    code: i32,
    words: &'static [&'static str],
) -> Case {
    Case { file, text, code, words }
}

/// Runs `publish` where it must refuse and `plan` where it must warn, each on a clean tree that it
/// leaves as it was.
fn check(cases: &[Case]) {
    let sandbox = sandbox("chain");
    let start = sandbox.git(&["rev-parse", "HEAD"]);
    for case in cases {
        let is_there = sandbox.work().join(case.file).is_file();
        let before = if is_there { sandbox.read(case.file) } else { String::new() };
        sandbox.write(case.file, &format!("{before}{}", case.text));
        told(&sandbox, case);
        sandbox.git(&["reset", "--quiet", "--hard", &start]);
    }
}

fn told(sandbox: &Sandbox, case: &Case) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: configure"]);
    let world = || {
        let refs = sandbox.git(&["for-each-ref"]) + &sandbox.remote_git(&["for-each-ref"]);
        refs + &sandbox.git(&["status", "--porcelain", "--ignored"])
    };
    let before = world();
    let line: &[&str] = if case.code == 0 { &["plan"] } else { &["publish", "--yes"] };
    let output = sandbox.run(line).exits(case.code);
    let said = format!("{} {}", output.stdout, output.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in case.words {
        assert!(said.contains(word), "expected `{word}`\n{}\n{output}", case.text);
    }
    assert_eq!(world(), before, "{output}");
}

#[test]
fn keys_of_the_workspace() {
    let file = "orchestrate.toml";
    check(&[
        case(file, "tag = 1", 96, &["orchestrate.toml:1:7", "`tag` must be a string"]),
        case(file, "tag = \"{nam}-{version}\"", 96, &["`tag`: `{nam}`", "did you mean `{name}`?"]),
        case(file, "tag = \"release\"", 96, &["orchestrate.toml:1:7", "needs `{version}`"]),
        case(file, "tag = \"x\"\ntag = \"y\"", 96, &["orchestrate.toml:2:1", "duplicate key"]),
        case(
            file,
            "\npropagate = \"alway\"",
            96,
            &[
                "orchestrate.toml:2:13",
                "`propagate`: `alway` is neither `when-needed` nor `always`; did you mean `always`?",
            ],
        ),
        case(file, "visibility-timeout = 15", 96, &["1:22", "no duration, as \"90s\" or \"15m\""]),
        case(file, "pre = \"rc1\"", 96, &["1:7", "`pre`: `rc1` names no line", "as `rc`"]),
        case(file, "changesets = \"../out\"", 96, &["1:14", "`changesets`: `../out` leaves"]),
        case(file, "require-changeset = 1", 96, &["1:21", "must be true or false"]),
        case(file, "probagate = \"always\"", 0, &["1:1", "did you mean `propagate`?"]),
        case(
            file,
            "private = [\"lib1\"]",
            0,
            &["1:1", "goes into `[package.metadata.orchestrate]`"],
        ),
        case(file, "[orchestrate]\npre = \"rc\"", 0, &["1:2", "stand in no table"]),
    ]);
}

#[test]
fn keys_in_manifests() {
    let (root, member) = ("Cargo.toml", "lib2/Cargo.toml");
    check(&[
        case(
            root,
            "[workspace.metadata.orchestrate]\napi-check = \"rise\"",
            96,
            &[
                "Cargo.toml:5:13",
                "`api-check`: `rise` is none of `off`, `report` and `raise`; did you mean `raise`?",
            ],
        ),
        case(root, "[workspace.metadata]\norchestrate = 3", 96, &["Cargo.toml:5:15", "a table"]),
        case(root, "[workspace.metadata.orchestrat]", 0, &["4:21", "did you mean `orchestrate`?"]),
        case(member, "[package.metadata.orchstrate]", 0, &["10:19", "did you mean `orchestrate`?"]),
        case(member, "[package.metadata.orchestrate]\nprivat = 1", 0, &["11:1", "`private`?"]),
        case(
            member,
            "[package.metadata.orchestrate]\ntag = \"\"",
            0,
            &["11:1", "`orchestrate.toml`"],
        ),
        case(
            member,
            "[package.metadata.orchestrate]\nrelease = \"no\"",
            96,
            &["lib2/Cargo.toml:11:11", "`release` must be true or false"],
        ),
        case(
            member,
            "[package.metadata.orchestrate]\npublic = [\"lib\"]",
            0,
            &[
                "lib2/Cargo.toml:11:11",
                "no member of the workspace is called `lib`",
                "did you mean `lib1`?",
            ],
        ),
        case(
            member,
            "[package.metadata.orchestrate]\nprivate = [\"lib4\"]",
            0,
            &["lib2/Cargo.toml:11:12", "lib2 does not depend on lib4", "did you mean `lib1`?"],
        ),
        case(
            member,
            "[package.metadata.orchestrate]\ninputs = [\"../x\", \"../../x\", \"[\"]",
            97,
            &[
                "lib2/Cargo.toml:11:11",
                "no file that git tracks is named by `../x`",
                "lib2/Cargo.toml:11:19",
                "`inputs`: `../../x` leaves the repository",
                "lib2/Cargo.toml:11:30",
                "`inputs`: `[` is no pattern",
                "as `../proto/**`",
            ],
        ),
    ]);
}

#[test]
fn groups() {
    let file = "orchestrate.toml";
    check(&[
        case(
            file,
            "[[group]]\nname = \"a\"\nkind = \"fixed\"\npackages = [\"libb2\"]",
            97,
            &[
                "orchestrate.toml:4:13",
                "group `a`: no member of the workspace is called `libb2`",
                "did you mean `lib2`?",
            ],
        ),
        case(
            file,
            "group = [\n{ name = \"a\", kind = \"fixed\", packages = [\"lib1\", \"lib2\"] },\n\
             { name = \"b\", kind = \"fixed\", packages = [\"lib[23]\"] },\n]",
            97,
            &["orchestrate.toml:3:42", "lib2 is in the groups `a` (fixed) and `b` (fixed)"],
        ),
        case(
            file,
            "[[group]]\nname = \"a\"\nkind = \"fixd\"\npackages = []",
            96,
            &[
                "orchestrate.toml:3:8",
                "`kind`: `fixd` is neither `fixed` nor `linked`; did you mean `fixed`?",
            ],
        ),
        case(file, "[[group]]\nname = \"a\"\nkind = \"fixed\"", 96, &["2:8", "has no `packages`"]),
        case(
            file,
            "[[group]]\nname = \"a\"\nkind = \"fixed\"\npackages = [\"l[\"]",
            96,
            &["orchestrate.toml:4:13", "`l[` is no pattern"],
        ),
        case(file, "[group]\nname = \"a\"", 96, &["1:1", "written as `[[group]]`"]),
        case(file, "groups = []", 0, &["1:1", "did you mean `group`?"]),
        case(
            file,
            "[[group]]\nname = \"a\"\nkind = \"fixed\"\npackages = []",
            0,
            &["4:12", "no package"],
        ),
    ]);
}

#[test]
fn a_group_that_publish_false_splits() {
    let sandbox = sandbox("chain");
    let manifest = sandbox.read("lib2/Cargo.toml");
    sandbox.write("lib2/Cargo.toml", &manifest.replace("[package]", "[package]\npublish = false"));
    let group = "[[group]]\nname = \"core\"\nkind = \"fixed\"\npackages = [\"lib1\", \"lib2\"]\n";
    sandbox.write("orchestrate.toml", group);
    told(
        &sandbox,
        &case(
            "",
            "",
            0,
            &[
                "orchestrate.toml:4:12",
                "group `core` is split: `publish = false` keeps lib2 back",
                "take them out of `packages`",
            ],
        ),
    );
}

#[test]
fn changesets() {
    let file = ".changeset/one.md";
    check(&[
        case(
            file,
            "---\nlib9: patch\n---\n\nx\n",
            97,
            &[
                ".changeset/one.md:2:1",
                "no member of the workspace is called `lib9`",
                "did you mean `lib1`?",
            ],
        ),
        case(file, "---\nlib1: ptach\n---\n", 97, &["one.md:2:7", "did you mean `patch`?"]),
        case(file, "---\nlib1 patch\n---\n", 97, &["one.md:2:1", "write `package: level`"]),
        case(file, "lib1: patch\n", 97, &["one.md:1:1", "the first line must be `---`"]),
        case(file, "---\nlib1: patch\n", 97, &["one.md:2:1", "no line `---` closes it"]),
        case(
            file,
            "---\nlib1: patch\nlib1: minor\n---\n",
            97,
            &["one.md:3:1", "in line 2 already"],
        ),
    ]);
}

/// Replaces text in a file of the chain, once.
fn check_edits(file: &'static str, edits: &[(&str, &'static str, i32, &'static [&'static str])]) {
    let sandbox = sandbox("chain");
    let text = sandbox.read(file);
    let start = sandbox.git(&["rev-parse", "HEAD"]);
    for (from, to, code, words) in edits {
        assert!(text.contains(from), "`{file}` holds `{from}`");
        sandbox.write(file, &text.replacen(from, to, 1));
        told(&sandbox, &Case { file, text: to, code: *code, words });
        sandbox.git(&["reset", "--quiet", "--hard", &start]);
    }
}

#[test]
fn manifests() {
    check_edits(
        "lib2/Cargo.toml",
        &[
            (
                "\"0.2.0\"",
                "\"0.2\"",
                102,
                &["lib2/Cargo.toml:3:11", "parsing minor version number"],
            ),
            ("\"0.2.0\"", "2", 102, &["lib2/Cargo.toml:3:11", "expected SemVer version"]),
            (
                "\"0.1.0\"",
                "\"~>0.1\"",
                102,
                &["lib2/Cargo.toml:9:21", "`~>0.1` for dependency `lib1`"],
            ),
            ("\"0.1.0\"", "\"0.1.0.0\"", 102, &["lib2/Cargo.toml:9:21", "not a requirement"]),
            ("../lib1", "../libb1", 102, &["lib2/Cargo.toml:9:36", "did you mean `lib1`?"]),
            (
                "lib1 =",
                "lib9 =",
                102,
                &["lib2/Cargo.toml:9:1", "`lib9` leads to `lib1`; write `lib1`"],
            ),
            (
                "[package]",
                "[package]\npublish = [\"crates-oi\"]",
                97,
                &["did you mean `crates-io`?"],
            ),
            (
                "[package]",
                "[package]\nexclude = [\n  \"/x\", \"[z-a]\",\n]",
                96,
                &["lib2/Cargo.toml:3:9", "`package.exclude`: `[z-a]` is no pattern, as"],
            ),
        ],
    );
    check_edits(
        "Cargo.toml",
        &[(
            "\"lib2\"",
            "\"lib22\"",
            102,
            &["Cargo.toml:2:20", "no package is there; did you mean `lib2`?"],
        )],
    );
}

#[test]
fn files_that_are_not_what_they_are_called() {
    let sandbox = sandbox("chain");
    let start = sandbox.git(&["rev-parse", "HEAD"]);
    let cases: [(&'static str, &[u8], &'static [&'static str]); 2] = [
        ("orchestrate.toml", b"\ntag = \"\xff\"", &["orchestrate.toml:2:8", "save it as UTF-8"]),
        ("Cargo.lock", b"version = 4\nx", &["line 2, column 2", "cargo generate-lockfile"]),
    ];
    for (file, bytes, words) in cases {
        std::fs::write(sandbox.work().join(file), bytes).unwrap();
        told(&sandbox, &case(file, "", 96, words));
        sandbox.git(&["reset", "--quiet", "--hard", &start]);
    }
}

#[test]
fn tags_that_are_no_version_of_a_package_change_nothing() {
    let sandbox = sandbox("chain");
    let before = sandbox.run(&["plan", "--message-format", "json"]).exits(0).stdout;
    for tag in [
        "v1",
        "v1.2",
        "lib1-v1.2",
        "lib1-v1.2.3.4",
        "lib1-v01.2.3",
        "lib1-v",
        "lib1-v99999999999999999999.0.0",
        "foo-v1.2.3.4",
        "foo-v9.9.9",
        "v9.9.9",
    ] {
        sandbox.git(&["tag", tag]);
    }
    assert_eq!(sandbox.run(&["plan", "--message-format", "json"]).exits(0).stdout, before);
}
