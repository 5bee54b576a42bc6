//! `impact`: what a release, or taking one back, means for repositories downstream.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use crate::support::downstream::{self, package, repository};
use serde_json::{Value, json};

/// The chain, with a local repository and one that is fetched downstream of it.
pub(crate) fn world() -> Sandbox {
    let sandbox = sandbox("chain");
    downstream::of_chain(&sandbox);
    sandbox
}

fn told(sandbox: &Sandbox, line: &[&str], code: i32) -> Value {
    let line = [&["impact", "--message-format", "json"], line].concat();
    let document = sandbox.run(&line).exits(code).object("impact");
    check("impact", &document);
    document
}

/// The uses, each as `app lib1 0.1: needs-edit 0.1.0`.
fn uses(document: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines = Vec::new();
    for repository in document["repositories"].as_array().unwrap() {
        for used in repository["uses"].as_array().unwrap() {
            let [package, requirement, state, by] =
                ["package", "requirement", "state", "satisfied-by"].map(|key| word(&used[key]));
            let name = word(&repository["name"]);
            lines.push(format!("{name} {package} {requirement}: {state} {by}"));
        }
    }
    lines
}

#[test]
fn a_release_and_its_way_back_are_told_for_each_repository() {
    let sandbox = world();
    let before = sandbox.git(&["-C", "../app", "for-each-ref"]);
    let plan = told(&sandbox, &[], 0);
    assert_eq!(
        uses(&plan),
        [
            "app lib1 0.1: needs-edit 0.1.0",
            "app lib3 >=0.3: taken-up 0.4.0",
            // Nobody can have it before the release.
            "site lib2 0.3: taken-up 0.3.0",
            "site lib4 0.1: unaffected 0.1.0",
        ]
    );
    assert_eq!(plan["repositories"][0]["uses"][0]["locked"], json!(["0.1.0"]));
    let shown = sandbox.run(&["impact"]).exits(0);
    assert!(shown.stdout.contains("0.2.0 needs an edit"), "{shown}");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let expected = [
        "app lib1 0.1: unaffected 0.1.0",
        "app lib3 >=0.3: falls-back 0.3.0",
        "site lib2 0.3: breaks -",
        "site lib4 0.1: unaffected 0.1.0",
    ];
    let back = told(&sandbox, &["--rollback"], 0);
    assert_eq!(uses(&back), expected);
    assert_eq!(back["findings"][0]["code"], "downstream-breaks");
    sandbox.run(&["yank-rollback", "--no-downstream", "--yes"]).exits(0);
    // What was taken back is asked about like what may be.
    let release = back["release"].as_str().unwrap();
    assert_eq!(uses(&told(&sandbox, &["--rollback", release], 0)), expected);
    assert_eq!(
        uses(&told(&sandbox, &["--rollback", "lib3@0.4.0"], 0))[1..3],
        ["app lib3 >=0.3: falls-back 0.3.0", "site lib2 0.3: broken -",]
    );
    assert_eq!(sandbox.git(&["-C", "../app", "for-each-ref"]), before);
    assert_eq!(sandbox.git(&["-C", "../app", "status", "--porcelain"]), "");
}

#[test]
fn what_cannot_be_read_is_told_all_together() {
    let sandbox = world();
    repository(
        &sandbox,
        "odd",
        &[("Cargo.toml", "[package]\nname = 1\n[dependencies]\nlib1 = 1\n")],
    );
    sandbox.write("../plain/Cargo.toml", "");
    sandbox.write(
        "orchestrate.toml",
        "[downstream.app]\npath = \"../app\"\n[downstream.gone]\npath = \"../gone\"\n\
         [downstream.plain]\npath = \"../plain\"\n[downstream.odd]\npath = \"../odd\"\n\
         [downstream.silent]\ngit = \"../silent.git\"\n[downstream.branch]\ngit = \"../site\"\nbranch = \"nxt\"\n",
    );
    sandbox.write("../app/Cargo.toml", &package("lib1 = \"0.2\"\n"));
    let refused = sandbox.run(&["impact"]).exits(97).says("5 repositories could not be read");
    for text in [
        "`gone` at ../gone: there is no such folder",
        "`plain` at ../plain: it is in no git repository",
        "Cargo.toml:4:8",
        "`silent` at ../silent.git: it could not be fetched",
        "couldn't find remote ref refs/heads/nxt",
        "`app` has changes that are not committed",
    ] {
        let whole = refused.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(whole.contains(text), "{text}\n{refused}");
    }
    assert_eq!(uses(&told(&sandbox, &[], 97))[0], "app lib1 0.1: needs-edit 0.1.0");
}

