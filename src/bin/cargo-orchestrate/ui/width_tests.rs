//! What views do with the width they get, and what stands below a plan.

use super::example::{package_name, plan};
use super::text::columns;
use super::*;
use cargo_orchestrate::decide::Reason;
use cargo_orchestrate::model::{Bump, Oid, PackageName, PlanId, RegistryName};
use cargo_orchestrate::plan::{PackageDifference, PackageMove, Plan, PlanDifference, PlanEnd};
use cargo_orchestrate::wire::{StatusDocument, StatusPackage};
use snapbox::{IntoData as _, assert_data_eq, str};

const LONG: &str = "node-wire-protocol-definitions";

fn renamed(name: &PackageName) -> PackageName {
    if name.as_str() == "node-core" { package_name(LONG) } else { name.clone() }
}

/// The plan with a package of a long name in it.
fn with_a_long_name() -> Plan {
    let mut plan = plan();
    for planned in &mut plan.packages {
        planned.name = renamed(&planned.name);
    }
    for wave in &mut plan.waves {
        *wave = wave.iter().map(renamed).collect();
    }
    for planned in &mut plan.packages {
        for reason in &mut planned.reasons {
            reason.because = vec![package_name(LONG)];
        }
    }
    plan.findings.clear();
    plan
}

fn reason(text: &str) -> Reason {
    Reason { rule: "conventional-feature".into(), text: text.into(), because: Vec::new() }
}

fn difference() -> PlanDifference {
    let moved = |from: &str, to: &str| PackageMove {
        from: example::version(from),
        to: example::version(to),
        bump: Bump::Minor,
        wave: 1,
        registry: RegistryName::crates_io(),
    };
    let end = |commit: &str| PlanEnd {
        id: PlanId::from_hex("5f".repeat(32)),
        base: Oid::from_hex(commit.repeat(20)),
    };
    let package = |name: &str, old, new, added: &[&str], gone: &[&str]| PackageDifference {
        name: package_name(name),
        old,
        new,
        reasons_added: added.iter().map(|text| reason(text)).collect(),
        reasons_gone: gone.iter().map(|text| reason(text)).collect(),
    };
    let (core, more) = (moved("2.0.0", "2.1.0"), moved("2.0.0", "3.0.0"));
    let feature =
        ["feat: stream cursors that survive a reconnect (0123456)", "feat: more (89abcde)"];
    PlanDifference {
        budget: Vec::new(),
        old: end("0a"),
        new: end("1b"),
        packages: vec![
            package("node-core", Some(core.clone()), Some(more), &["feat!: less (1234567)"], &[]),
            package("node-log", Some(core.clone()), None, &["`--exclude` keeps it out"], &feature),
            package(LONG, None, Some(core), &feature, &["nothing that is packed changed"]),
        ],
        requirements: Vec::new(),
        findings_added: Vec::new(),
        findings_gone: Vec::new(),
    }
}

fn status() -> StatusDocument {
    let row = |name: &str| StatusPackage {
        name: package_name(name),
        manifest: example::version("1.0.0-rc.2"),
        tag: Some(example::version("1.0.0-rc.1")),
        registry: Some("crates-io".to_owned()),
        latest: Some(example::version("1.0.0-rc.2")),
        yanked: Vec::new(),
        state: "1.0.0-rc.2 published, not tagged yet".to_owned(),
        repair: Some("cargo orchestrate publish".to_owned()),
    };
    StatusDocument { packages: vec![row(LONG), row("node-core")], unfinished: None, offline: None }
}

#[test]
fn no_view_is_wider_than_the_terminal() {
    let plan = with_a_long_name();
    for width in [60, 72, 80, 100, 140] {
        let explained = plan.packages.iter().map(|planned| &planned.name);
        let explained = explained.map(|name| explain(&plan, name, Paint::Plain, width));
        let mut views: Vec<String> = explained.map(|view| view.expect("planned")).collect();
        views.push(plan_view(&plan, &example::forecast(&plan), Paint::Plain, width));
        views.push(status_view(&status(), Paint::Plain, width));
        views.push(next_after_plan(&plan, &MadeWith::default(), Paint::Plain, width));
        views.push(next_after_plan(&example::plan(), &MadeWith::default(), Paint::Plain, width));
        for detail in [Detail::Short, Detail::Full] {
            views.push(difference_view(&difference(), detail, Paint::Plain, width));
        }
        for view in views {
            assert!(view.lines().all(|line| columns(line) <= width), "{width}\n{view}");
        }
    }
}

