//! A plan made by hand, for the tests of the views.

use cargo_orchestrate::decide::Reason;
use cargo_orchestrate::facts::Sent;
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::model::{
    Bump, Digest, Oid, PackageName, PlanId, RegistryName, RelPath, Version,
};
use cargo_orchestrate::plan::{
    Action, Finding, Location, Plan, Planned, RequirementChange, Step, StepId, TagPoint, Unchanged,
    Upload, Verification, budgets,
};
use cargo_orchestrate::policy::{Policy, ReleaseType};
use cargo_orchestrate::run::{
    Artifact, Course, Event, Forecast, Receipt, RunState, Trouble, TroubleKind,
};

pub(crate) fn package_name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

pub(crate) fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside the repository")
}

fn reason(rule: &str, text: &str, because: &[&str]) -> Reason {
    Reason {
        rule: rule.to_owned(),
        text: text.to_owned(),
        because: because.iter().map(|name| package_name(name)).collect(),
    }
}

fn planned(
    name: &str,
    (from, to, bump): (&str, &str, Bump),
    wave: usize,
    reasons: Vec<Reason>,
) -> Planned {
    Planned {
        name: package_name(name),
        from: version(from),
        to: version(to),
        bump,
        publish: true,
        registry: RegistryName::crates_io(),
        new: bump == Bump::None,
        wave,
        baseline: Some(format!("{name}-v{from}")),
        tag: format!("{name}-v{to}"),
        reasons,
        breaking: Vec::new(),
        last_good: None,
    }
}

/// The five packages of the sketch, one of them new, and five that stay.
/// What is said of a plan where nothing was sent before.
pub(crate) fn forecast(plan: &Plan) -> Forecast {
    let sent = Sent { at: Timestamp(1), ..Sent::default() };
    Course::of(plan, &Policy::default()).forecast(&RunState::default(), &sent)
}

pub(crate) fn plan() -> Plan {
    let packages = packages();
    Plan {
        budget: budgets(&packages, &Policy::default()),
        id: PlanId::from_hex("5f".repeat(32)),
        base: Oid::from_hex("7d1e0b2".repeat(6)[..40].to_owned()),
        branch: Some("main".to_owned()),
        remote: Some("origin".to_owned()),
        release_type: ReleaseType::Regular,
        still_needed: Vec::new(),
        hotfix_of: None,
        unchanged: unchanged(),
        waves: vec![
            vec![package_name("node-core"), package_name("node-store"), package_name("node-wire")],
            vec![package_name("node-query")],
            vec![package_name("node-cli")],
        ],
        edges: Vec::new(),
        changesets: Vec::new(),
        adopts: Vec::new(),
        requirements: vec![
            RequirementChange {
                file: path("crates/cli/Cargo.toml"),
                key: "dependencies.node-query".to_owned(),
                from: "^0.7".to_owned(),
                to: "^0.8".to_owned(),
            },
            RequirementChange {
                file: path("crates/query/Cargo.toml"),
                key: "dependencies.node-store".to_owned(),
                from: "^0.4".to_owned(),
                to: "^0.5".to_owned(),
            },
        ],
        guards: Vec::new(),
        findings: findings(),
        steps: steps(&packages),
        packages,
    }
}

fn packages() -> Vec<Planned> {
    let minor = Bump::Minor;
    vec![
        planned(
            "node-cli",
            ("1.3.0", "1.3.1", Bump::Patch),
            3,
            vec![
                reason(
                    "requirement-out-of-range",
                    "node-query 0.7.1 -> 0.8.0, and `^0.7` in crates/cli/Cargo.toml:22 no longer matches",
                    &["node-query"],
                ),
                reason("binary-only-patch", "patch, because node-cli has only binaries", &[]),
            ],
        ),
        planned(
            "node-core",
            ("2.0.0", "2.1.0", minor),
            1,
            vec![reason("conventional-feature", "feat: stream cursors (3 commits)", &[])],
        ),
        planned(
            "node-query",
            ("0.7.1", "0.8.0", minor),
            2,
            vec![reason(
                "breaking-through-library",
                "node-store 0.4.2 -> 0.5.0, and node-query has a library that may expose it",
                &["node-store"],
            )],
        ),
        planned(
            "node-store",
            ("0.4.2", "0.5.0", minor),
            1,
            vec![reason(
                "conventional-breaking",
                "breaking: `Store::open` takes options\u{1b}[2J (a81c33f)",
                &[],
            )],
        ),
        planned(
            "node-wire",
            ("0.1.0", "0.1.0", Bump::None),
            1,
            vec![reason("first-release", "never published; released as its manifest says", &[])],
        ),
    ]
}

