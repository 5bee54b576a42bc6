use super::*;
use crate::decide::Reason;
use crate::model::{Bump, Oid, PackageName, PlanId, RegistryName, RelPath, Timestamp, Version};
use crate::plan::{
    Action, Finding, Guard, Plan, Planned, RequirementChange, Step, StepId, TagPoint, Unchanged,
    Upload, Yank,
};
use crate::policy::ReleaseType;
use crate::run::{Doing, Event, Receipt, RunState, Trouble, TroubleKind};
use snapbox::{IntoData as _, assert_data_eq, str};
use std::collections::BTreeMap;
use std::time::Duration;

fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn upload(text: &str) -> Upload {
    let (package, to) = text.split_once('@').expect("NAME@VERSION");
    Upload { package: name(package), version: version(to), registry: RegistryName::crates_io() }
}

fn id(text: &str) -> StepId {
    StepId(text.to_owned())
}

fn step(id_text: &str, action: Action, needs: &[&str]) -> Step {
    Step { id: id(id_text), action, needs: needs.iter().map(|need| id(need)).collect() }
}

fn plan() -> Plan {
    let reason = |rule: &str, because: &[&str]| Reason {
        rule: rule.to_owned(),
        text: "lib1 0.1.0 -> 0.2.0".to_owned(),
        because: because.iter().map(|package| name(package)).collect(),
    };
    Plan {
        budget: Vec::new(),
        id: PlanId::from_hex("ab"),
        base: Oid::from_hex("cd"),
        branch: Some("main".to_owned()),
        remote: Some("origin".to_owned()),
        release_type: ReleaseType::Regular,
        still_needed: Vec::new(),
        hotfix_of: None,
        packages: vec![Planned {
            name: name("lib2"),
            from: version("0.2.0"),
            to: version("0.3.0"),
            bump: Bump::Minor,
            publish: true,
            registry: RegistryName::crates_io(),
            new: false,
            wave: 2,
            baseline: Some("lib2-v0.2.0".to_owned()),
            tag: "lib2-v0.3.0".to_owned(),
            reasons: vec![reason("requirement-out-of-range", &["lib1"])],
            breaking: Vec::new(),
            last_good: None,
        }],
        unchanged: vec![Unchanged {
            name: name("lib4"),
            version: version("0.4.0"),
            baseline: Some("lib4-v0.4.0".to_owned()),
            reasons: vec![reason("nothing-changed", &[])],
        }],
        waves: vec![vec![name("lib1")], vec![name("lib2")]],
        edges: Vec::new(),
        changesets: Vec::new(),
        adopts: Vec::new(),
        requirements: vec![RequirementChange {
            file: RelPath::new("lib2/Cargo.toml").expect("inside"),
            key: "dependencies.lib1".to_owned(),
            from: "0.1.0".to_owned(),
            to: "0.2.0".to_owned(),
        }],
        guards: vec![Guard::Head { oid: Oid::from_hex("cd") }],
        findings: vec![
            Finding::error("tag-exists", "the tag exists")
                .about(&name("lib1"))
                .hint("git tag -d x"),
        ],
        steps: vec![step("upload:lib2@0.3.0", Action::Upload(upload("lib2@0.3.0")), &["pack"])],
    }
}