#[test]
fn a_long_name_gets_a_line_of_its_own_where_there_is_no_room() {
    let rows = |width| {
        let view = plan_view(
            &with_a_long_name(),
            &example::forecast(&with_a_long_name()),
            Paint::Plain,
            width,
        );
        view.split("\n\n").next().unwrap_or_default().to_owned()
    };
    assert_data_eq!(
        rows(60),
        str![[r#"
  package      now     next    why
  node-wire-protocol-definitions
               2.0.0   2.1.0   feat: stream cur… (3 commits)
  node-store   0.4.2   0.5.0   breaking: `Store::… (a81c33f)
  node-wire    -       0.1.0   never published; released as…
  node-query   0.7.1   0.8.0   node-store 0.4.2 -> 0.5.0, a…
  node-cli     1.3.0   1.3.1   node-query 0.7.1 -> 0.8.0, a…
  5 of 10 packages; 5 unchanged (`plan --explain NAME` says
  why)
"#]]
        .raw()
    );
    assert_data_eq!(rows(140), str![[r#"
  package                          now     next    why
  node-wire-protocol-definitions   2.0.0   2.1.0   feat: stream cursors (3 commits)
  node-store                       0.4.2   0.5.0   breaking: `Store::open` takes options\u{1b}[2J (a81c33f)
  node-wire                        -       0.1.0   never published; released as its manifest says
  node-query                       0.7.1   0.8.0   node-store 0.4.2 -> 0.5.0, and node-query has a library that may expose it
  node-cli                         1.3.0   1.3.1   node-query 0.7.1 -> 0.8.0, and `^0.7` in crates/cli/Cargo.toml:22 no longer matches
  5 of 10 packages; 5 unchanged (`plan --explain NAME` says why)
"#]].raw());
}

#[test]
fn the_last_column_stands_below_where_the_others_take_all_room() {
    assert_data_eq!(
        status_view(&status(), Paint::Plain, 60),
        str![[r#"
  package     manifest     tag          crates-io
      state
  node-wire-protocol-definitions
              1.0.0-rc.2   1.0.0-rc.1   1.0.0-rc.2
      1.0.0-rc.2 published, not tagged yet
  node-core   1.0.0-rc.2   1.0.0-rc.1   1.0.0-rc.2
      1.0.0-rc.2 published, not tagged yet

  node-wire-protocol-definitions, node-core
    cargo orchestrate publish

"#]]
        .raw()
    );
}

#[test]
fn a_narrow_explanation_has_its_rules_behind_the_texts() {
    let name = package_name("node-cli");
    let text = explain(&with_a_long_name(), &name, Paint::Plain, 60).expect("planned");
    assert_data_eq!(
        text,
        str![[r#"
node-cli 1.3.0 -> 1.3.1 (patch)
  because  node-query 0.7.1 -> 0.8.0, and `^0.7` in
           crates/cli/Cargo.toml:22 no longer matches
           [requirement-out-of-range]
  because  patch, because node-cli has only binaries
           [binary-only-patch]
  node-wire-protocol-definitions
           feat: stream cursors (3 commits)
           [conventional-feature]
  `plan --explain RULE` says what a rule in brackets decides

"#]]
        .raw()
    );
}

#[test]
fn a_difference_is_a_line_a_package_unless_more_is_wanted() {
    let view = |detail| difference_view(&difference(), detail, Paint::Plain, 100);
    assert_data_eq!(
        view(Detail::Short),
        str![[r#"
  package                          then    now     why
  node-core                        2.1.0   3.0.0   feat!: less (1234567)
  node-log                         2.1.0   -       stays: `--exclude` keeps it out
  node-wire-protocol-definitions   -       2.1.0   feat: stream cursors that survive a re… (0123456)
  then on commit 0a0a0a0a0a, now on 1b1b1b1b1b (`-v` tells all reasons and requirements)

"#]]
        .raw()
    );
    assert_data_eq!(
        view(Detail::Full),
        str![[r#"
  package                          then    now     why
  node-core                        2.1.0   3.0.0   feat!: less (1234567)
  node-log                         2.1.0   -       stays: `--exclude` keeps it out
  node-wire-protocol-definitions   -       2.1.0   feat: stream cursors that survive a re… (0123456)
    - node-core, now: feat!: less (1234567)
    - node-log, then: feat: stream cursors that survive a reconnect (0123456)
    - node-log, then: feat: more (89abcde)
    - node-log, now: `--exclude` keeps it out
    - node-wire-protocol-definitions, then: nothing that is packed changed
    - node-wire-protocol-definitions, now: feat: stream cursors that survive a reconnect (0123456)
    - node-wire-protocol-definitions, now: feat: more (89abcde)
  then on commit 0a0a0a0a0a, now on 1b1b1b1b1b

"#]]
        .raw()
    );
}

#[test]
fn the_last_line_of_a_plan_is_what_to_type() {
    let nothing = MadeWith::default();
    let some = MadeWith {
        selection: " -p lib1 --bump lib1=patch".to_owned(),
        accepted: " -p lib1".to_owned(),
        place: " -C ../ws".to_owned(),
        offline: " --offline".to_owned(),
        kept: None,
    };
    let next =
        |plan: &Plan, with: &MadeWith, width| next_after_plan(plan, with, Paint::Plain, width);
    assert_data_eq!(
        next(&plan(), &nothing, 100),
        str!["  Next: fix the error above, then cargo orchestrate plan"].raw()
    );
    // What was refused is not offered again.
    assert_data_eq!(
        next(&plan(), &some, 100),
        str!["  Next: fix the error above, then cargo orchestrate plan -p lib1 -C ../ws --offline"]
            .raw()
    );
    let good = Plan { findings: Vec::new(), ..plan() };
    assert_data_eq!(
        next(&good, &nothing, 100),
        str![[r#"
  Practise: cargo orchestrate rehearse   nothing leaves this machine
      Next: cargo orchestrate publish    asks first, then releases
"#]]
        .raw()
    );
    assert_data_eq!(
        next(&good, &some, 80),
        str![[r#"
  Practise: cargo orchestrate rehearse -p lib1 --bump lib1=patch -C ../ws
              nothing leaves this machine
      Next: cargo orchestrate publish -p lib1 --bump lib1=patch -C ../ws
              asks first, then releases
"#]]
        .raw()
    );
    let kept = MadeWith { kept: Some("plan.json".to_owned()), ..some };
    assert_data_eq!(
        next(&good, &kept, 100),
        str![[r#"
  Practise: cargo orchestrate rehearse -p lib1 --bump lib1=patch -C ../ws
              nothing leaves this machine
      Next: cargo orchestrate publish --plan plan.json -C ../ws
              asks first, then releases
"#]]
        .raw()
    );
}