#[test]
fn taking_a_release_back_tells_who_is_reached() {
    let sandbox = world();
    sandbox.run(&["publish", "--yes"]).exits(0);
    let said = json!({"dependencies": [], "meta": {"total": 12}}).to_string();
    sandbox.fault(&json!({"operation": "facts", "package": "lib3", "times": 0, "fault": {
        "kind": "status", "code": 200, "body": said
    }}));
    let shown = sandbox.run(&["yank-rollback", "--plan-only"]).exits(0);
    let whole = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "1 repository downstream: satisfied by 0.3.0; 12 packages on crates-io depend on it",
        "repository site downstream breaks",
        "warning[downstream-breaks]: `site` requires lib2 0.3 (Cargo.toml:7)",
    ] {
        assert!(whole.contains(text), "{text}\n{shown}");
    }
    let line = ["yank-rollback", "--plan-only", "--message-format", "json"];
    let plan = sandbox.run(&line).exits(0).object("rollback-plan");
    check("rollback-plan", &plan);
    let lib3 = plan["items"].as_array().unwrap().iter().find(|item| item["package"] == "lib3");
    assert_eq!(lib3.unwrap()["dependents"], 12);
    // One that cannot be read keeps nobody from taking a release back.
    std::fs::remove_dir_all(sandbox.root().join("site")).unwrap();
    let back = sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    assert!(back.stdout.contains("warning[downstream-unread]"), "{back}");
}

#[test]
fn without_the_network_what_was_fetched_serves() {
    let sandbox = world();
    let refused = sandbox.run(&["impact", "--offline"]).exits(97);
    assert!(refused.stdout.contains("never fetched"), "{refused}");
    told(&sandbox, &[], 0);
    assert_eq!(uses(&told(&sandbox, &["--offline"], 0)).len(), 4);
    sandbox.write("orchestrate.toml", "");
    sandbox.run(&["impact"]).exits(96).says("downstream.NAME");
}

/// What `line` does to the repositories, as `app made lib1 0.1 -> 0.2`, and their branches.
fn edited(sandbox: &Sandbox, line: &[&str], code: i32) -> (Vec<String>, Vec<String>) {
    let document = told(sandbox, line, code);
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let (mut lines, mut branches) = (Vec::new(), Vec::new());
    for edit in document["edits"].as_array().unwrap() {
        branches.push(word(&edit["branch"]));
        for it in edit["requirements"].as_array().unwrap() {
            let [package, from, to] = ["package", "from", "to"].map(|key| word(&it[key]));
            let (name, state) = (word(&edit["repository"]), word(&edit["state"]));
            lines.push(format!("{name} {state} {package} {from} -> {to}"));
        }
    }
    (lines, branches)
}

#[test]
fn requirements_follow_a_release_on_branches_of_their_own() {
    let sandbox = world();
    let app = |arguments: &[&str]| sandbox.git(&[&["-C", "../app"], arguments].concat());
    let head = app(&["rev-parse", "HEAD"]);
    let (lines, branches) = edited(&sandbox, &["--bump"], 0);
    assert_eq!(lines, ["app made lib1 0.1 -> 0.2"]);
    let branch = &branches[0];
    let expected = sandbox.read("../app/Cargo.toml").replace("lib1 = \"0.1\"", "lib1 = \"0.2\"");
    assert_eq!(app(&["show", &format!("{branch}:Cargo.toml")]), expected.trim());
    assert_eq!(app(&["rev-parse", &format!("{branch}^")]), head);
    assert_eq!(app(&["diff", "--name-only", "HEAD", branch]), "Cargo.toml");
    // The checkout is as it was, and the same again does nothing twice.
    assert_eq!(
        (app(&["rev-parse", "HEAD"]), app(&["status", "--porcelain"])),
        (head, String::new())
    );
    let tip = app(&["rev-parse", branch]);
    assert_eq!(edited(&sandbox, &["--bump"], 0).0, ["app there lib1 0.1 -> 0.2"]);
    // After the release it is the same edit; somebody's work on top of it is left alone.
    sandbox.run(&["publish", "--yes"]).exits(0);
    app(&["checkout", "--quiet", branch]);
    app(&["commit", "--quiet", "--allow-empty", "--message", "fix: follow"]);
    app(&["checkout", "--quiet", "main"]);
    let again = (vec!["app there lib1 0.1 -> 0.2".to_owned()], branches.clone());
    assert_eq!(edited(&sandbox, &["--bump"], 0), again);
    assert_eq!(app(&["rev-parse", &format!("{branch}^")]), tip);
    // A branch of that name that is not ours is nobody's to move.
    app(&["branch", "--force", branch, "main"]);
    sandbox.run(&["impact", "--bump"]).exits(97).says("somebody else's");
    app(&["branch", "--delete", "--force", branch]);
    sandbox.write("../app/Cargo.toml", &format!("{expected}\n"));
    sandbox.run(&["impact", "--bump"]).exits(97).says("not committed, as in `Cargo.toml`");
    assert_eq!(app(&["branch", "--list", "orchestrate/*"]), "");
}