fn unchanged() -> Vec<Unchanged> {
    let names = ["node-bench", "node-derive", "node-log", "node-sync", "node-testkit"];
    names
        .map(|name| Unchanged {
            name: package_name(name),
            version: version("0.3.0"),
            baseline: Some("v0.3.0".to_owned()),
            reasons: vec![reason(
                "nothing-changed",
                "nothing that is packed differs from its last release, the tag v0.3.0",
                &[],
            )],
        })
        .to_vec()
}

fn findings() -> Vec<Finding> {
    vec![
        Finding::error(
            "tag-exists",
            "the tag `node-core-v2.1.0` exists at another commit, 0c99d1e",
        )
        .about(&package_name("node-core"))
        .hint("git tag -d node-core-v2.1.0, if nobody uses it"),
        Finding::warning(
            "dev-cycle",
            "node-store and node-testkit need each other as versioned dev-dependencies, and Cargo \
             asks the registry for both when it packs either of them",
        )
        .at(Location { file: path("crates/testkit/Cargo.toml"), line: 14, column: 1 })
        .hint("drop `version` from the dev-dependency"),
    ]
}

fn step(id: &str, action: Action, needs: &[&str]) -> Step {
    let needs = needs.iter().map(|need| StepId((*need).to_owned())).collect();
    Step { id: StepId(id.to_owned()), action, needs }
}

pub(crate) fn upload(name: &str, to: &str) -> Upload {
    Upload {
        package: package_name(name),
        version: version(to),
        registry: RegistryName::crates_io(),
    }
}

fn steps(packages: &[Planned]) -> Vec<Step> {
    let up = |name: &str, to: &str, needs: &[&str]| {
        step(&format!("upload:{name}@{to}"), Action::Upload(upload(name, to)), needs)
    };
    let (core, store) = ("upload:node-core@2.1.0", "upload:node-store@0.5.0");
    let tags = packages.iter().map(|planned| TagPoint {
        name: planned.tag.clone(),
        message: format!("{} {}", planned.name, planned.to),
        commit: None,
    });
    vec![
        step(
            "pack",
            Action::Pack {
                packages: vec![upload("node-core", "2.1.0")],
                verification: Verification::Build,
            },
            &[],
        ),
        up("node-core", "2.1.0", &["pack"]),
        up("node-store", "0.5.0", &["pack"]),
        up("node-query", "0.8.0", &["pack", core, store]),
        up("node-cli", "1.3.1", &["pack", "upload:node-query@0.8.0"]),
        up("node-wire", "0.1.0", &["pack"]),
        step("tag", Action::Tag { tags: tags.collect() }, &[core, store]),
    ]
}

/// A run of [`plan`] that published two packages, was told to wait with the third, and had one
/// more on the way.
pub(crate) fn events() -> Vec<Event> {
    let id = |id: &str| StepId(id.to_owned());
    let at = Timestamp(1_795_170_660_000);
    let digest = Digest::of(b"node-core");
    let artifact = Artifact {
        upload: upload("node-core", "2.1.0"),
        sha256: digest.clone(),
        size_bytes: 319_000,
    };
    let trouble = Trouble {
        kind: TroubleKind::Throttled,
        text: "crates-io answered 429: too many new versions".to_owned(),
        retry_at: Some(Timestamp(1_795_171_623_000)),
    };
    let (core, store, query) =
        ("upload:node-core@2.1.0", "upload:node-store@0.5.0", "upload:node-query@0.8.0");
    vec![
        Event::Began { at },
        Event::Started { step: id("pack"), attempt: 1, at },
        Event::Done {
            step: id("pack"),
            receipt: Receipt::Packed { artifacts: vec![artifact], without_lockfile: None },
            at,
        },
        Event::Started { step: id(core), attempt: 1, at },
        Event::Accepted { step: id(core), at },
        Event::Done { step: id(core), receipt: Receipt::Visible { checksum: digest.clone() }, at },
        Event::Started { step: id(store), attempt: 1, at },
        Event::InDoubt { step: id(store), why: "connection reset".to_owned(), at },
        Event::Done { step: id(store), receipt: Receipt::Visible { checksum: digest }, at },
        Event::Started { step: id(query), attempt: 2, at },
        Event::NotDone { step: id(query), trouble, at },
    ]
}
