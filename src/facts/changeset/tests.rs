use super::*;
use crate::facts::testing::workspace;
use crate::model::Digest;

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside")
}

fn found(name: &str, bytes: &[u8]) -> Found {
    let file = path(&format!(".changeset/{name}.md"));
    Found { file, tracked: true, contents: Contents::Bytes(bytes.to_vec()) }
}

fn read(members: &str, files: &[(&str, &str)]) -> Changesets {
    let found = files.iter().map(|(name, text)| found(name, text.as_bytes())).collect();
    Changesets::read(path(".changeset"), found, &workspace(members))
}

/// What a file says, in one line, or its mistakes, a line each.
fn said(source: &str) -> String {
    let all = read("lib1 0.1.0;lib2 0.1.0;app-core 1.0.0", &[("x", source)]);
    let mistakes = all.mistakes.iter().map(|mistake| {
        let Mistake { line, column, text, hint, .. } = mistake;
        format!("{line}:{column} {text} ({hint})")
    });
    let sound = all.pending.iter().map(|changeset| {
        let intents = changeset.intents.iter();
        let intents: Vec<String> =
            intents.map(|intent| format!("{} {}", intent.package, intent.level)).collect();
        format!("{} | {}", intents.join(", "), changeset.text.replace('\n', "/"))
    });
    mistakes.chain(sound).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_other_tools_write_is_understood() {
    let table = [
        (
            "---\n\"lib1\": minor\n'lib2': patch\n---\n\nCursors.\n",
            "lib1 minor, lib2 patch | Cursors.",
        ),
        ("---\nlib1: major\n---\n\n# Cursors\n\nMore.\n", "lib1 major | # Cursors//More."),
        ("---\r\nlib1: none\r\n---\r\n\r\nOne\r\ntwo\r\n", "lib1 none | One/two"),
        ("\u{feff}---\nlib1: patch\n---\ntext", "lib1 patch | text"),
        ("\n\n---  \n  lib1 :  'patch'   # why\n# all\n\n---\n", "lib1 patch | "),
        (
            "---\nlib1: breaking\nlib2: feature\napp-core: fix\n---",
            "lib1 major, lib2 minor, app-core patch | ",
        ),
        ("---\n---\n\nNobody's.\n", " | Nobody's."),
        ("---\nlib1: patch\n---\n\nabove\n\n---\n\nbelow\n", "lib1 patch | above//---//below"),
    ];
    for (source, expected) in table {
        assert_eq!(said(source), expected, "{source:?}");
    }
}

#[test]
fn every_mistake_has_its_place_and_what_was_expected() {
    const FORM: &str = "write `package: level`, with major, minor, patch or none as level";
    let no_space = format!("2:6 a space is missing after `lib1:` ({FORM})");
    let no_level = format!(
        "2:6 the level of `lib1` is missing ({FORM})\n3:6 the level of `lib2` is missing ({FORM})"
    );
    let no_pair = format!("2:1 `lib1` does not say a package and a level ({FORM})");
    let too_much = format!("2:13 `now` stands where the line should end ({FORM})");
    let no_name = format!("2:1 `: minor` does not say a package and a level ({FORM})");
    let open = "2:1 no member of the workspace is called `\"lib1` (did you mean `lib1`?)";
    let table = [
        ("---\nlib1:minor\n---\n", no_space.as_str()),
        ("---\nlib1:\nlib2: # soon\n---\n", &no_level),
        ("---\nlib1\n---\n", &no_pair),
        ("---\nlib1: minor now\n---\n", &too_much),
        ("---\n: minor\n---\n", &no_name),
        ("---\n\"lib1: minor\n---\n", open),
        ("---\nlib1: mayor\n---\n", "2:7 `mayor` is no level (did you mean `major`?)"),
        (
            "---\nlib1: huge\n---\n",
            "2:7 `huge` is no level (the levels are major, minor, patch and none)",
        ),
        (
            "---\nlib_1: Minor\n---\n",
            "2:1 no member of the workspace is called `lib_1` (did you mean `lib1`?)\n\
          2:8 `Minor` is no level (did you mean `minor`?)",
        ),
        (
            "---\n  \"@scope/x\": minor\n---\n",
            "2:3 no member of the workspace is called `@scope/x` (`cargo orchestrate status` lists the members)",
        ),
        (
            "---\nlib1: minor\n\"lib1\": patch\n---\n",
            "3:1 `lib1` stands in line 2 already (keep one of the two)",
        ),
        (
            "---\nlib1: minor\n",
            "2:1 the front matter has no end: no line `---` closes it (write `---` before the text)",
        ),
        (
            "Cursors.\n",
            "1:1 the front matter is missing: the first line must be `---` (`cargo orchestrate change` writes one)",
        ),
        (
            "",
            "1:1 the front matter is missing: the first line must be `---` (`cargo orchestrate change` writes one)",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(said(source), expected, "{source:?}");
    }
}

#[test]
fn what_is_no_text_is_a_mistake_of_its_own() {
    let unread = Contents::Unread("it is a symbolic link".to_owned());
    let link = Found { file: path(".changeset/a.md"), tracked: true, contents: unread };
    let all = Changesets::read(
        path(".changeset"),
        vec![found("b", b"---\nlib1: patch\n---\n\nna\xefve"), link],
        &workspace("lib1 0.1.0"),
    );
    let said: Vec<String> = all
        .mistakes
        .iter()
        .map(|m| format!("{}:{}:{} {:?} {}", m.file, m.line, m.column, m.kind, m.text))
        .collect();
    assert_eq!(
        said,
        [
            ".changeset/a.md:1:1 Unreadable it is a symbolic link",
            ".changeset/b.md:5:3 Unreadable the file is not UTF-8",
        ]
    );
    assert!(all.pending.is_empty() && all.files.len() == 2);
}

#[test]
fn a_workspace_of_one_package_may_call_it_default() {
    let all = read("tool 1.0.0", &[("x", "---\ndefault: minor\n---\n\nIt.\n")]);
    assert_eq!(all.pending[0].intents[0].package.as_str(), "tool");
    let all = read("tool 1.0.0;b 1.0.0", &[("x", "---\ndefault: minor\n---\n\nIt.\n")]);
    assert_eq!(all.mistakes[0].kind, MistakeKind::UnknownPackage);
}

#[test]
fn an_intent_knows_its_bytes() {
    for end in ["\n", "\r\n"] {
        let source =
            format!("\u{feff}---{end}lib1: minor{end}# why{end}\"lib2\": patch{end}---{end}");
        let all = read("lib1 0.1.0;lib2 0.1.0", &[("x", &source)]);
        let lines: Vec<&str> =
            all.pending[0].intents.iter().map(|intent| &source[intent.line.clone()]).collect();
        assert_eq!(lines, [format!("lib1: minor{end}"), format!("\"lib2\": patch{end}")]);
    }
}

#[test]
fn names_tell_changesets_from_what_else_lies_there() {
    for name in ["brave-fox.md", "x.MD", "readme-first.md"] {
        assert!(is_changeset(name), "{name}");
    }
    for name in ["README.md", "readme.md", "config.json", ".draft.md", "commit.cjs", "md"] {
        assert!(!is_changeset(name), "{name}");
    }
}

#[test]
fn what_is_composed_is_read_again() {
    let intents: Vec<_> = [("lib1", Level::Major), ("lib2", Level::None)]
        .map(|(name, level)| (PackageName::new(name).expect("a name"), level))
        .to_vec();
    let source = compose(&intents, "  One\r\n\n---\ntwo \n");
    assert_eq!(source, "---\n\"lib1\": major\n\"lib2\": none\n---\n\nOne\n\n---\ntwo\n");
    let all = read("lib1 0.1.0;lib2 0.1.0", &[("x", &source)]);
    assert_eq!(all.pending[0].text, "One\n\n---\ntwo");
    assert_eq!(all.pending[0].intents.len(), 2);
    assert_eq!(compose(&intents[..1], ""), "---\n\"lib1\": major\n---\n");
}

#[test]
fn a_file_is_named_after_its_text_and_never_like_another() {
    let digits = Digest::of(b"x").short(6).to_owned();
    let table = [
        ("Stream cursors, finally!", "stream-cursors-finally"),
        ("# `Store::open` takes options\n\nmore", "store-open-takes-options"),
        ("größer, 日本", "gr-er"),
        ("日本", "change"),
        ("../../etc/passwd", "etc-passwd"),
        (
            "It goes on and on and on until somebody stops it",
            "it-goes-on-and-on-and-on-until-somebody",
        ),
    ];
    for (text, slug) in table {
        assert_eq!(file_name("x", text, |_| false), format!("{slug}-{digits}.md"));
    }
    let long = "x".repeat(300);
    assert_eq!(file_name("x", &long, |_| false).len(), 39 + 1 + 6 + 3);
    let taken = [format!("a-{digits}.md"), format!("a-{digits}-2.md")];
    let name = file_name("x", "a", |name| taken.iter().any(|taken| taken == name));
    assert_eq!(name, format!("a-{digits}-3.md"));
}