#[test]
fn what_is_taken_back_is_pinned_and_pushed_where_that_is_asked() {
    let sandbox = world();
    sandbox.run(&["publish", "--yes"]).exits(0);
    // One that cannot take the push does not keep the others from it.
    let line = ["--rollback", "--pin", "--push"];
    let (lines, branches) = edited(&sandbox, &line, 100);
    assert_eq!(lines, ["app made lib3 >=0.3 -> =0.3.0", "site made lib2 0.3 -> =0.2.0"]);
    let site = |arguments: &[&str]| sandbox.git(&[&["-C", "../site"], arguments].concat());
    let pinned = site(&["show", &format!("{}:Cargo.toml", branches[1])]);
    assert!(pinned.contains("lib2 = \"=0.2.0\"") && pinned.contains("lib4 = \"0.1\""), "{pinned}");
    let tip = site(&["rev-parse", &branches[1]]);
    sandbox.git(&["clone", "--quiet", "--bare", "../app", "../app.git"]);
    sandbox.git(&["-C", "../app", "remote", "add", "origin", "../app.git"]);
    // A fresh copy finds what was pushed.
    std::fs::remove_dir_all(sandbox.work().join(".git/orchestrate/kept/downstream")).unwrap();
    let document = told(&sandbox, &line, 0);
    let pushed = document["edits"].as_array().unwrap().iter().map(|edit| &edit["pushed"]);
    assert!(pushed.into_iter().all(|pushed| pushed == true), "{document}");
    assert_eq!(site(&["rev-parse", &branches[1]]), tip);
    let there = sandbox.git(&["-C", "../app.git", "show", &format!("{}:Cargo.toml", branches[0])]);
    assert!(there.contains("version = \"=0.3.0\""), "{there}");
}

#[test]
fn nothing_is_written_where_one_is_in_the_way() {
    let sandbox = world();
    let text = sandbox.read("orchestrate.toml");
    sandbox.write("orchestrate.toml", &format!("{text}[downstream.gone]\npath = \"../gone\"\n"));
    sandbox.run(&["impact", "--bump", "--push"]).exits(97).says("gone").says("no such folder");
    assert_eq!(sandbox.git(&["-C", "../app", "branch", "--list", "orchestrate/*"]), "");
    sandbox.run(&["impact", "--push"]).exits(2);
    sandbox.run(&["impact", "--pin"]).exits(2).says("--rollback");
}

#[test]
fn a_folder_of_a_repository_elsewhere_counts_alone() {
    let sandbox = world();
    let one = package("lib1 = \"0.1\"\n");
    let other = package("lib2 = \"0.3\"\n");
    repository(&sandbox, "mono", &[("one/Cargo.toml", &one), ("other/Cargo.toml", &other)]);
    let name = |folder: &str| {
        let text = format!("[downstream.mono]\ngit = \"../mono\"\nfolder = \"{folder}\"\n");
        sandbox.write("orchestrate.toml", &text);
    };
    name("one");
    let found = told(&sandbox, &[], 0);
    assert_eq!(uses(&found), ["mono lib1 0.1: needs-edit 0.1.0"]);
    name("none");
    let refused = sandbox.run(&["impact"]).exits(97);
    assert!(refused.stdout.contains("it has no folder `none` at "), "{refused}");
}
