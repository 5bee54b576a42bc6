use super::example::{events, package_name, plan, version};
use super::step_words::{Said, said};
use super::*;
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::{Finding, Plan};
use cargo_orchestrate::run::{RunState, Stop, StopReason};
use cargo_orchestrate::wire::{RunKind, StatusDocument, StatusPackage};
use snapbox::{IntoData as _, assert_data_eq, str};

#[test]
fn a_plan_says_what_moves_why_in_which_order_and_what_to_look_at() {
    assert_data_eq!(
        plan_view(&plan(), &example::forecast(&plan()), Paint::Plain, 100),
        str![[r#"
  package      now     next    why
  node-core    2.0.0   2.1.0   feat: stream cursors (3 commits)
  node-store   0.4.2   0.5.0   breaking: `Store::open` takes options\u{1b}[2J (a81c33f)
  node-wire    -       0.1.0   never published; released as its manifest says
  node-query   0.7.1   0.8.0   node-store 0.4.2 -> 0.5.0, and node-query has a library that may exp…
  node-cli     1.3.0   1.3.1   node-query 0.7.1 -> 0.8.0, and `^0.7` in crates/cli/Cargo.toml:22 no…
  5 of 10 packages; 5 unchanged (`plan --explain NAME` says why)

  order     1  node-core  node-store  node-wire
            2  node-query
            3  node-cli
  rewrite   2 requirements in 2 manifests
  push      main and tags to origin
  budget    4 updates of 30 free, 1 new package of 5 free: no wait

error[tag-exists]: the tag `node-core-v2.1.0` exists at another commit, 0c99d1e
  fix: git tag -d node-core-v2.1.0, if nobody uses it

warning[dev-cycle]: node-store and node-testkit need each other as versioned dev-dependencies, and
  Cargo asks the registry for both when it packs either of them
  --> crates/testkit/Cargo.toml:14:1
  fix: drop `version` from the dev-dependency

"#]]
        .raw()
    );
}

#[test]
fn a_narrow_terminal_cuts_the_reasons_and_breaks_the_order() {
    assert_data_eq!(
        plan_view(&plan(), &example::forecast(&plan()), Paint::Plain, 60),
        str![[r#"
  package      now     next    why
  node-core    2.0.0   2.1.0   feat: stream cur… (3 commits)
  node-store   0.4.2   0.5.0   breaking: `Store::… (a81c33f)
  node-wire    -       0.1.0   never published; released as…
  node-query   0.7.1   0.8.0   node-store 0.4.2 -> 0.5.0, a…
  node-cli     1.3.0   1.3.1   node-query 0.7.1 -> 0.8.0, a…
  5 of 10 packages; 5 unchanged (`plan --explain NAME` says
  why)

  order     1  node-core  node-store  node-wire
            2  node-query
            3  node-cli
  rewrite   2 requirements in 2 manifests
  push      main and tags to origin
  budget    4 updates of 30 free, 1 new package of 5 free:
            no wait

error[tag-exists]: the tag `node-core-v2.1.0` exists at
  another commit, 0c99d1e
  fix: git tag -d node-core-v2.1.0, if nobody uses it

warning[dev-cycle]: node-store and node-testkit need each
  other as versioned dev-dependencies, and Cargo asks the
  registry for both when it packs either of them
  --> crates/testkit/Cargo.toml:14:1
  fix: drop `version` from the dev-dependency

"#]]
        .raw()
    );
}

#[test]
fn an_empty_plan_says_so() {
    let nothing = Finding::note("nothing-to-release", "there is nothing to release");
    let empty = Plan {
        packages: Vec::new(),
        findings: vec![nothing],
        waves: Vec::new(),
        steps: Vec::new(),
        ..plan()
    };
    assert_data_eq!(
        plan_view(&empty, &example::forecast(&empty), Paint::Plain, 100),
        str![[r#"
  nothing to release; 5 unchanged (`plan --explain NAME` says why)

"#]]
        .raw()
    );
    assert_data_eq!(
        next_after_plan(&empty, &MadeWith::default(), Paint::Plain, 100),
        str!["  Next: cargo orchestrate status   is everything where it should be?"].raw()
    );
}

#[test]
fn an_explanation_follows_the_reasons_back_to_the_first_change() {
    let of = |name| explain(&plan(), &package_name(name), Paint::Plain, 100);
    assert_data_eq!(
        of("node-cli").expect("it is planned"),
        str![[r#"
node-cli 1.3.0 -> 1.3.1 (patch)
  because     node-query 0.7.1 -> 0.8.0, and `^0.7` in                  [requirement-out-of-range]
              crates/cli/Cargo.toml:22 no longer matches
  because     patch, because node-cli has only binaries                 [binary-only-patch]
  node-query  node-store 0.4.2 -> 0.5.0, and node-query has a library   [breaking-through-library]
              that may expose it
  node-store  breaking: `Store::open` takes options\u{1b}[2J (a81c33f)  [conventional-breaking]
  `plan --explain RULE` says what a rule in brackets decides

"#]]
        .raw()
    );
    assert_data_eq!(
        of("node-wire").expect("it is planned"),
        str![[r#"
node-wire 0.1.0 (first release)
  because  never published; released as its manifest says  [first-release]
  `plan --explain RULE` says what a rule in brackets decides

"#]]
        .raw()
    );
    assert_data_eq!(
        of("node-sync").expect("it is a member"),
        str![[r#"
node-sync 0.3.0 stays
  because  nothing that is packed differs from its last release, the tag v0.3.0  [nothing-changed]
  `plan --explain RULE` says what a rule in brackets decides

"#]]
        .raw()
    );
    assert_eq!(of("node-nothing"), None);
}

#[test]
fn the_header_says_where_we_are() {
    let header = PlanHeader {
        workspace: "nodespace".to_owned(),
        packages: 12,
        publishable: 9,
        last_release: Some("2026-11-02".to_owned()),
        commits: Some(34),
        registries: vec![("crates-io".to_owned(), "index read 0.3 s ago".to_owned())],
    };
    assert_data_eq!(
        header.render(Paint::Plain),
        str![[r#"
   Workspace nodespace (12 packages, 9 publishable)
Last release 2026-11-02, 34 commits since
    Registry crates-io, index read 0.3 s ago
"#]]
        .raw()
    );
}

#[test]
fn a_run_is_told_in_status_lines() {
    let plan = plan();
    let waves = plan.packages.iter().map(|p| (p.name.clone(), p.wave)).collect();
    let mut state = RunState::default();
    let mut lines = lines::Lines::default();
    for event in events() {
        state.apply(&event);
        let step = event.step().and_then(|id| plan.steps.iter().find(|step| step.id == *id));
        match said(&event, step, &state, &waves) {
            Some(Said::Status(tone, verb, object)) => {
                lines.line(Paint::Plain.status(tone, verb, &object));
            }
            Some(Said::Warning(text)) => lines.line(format_args!("warning: {text}")),
            Some(Said::Detail(..)) | None => {}
        }
    }
    assert_data_eq!(lines.into_string(), str![[r#"
     Packing and verifying 1 package
      Packed 1 package, 312 KiB
   Uploading node-core 2.1.0  wave 1 of 3
   Published node-core 2.1.0  sha256 8d01a0b8…
   Uploading node-store 0.5.0  wave 1 of 3
warning: nobody knows whether the upload of node-store 0.5.0 happened (connection reset); asking the index
   Published node-store 0.5.0  sha256 8d01a0b8…
   Uploading node-query 0.8.0  wave 2 of 3  try 2
warning: the upload of node-query 0.8.0 did not happen: crates-io answered 429: too many new versions

"#]].raw());
}

#[test]
fn a_stop_says_what_happened_what_is_true_and_what_to_type() {
    let plan = plan();
    let state = RunState::fold(&events());
    let stop = Stop {
        step: plan.steps[3].id.clone(),
        reason: StopReason::Throttled,
        text: "crates-io answered 429: too many new versions".to_owned(),
        retry_at: Some(Timestamp(1_795_171_623_000)),
    };
    let ways = [
        Way::new("cargo orchestrate publish", "continues this release"),
        Way::new("cargo orchestrate yank-rollback", "takes the two packages back"),
    ];
    let now = Timestamp(1_795_170_660_000);
    let kind = RunKind::Release;
    let throttled = stopped(kind, &plan.steps, &state, &[stop], &ways, now);
    assert_data_eq!(
        throttled.render(Paint::Plain, 100),
        str![[r#"
error: the upload of node-query 0.8.0 has to wait: crates-io answered 429: too many new versions
  published   node-core 2.1.0, node-store 0.5.0 (in the index, checksums match)
  not yet     node-query 0.8.0, node-cli 1.3.1, node-wire 0.1.0
  next        cargo orchestrate publish         continues this release, from 10:47 UTC (in 17 min)
              cargo orchestrate yank-rollback   takes the two packages back

"#]]
        .raw()
    );
    let denied = |index: usize| Stop {
        step: plan.steps[index].id.clone(),
        reason: StopReason::Unauthorized,
        text: "token expired".to_owned(),
        retry_at: None,
    };
    let both = stopped(kind, &plan.steps, &state, &[denied(3), denied(4)], &[], now);
    let both = both.render(Paint::Plain, 100);
    assert!(both.starts_with("error: the upload of node-query 0.8.0 is not allowed"), "{both}");
    assert_eq!(both.matches("is not allowed").count(), 2, "{both}");
    assert!(both.contains("also"), "{both}");
    let interrupted = stopped(kind, &plan.steps, &RunState::default(), &[], &ways[..1], now);
    assert_data_eq!(
        interrupted.render(Paint::Plain, 100),
        str![[r#"
error: interrupted
  not yet     node-core 2.1.0, node-store 0.5.0, node-query 0.8.0, node-cli 1.3.1, node-wire 0.1.0
  so far      nothing was published
  next        cargo orchestrate publish   continues this release

"#]]
        .raw()
    );
}

#[test]
fn a_status_names_the_repair() {
    let row = |name, tag: Option<&str>, latest: Option<&str>, state: &str, repair: Option<&str>| {
        StatusPackage {
            name: package_name(name),
            manifest: version("2.1.0"),
            tag: tag.map(version),
            registry: Some("crates-io".to_owned()),
            latest: latest.map(version),
            yanked: Vec::new(),
            state: state.to_owned(),
            repair: repair.map(str::to_owned),
        }
    };
    let publish = Some("cargo orchestrate publish");
    let mut gone = row("node-cli", Some("2.1.0"), Some("2.0.0"), "last good is 2.0.0", None);
    gone.yanked.push(version("2.1.0"));
    let status = StatusDocument {
        packages: vec![
            gone,
            row("node-core", Some("2.1.0"), Some("2.1.0"), "released", None),
            row("node-query", Some("2.1.0"), Some("0.7.1"), "tagged, never published", publish),
            row("node-store", None, Some("2.1.0"), "tag missing", publish),
            row("node-wire", None, None, "never published", publish),
        ],
        unfinished: None,
        offline: None,
    };
    assert_data_eq!(
        status_view(&status, Paint::Plain, 100),
        str![[r#"
  package      manifest   tag     crates-io        state
  node-cli     2.1.0      2.1.0   2.1.0 (yanked)   last good is 2.0.0
  node-core    2.1.0      2.1.0   2.1.0            released
  node-query   2.1.0      2.1.0   0.7.1            tagged, never published
  node-store   2.1.0      -       2.1.0            tag missing
  node-wire    2.1.0      -       -                never published

  node-query, node-store, node-wire
    cargo orchestrate publish

"#]]
        .raw()
    );
}

#[test]
fn a_narrow_status_breaks_the_state_and_names_what_is_unfinished() {
    let row = StatusPackage {
        name: package_name("node-core"),
        manifest: version("2.1.0"),
        tag: Some(version("2.0.0")),
        registry: Some("crates-io".to_owned()),
        latest: Some(version("2.1.0")),
        yanked: Vec::new(),
        state: "2.1.0 published, not tagged yet".to_owned(),
        repair: Some("cargo orchestrate publish".to_owned()),
    };
    let unfinished = Some("20261120T101400Z-3f9a21c0".to_owned());
    let status = StatusDocument { packages: vec![row], unfinished, offline: None };
    assert_data_eq!(
        status_view(&status, Paint::Plain, 64),
        str![[r#"
  package     manifest   tag     crates-io   state
  node-core   2.1.0      2.0.0   2.1.0       2.1.0 published,
                                             not tagged yet

  node-core
    cargo orchestrate publish

  20261120T101400Z-3f9a21c0 is not finished
    the command that began it goes on with it

"#]]
        .raw()
    );
}

#[test]
fn a_rollback_says_what_stays() {
    let row = |name, is, was: Option<&str>, required: &str| RollbackRow {
        name: package_name(name),
        version: version(is),
        last_good: was.map(version),
        still_required_by: required.to_owned(),
    };
    let view = RollbackView {
        title: "yank (in this order)".to_owned(),
        packages: vec![
            row("node-cli", "1.3.1", Some("1.3.0"), ""),
            row("node-store", "0.5.0", Some("0.4.2"), "node-sync 0.3.0 wants ^0.4: unaffected"),
            row("node-wire", "0.1.0", None, ""),
        ],
        budget: vec!["3 yanks of 100 at once at crates-io".to_owned()],
        also: vec!["commit 7d1e0b2 on main is reverted by a commit of its own".to_owned()],
        cannot_be_undone: vec![
            "the three version numbers".to_owned(),
            "what was downloaded meanwhile".to_owned(),
            "node-wire has no earlier version: its users find none".to_owned(),
        ],
    };
    assert_data_eq!(
        rollback_view(&view, Paint::Plain, 100),
        str![[r#"
  yank (in this order)   last good   still required by
  node-cli     1.3.1     1.3.0       -
  node-store   0.5.0     0.4.2       node-sync 0.3.0 wants ^0.4: unaffected
  node-wire    0.1.0     none        -

  also              commit 7d1e0b2 on main is reverted by a commit of its own
  cannot be undone  the three version numbers; what was downloaded meanwhile; node-wire has no
                    earlier version: its users find none
  budget            3 yanks of 100 at once at crates-io

"#]]
        .raw()
    );
}
