use super::*;
use cargo_orchestrate::model::RelPath;
use snapbox::{IntoData as _, assert_data_eq, str};

#[derive(Debug, thiserror::Error)]
#[error("could not read `config.json`")]
struct Outer(#[source] std::io::Error);

#[test]
fn a_place_in_a_file_is_shown_with_its_line() {
    let file = RelPath::new("crates/store/Cargo.toml").expect("inside");
    let excerpt = r#"node-core = { version = "^2,,0", path = "../core" }"#;
    let failure = Failure::set_up("cannot read the workspace: invalid requirement")
        .at(Location { file, line: 17, column: 25 }, excerpt, 7, "expected a comparator after `,`")
        .now("nothing was changed");
    assert_data_eq!(
        failure.render(Paint::Plain, 100),
        str![[r#"
error: cannot read the workspace: invalid requirement
  --> crates/store/Cargo.toml:17:25
   |
17 | node-core = { version = "^2,,0", path = "../core" }
   |                         ^^^^^^^ expected a comparator after `,`
  nothing was changed

"#]]
        .raw()
    );
}

#[test]
fn causes_facts_and_ways_on_line_up() {
    let source = Outer(std::io::Error::other("connection refused\nby \u{1b}[31mthe peer"));
    let failure = Failure::set_up("could not reach the registry `crates-io`")
        .because(source)
        .now("nothing was changed")
        .next("cargo orchestrate plan --registry local", "asks another registry")
        .next("cargo orchestrate status", "shows what is known without it");
    assert_data_eq!(
        failure.render(Paint::Plain, 100),
        str![[r#"
error: could not reach the registry `crates-io`
  because     could not read `config.json`
  because     connection refused
              by \u{1b}[31mthe peer
  nothing was changed
  next        cargo orchestrate plan --registry local   asks another registry
              cargo orchestrate status                  shows what is known without it

"#]]
        .raw()
    );
    assert_data_eq!(failure.to_json(), str![[r#"{"reason":"error","v":1,"code":96,"text":"could not reach the registry `crates-io`","causes":["could not read `config.json`","connection refused\nby \u001b[31mthe peer"],"facts":[{"text":"nothing was changed"}],"next":[{"command":"cargo orchestrate plan --registry local","effect":"asks another registry"},{"command":"cargo orchestrate status","effect":"shows what is known without it"}]}"#]].raw());
}

#[test]
fn what_a_program_said_keeps_its_lines_and_their_indent() {
    let said = "the packages do not verify: could not compile `app`\n  |\n3 |     ::x()\n";
    let failure = Failure::new(ExitCode::Unverified, said)
        .now("   = note: \u{1b}[0mhidden")
        .fact("now", "nothing was published");
    assert_data_eq!(
        failure.render(Paint::Plain, 100),
        str![[r#"
error: the packages do not verify: could not compile `app`
    |
  3 |     ::x()
     = note: \u{1b}[0mhidden
  now         nothing was published

"#]]
        .raw()
    );
}

#[test]
fn a_slip_of_the_finger_is_recognised() {
    let names = ["node-core", "node-store", "node-cli", "xtask"];
    for (typed, near) in [
        ("node-cor", Some("node-core")),
        ("nodestore", Some("node-store")),
        ("store", Some("node-store")),
        ("node-clo", Some("node-cli")),
        ("xtaks", Some("xtask")),
        ("serde", None),
        ("", None),
    ] {
        assert_eq!(nearest(typed, names), near, "{typed}");
    }
    let failure = Failure::unknown_package("node-cor", names);
    assert_data_eq!(
        failure.render(Paint::Plain, 100),
        str![[r#"
error: the workspace has no package `node-cor`
  did you mean   `node-core`?
  next           cargo orchestrate status   lists the packages

"#]]
        .raw()
    );
    let failure = Failure::no_package("x", None, &["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    assert_data_eq!(
        failure.render(Paint::Plain, 100),
        str![[r#"
error: the workspace has no package `x`
  it has      a, b, c, d, e, f, g, h and 1 more
  next        cargo orchestrate status   lists the packages

"#]]
        .raw()
    );
}

#[test]
fn ways_on_lead_to_the_folder_that_was_worked_in() {
    let failure = || {
        Failure::set_up("no")
            .next("cargo orchestrate status", "")
            .next("cargo orchestrate plan --no-push -C x", "")
            .next("cargo orchestrate -C FOLDER plan", "")
            .next("git pull", "")
    };
    let commands = |place: &str| {
        let next = failure().in_place(place).more.next;
        next.into_iter().map(|next| next.command).collect::<Vec<_>>()
    };
    let table = [
        ("cargo orchestrate status", "cargo orchestrate status -C x"),
        ("cargo orchestrate plan --no-push -C x", "cargo orchestrate plan --no-push -C x"),
        ("cargo orchestrate -C FOLDER plan", "cargo orchestrate -C FOLDER plan"),
        ("git pull", "git pull"),
    ];
    assert_eq!(commands(""), table.map(|(here, _)| here));
    assert_eq!(commands(" -C x"), table.map(|(_, there)| there));
}