#[test]
fn a_plan_is_one_line_with_the_stable_keys() {
    assert_data_eq!(plan_document(&plan()), str![[r#"{"reason":"plan","v":1,"id":"ab","base":"cd","branch":"main","remote":"origin","packages":[{"name":"lib2","from":"0.2.0","to":"0.3.0","bump":"minor","publish":true,"registry":"crates-io","new":false,"wave":2,"baseline":"lib2-v0.2.0","tag":"lib2-v0.3.0","reasons":[{"rule":"requirement-out-of-range","text":"lib1 0.1.0 -> 0.2.0","because":["lib1"]}]}],"unchanged":[{"name":"lib4","version":"0.4.0","baseline":"lib4-v0.4.0","reasons":[{"rule":"nothing-changed","text":"lib1 0.1.0 -> 0.2.0"}]}],"waves":[["lib1"],["lib2"]],"requirements":[{"file":"lib2/Cargo.toml","key":"dependencies.lib1","from":"0.1.0","to":"0.2.0"}],"guards":[{"kind":"head","oid":"cd"}],"findings":[{"severity":"error","code":"tag-exists","package":"lib1","text":"the tag exists","hint":"git tag -d x"}],"steps":[{"id":"upload:lib2@0.3.0","action":{"kind":"upload","package":"lib2","version":"0.3.0","registry":"crates-io"},"needs":["pack"]}]}"#]].raw());
}

#[test]
fn a_plan_that_was_kept_is_the_same_plan() {
    let text = plan_document(&plan());
    assert_eq!(parse_plan(&text).expect("our own document"), plan());
    let newer = text.replace("\"base\"", "\"added-later\":[1],\"base\"");
    assert_eq!(parse_plan(&newer).expect("a field more"), plan());
}

#[test]
fn a_text_that_is_no_plan_is_told_apart() {
    let text = plan_document(&plan());
    for (text, says) in [
        (&text[..text.len() / 2], "the text is not JSON"),
        ("[]", "the document is not a plan (it has no `reason`)"),
        (r#"{"reason":"status","v":1}"#, "the document is not a plan (its `reason` is `status`)"),
        (
            r#"{"reason":"plan","v":2}"#,
            "the plan has format version 2, and this program reads version 1",
        ),
        (r#"{"reason":"plan","v":1}"#, "the plan is damaged"),
        (r#"{"reason":"plan"}"#, "the plan is damaged"),
    ] {
        assert_eq!(parse_plan(text).expect_err(text).to_string(), says);
    }
    let outside = text.replace("lib2/Cargo.toml", "../Cargo.toml");
    let wrong = text.replacen("\"to\":\"", "\n\"to\":3,\"x\":\"", 1);
    assert_ne!(wrong, text);
    let error = parse_plan(&wrong).expect_err("a number is no version");
    assert_eq!(error.to_string(), "the plan is damaged at `packages[0].to`");
    let cause = std::error::Error::source(&error).expect("what serde says").to_string();
    assert!(cause.contains("integer `3`") && cause.contains("line 2 column 6"), "{cause}");
    assert!(parse_plan(&outside).is_err(), "a path that leaves the repository");
}

/// Uploads of `base`, of `app` that needs it, of `alone`, and their tags.
fn release() -> Vec<Step> {
    let tag = |name: &str| TagPoint { name: name.into(), message: name.into(), commit: None };
    let tags = vec![tag("app-v1.0.0"), tag("base-v1.0.0"), tag("alone-v1.0.0")];
    vec![
        step("base", Action::Upload(upload("base@1.0.0")), &[]),
        step("app", Action::Upload(upload("app@1.0.0")), &["base"]),
        step("alone", Action::Upload(upload("alone@1.0.0")), &[]),
        step("tag", Action::Tag { tags }, &["base", "app", "alone"]),
    ]
}

fn happened(what: &str, to: &str) -> Event {
    let at = Timestamp(0);
    let step = id(to);
    let trouble = |kind| Trouble { kind, text: "no".to_owned(), retry_at: Some(Timestamp(9)) };
    match what {
        "started" => Event::Started { step, attempt: 1, at },
        "accepted" => Event::Accepted { step, at },
        "in-doubt" => Event::InDoubt { step, why: "reset".to_owned(), at },
        "done" => Event::Done { step, receipt: Receipt::Plain, at },
        "foreign" => Event::Foreign { step, text: "other bytes".to_owned(), at },
        "rejected" => Event::Rejected { step, trouble: trouble(TroubleKind::Rejected), at },
        "throttled" => Event::NotDone { step, trouble: trouble(TroubleKind::Throttled), at },
        "no-token" => Event::NotDone { step, trouble: trouble(TroubleKind::Unauthorized), at },
        "no-answer" => Event::NotDone { step, trouble: trouble(TroubleKind::Unavailable), at },
        other => panic!("what is {other}"),
    }
}

#[test]
fn every_status_of_an_upload_has_its_state_and_blocks_what_needs_it() {
    for (event, base, app) in [
        ("started", "in-doubt", "not-started"),
        ("accepted", "in-doubt", "not-started"),
        ("in-doubt", "in-doubt", "not-started"),
        ("done", "visible", "not-started"),
        ("throttled", "throttled", "not-started"),
        ("no-answer", "not-started", "not-started"),
        ("no-token", "unauthorized", "blocked"),
        ("rejected", "rejected", "blocked"),
        ("foreign", "foreign", "blocked"),
    ] {
        let steps = release();
        let state = RunState::fold(&[happened(event, "base")]);
        let states: Vec<String> = package_states(&steps, &state)
            .into_iter()
            .map(|(_, state)| serde_json::to_value(state).expect("a word").to_string())
            .collect();
        let expected = [base, app, "not-started"].map(|state| format!("\"{state}\""));
        assert_eq!(states, expected, "{event}");
    }
}

#[test]
fn the_last_line_of_a_release_says_where_every_package_stands() {
    let steps = release();
    let state = RunState::fold(&[happened("done", "base"), happened("throttled", "app")]);
    let tags: BTreeMap<_, _> = [(name("base"), "base-v1.0.0".to_owned())].into();
    let mut document = RunDocument {
        kind: RunKind::Release,
        id: "r1".to_owned(),
        outcome: Outcome::Resumable,
        merge: None,
        packages: end_of_packages(&steps, &state, &tags),
        next: Some("cargo orchestrate publish".to_owned()),
        retry_after: Some("2026-11-20T10:47:03Z".to_owned()),
    };
    assert_data_eq!(document.to_json(), str![[r#"{"reason":"release","v":1,"id":"r1","outcome":"resumable","packages":[{"name":"base","version":"1.0.0","registry":"crates-io","state":"visible","tag":null},{"name":"app","version":"1.0.0","registry":"crates-io","state":"throttled","tag":null},{"name":"alone","version":"1.0.0","registry":"crates-io","state":"not-started","tag":null}],"next":"cargo orchestrate publish","retry-after":"2026-11-20T10:47:03Z"}"#]].raw());
    let all: Vec<Event> =
        ["base", "app", "alone", "tag"].map(|step| happened("done", step)).to_vec();
    document.packages = end_of_packages(&steps[..], &RunState::fold(&all), &tags);
    assert_eq!(document.packages[0].tag.as_deref(), Some("base-v1.0.0"));
}

#[test]
fn a_yank_moves_a_version_from_visible_to_yanked() {
    let yank = Yank { upload: upload("a@1.0.0"), reason: None };
    let steps = [step("a", Action::Yank(yank), &[])];
    for (events, expected) in [
        (vec![], PackageState::Visible),
        (vec![happened("started", "a")], PackageState::InDoubt),
        (vec![happened("no-answer", "a")], PackageState::Visible),
        (vec![happened("done", "a")], PackageState::Yanked),
    ] {
        assert_eq!(package_states(&steps, &RunState::fold(&events))[0].1, expected);
    }
}

#[test]
fn an_event_names_step_action_package_and_version() {
    let steps = release();
    let time = |at: Timestamp| format!("T{}", at.0);
    let doing = [(Doing::Showing, &steps[1]), (Doing::Held(Timestamp(9)), &steps[0])];
    let left = Some((true, Duration::from_millis(1500)));
    let under_way = UnderWay { doing: &doing, wave: Some((1, 3)), left };
    let lines = [
        event_line(&Event::Began { at: Timestamp(0) }, None, time),
        event_line(&happened("started", "base"), Some(&steps[0]), time),
        event_line(&happened("throttled", "base"), Some(&steps[0]), time),
        waiting_line(&steps[0], Timestamp(9), "too many requests", &under_way, Timestamp(1), time),
        event_line(&happened("done", "tag"), Some(&steps[3]), time),
    ];
    assert_data_eq!(lines.join("\n"), str![[r#"
{"reason":"began","v":1,"at":"T0"}
{"reason":"started","v":1,"at":"T0","step":"base","action":"upload","package":"base","version":"1.0.0","attempt":1}
{"reason":"failed","v":1,"at":"T0","step":"base","action":"upload","package":"base","version":"1.0.0","trouble":"throttled","retryable":true,"text":"no","retry-after":"T9"}
{"reason":"waiting","v":1,"at":"T1","step":"base","action":"upload","package":"base","version":"1.0.0","text":"too many requests","until":"T9","wave":1,"waves":3,"under-way":[{"package":"app","version":"1.0.0","doing":"showing"},{"package":"base","version":"1.0.0","doing":"held","until":"T9"}],"left-seconds":2,"left-at-least":false}
{"reason":"done","v":1,"at":"T0","step":"tag","action":"tag","receipt":{"kind":"plain"}}
"#]].raw());
}
