//! One small plan in every format; what comes from outside in it is as hostile as it can be.

use super::{dot, markdown, mermaid, svg};
use crate::decide::Reason;
use crate::model::{
    EdgeKind, Oid, PackageName, PlanId, RegistryName, RelPath, Version, bump_between,
};
use crate::plan::{
    Action, BreakingChange, Finding, Guard, Plan, PlanEdge, Planned, RequirementChange, Step,
    StepId, TagPoint, Unchanged, Upload,
};
use crate::policy::ReleaseType;
use crate::run::Forecast;
use snapbox::{IntoData as _, assert_data_eq, str};

/// Text that would notify people, close issues, end tables, strings and tags, run scripts and move
/// the cursor.
pub(super) const HOSTILE: &str =
    "feat!: |x| <script>alert('1')</script> @team fixes #1\" \\ %% ]] --> & \u{1b}[2J\u{202e}";

pub(super) fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn planned(of: &str, from: &str, to: &str, wave: usize, why: Reason) -> Planned {
    let (from, to) = (version(from), version(to));
    Planned {
        name: name(of),
        bump: bump_between(&from, &to),
        publish: true,
        registry: RegistryName::crates_io(),
        new: from == to,
        wave,
        baseline: None,
        tag: format!("{of}-v{to}"),
        reasons: vec![why],
        breaking: Vec::new(),
        last_good: (from != to).then(|| from.clone()),
        from,
        to,
    }
}

fn reason(rule: &str, text: &str, because: &[&str]) -> Reason {
    let because = because.iter().map(|package| name(package)).collect();
    Reason { rule: rule.to_owned(), text: text.to_owned(), because }
}

fn edge(dependent: &str, dependency: &str, kind: EdgeKind, propagates: bool) -> PlanEdge {
    let (dependent, dependency) = (name(dependent), name(dependency));
    PlanEdge { dependent, dependency, kind, requirement: Some("^0.1.0".to_owned()), propagates }
}

/// `base` breaks, `end` follows, `graph` is new and needs both, `stays` needs `base`.
pub(super) fn plan() -> Plan {
    let mut base =
        planned("base", "0.1.0", "0.2.0", 1, reason("conventional-breaking", HOSTILE, &[]));
    base.breaking = vec![
        BreakingChange {
            commit: Some(Oid::from_hex("0123456789abcdef")),
            summary: HOSTILE.to_owned(),
            changeset: None,
            text: Some("Call `open` with options.\n\n| a | b |\n- @you: see <b>#2</b>".to_owned()),
        },
        BreakingChange { commit: None, changeset: None, summary: "drop it".to_owned(), text: None },
    ];
    let out_of_range = "its requirement `^0.1.0` on base excludes 0.2.0";
    let why = reason("requirement-out-of-range", out_of_range, &["base"]);
    let packages = vec![
        base,
        planned("end", "1.0.0", "1.0.1", 2, why),
        planned("graph", "0.1.0", "0.1.0", 3, reason("never-published", "never published", &[])),
    ];
    let upload = |of: &Planned| Step {
        id: StepId(format!("upload:{}", of.name)),
        action: Action::Upload(Upload {
            package: of.name.clone(),
            version: of.to.clone(),
            registry: of.registry.clone(),
        }),
        needs: Vec::new(),
    };
    let tag = TagPoint { name: "base-v0.2.0".into(), message: "x".into(), commit: None };
    let mut steps: Vec<Step> = packages.iter().map(upload).collect();
    steps.push(Step {
        id: StepId("tag".into()),
        action: Action::Tag { tags: vec![tag] },
        needs: Vec::new(),
    });
    Plan {
        budget: Vec::new(),
        id: PlanId::from_hex("fedcba9876543210fedc"),
        base: Oid::from_hex("abcdef0123456789"),
        branch: Some("a`b|<i>@c".to_owned()),
        remote: Some("origin".to_owned()),
        release_type: ReleaseType::Regular,
        still_needed: Vec::new(),
        hotfix_of: None,
        unchanged: vec![Unchanged {
            name: name("stays"),
            version: version("0.3.0"),
            baseline: None,
            reasons: Vec::new(),
        }],
        waves: packages.iter().map(|planned| vec![planned.name.clone()]).collect(),
        edges: vec![
            edge("end", "base", EdgeKind::Normal, true),
            edge("graph", "base", EdgeKind::Normal, false),
            edge("graph", "end", EdgeKind::Build, false),
            edge("stays", "base", EdgeKind::Normal, false),
        ],
        changesets: Vec::new(),
        adopts: Vec::new(),
        requirements: vec![RequirementChange {
            file: RelPath::new("a|b/Cargo.toml").expect("inside"),
            key: "dependencies.base".to_owned(),
            from: "0.1.0".to_owned(),
            to: "0.2.0".to_owned(),
        }],
        guards: vec![Guard::Head { oid: Oid::from_hex("abcdef0123456789") }],
        findings: vec![Finding::warning("dev-cycle", HOSTILE).hint("drop `version`")],
        packages,
        steps,
    }
}

/// The same with one package, as pictures are long.
fn single() -> Plan {
    let mut plan = plan();
    plan.packages.truncate(1);
    plan.waves.truncate(1);
    plan
}

fn nothing() -> Plan {
    let mut plan = plan();
    plan.packages.clear();
    plan.waves.clear();
    plan.edges.clear();
    plan.steps.clear();
    plan
}

#[test]
fn markdown_is_a_page_in_which_quoted_text_is_nothing_but_text() {
    assert_data_eq!(markdown(&plan(), &Forecast::default()), str![[r##"
# Release plan: 3 of 4 packages in 3 waves

## Scope

- **Commit:** `abcdef012345` on ``a`b|<i>@c``
- **Released:** 3 packages (1 minor, 1 patch, 1 new or as it stands)
- **To:** `crates-io`
- **Pushed:** branch and tags to `origin`
- **Staying:** 1 unchanged
- **Plan:** `fedcba9876543210`

## Packages

| Package | Now | Next | Bump | Why |
| --- | --- | --- | --- | --- |
| `base` | 0.1.0 | 0.2.0 | **minor, breaking** | feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e} |
| `end` | 1.0.0 | 1.0.1 | patch | its requirement `^0.1.0` on base excludes 0.2.0 |
| `graph` | – | 0.1.0 | new | never published |

## Breaking changes

- **feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}** (012345678), in `base` 0.2.0

  > Call `open` with options.
  >
  > &#124; a &#124; b &#124;\
  > \- @&#8203;you: see &lt;b&gt;\#&#8203;2&lt;/b&gt;

- **drop it**, in `base` 0.2.0
  <br>No migration note: the commit has no `BREAKING CHANGE:` text.

## Dependencies

| Package | Needs | Follow it | Need it and stay |
| --- | --- | --- | --- |
| `base` 0.2.0 | – | `end` 1.0.1 | `stays` 0.3.0, stays: `^0.1.0` does not match |
| `end` 1.0.1 | `base` 0.2.0 | – | – |
| `graph` 0.1.0 | `base` 0.2.0<br>`end` 1.0.1, to build | – | – |

## Order

Each wave needs only packages of the waves before it.

1. `base`
2. `end`
3. `graph`

## Requirements rewritten

| File | Key | From | To |
| --- | --- | --- | --- |
| `a\|b/Cargo.toml` | `dependencies.base` | `0.1.0` | `0.2.0` |

## Checks

- **warning** `dev-cycle`: feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}<br>Fix: drop `version`

`publish` checks before anything leaves:

- `abcdef012345` is still checked out
- 3 packages packed and built from what was packed, all before the first upload
- `origin` takes the release commit
- each upload: its dependencies are in the index; afterwards the index shows it with the checksum of the bytes that were packed

## Rollback

`cargo orchestrate yank-rollback` yanks in this order, dependents first, and puts versions and requirements back in a revert commit.

|  | Yank | Last good |
| --- | --- | --- |
| 1 | `graph` 0.1.0 | none: this is the first |
| 2 | `end` 1.0.1 | 1.0.0 |
| 3 | `base` 0.2.0 | 0.1.0 |

What no rollback undoes:

- the 3 version numbers: nobody can use them again
- lock files that name them go on using them, and what was downloaded stays
- the tags stay

## Checklist

- [ ] 1 warning looked at
- [ ] versions and reasons are what was meant
- [ ] breaking changes are meant to be released now
- [ ] people learn how to move on from breaking changes in `base`
- [ ] these names are taken for ever: `graph`
- [ ] `cargo orchestrate rehearse` went through
- [ ] `cargo orchestrate publish` went through
- [ ] `cargo orchestrate status` shows nothing to repair

"##]].raw());
}

#[test]
fn dot_has_ranks_colours_and_strong_edges() {
    assert_data_eq!(dot(&plan()), str![[r##"
digraph plan {
  label="3 of 4 packages in 3 waves"; labelloc=t; rankdir=LR;
  graph [fontname="Helvetica", nodesep=0.25, ranksep=0.9];
  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled"];
  edge [color="#98a2b3", arrowsize=0.7];
  subgraph wave_1 {
    rank=same; "wave 1" [shape=plaintext, style="", fontcolor="#475467"];
    "base" [label="base\n0.1.0 → 0.2.0\nminor, breaking", color="#175cd3", fillcolor="#dceafe", tooltip="feat!: |x| <script>alert('1')</script> @team fixes #1\" \\ %% ]] --> &amp; \\u{1b}[2J\\u{202e}"];
  }
  subgraph wave_2 {
    rank=same; "wave 2" [shape=plaintext, style="", fontcolor="#475467"];
    "end" [label="end\n1.0.0 → 1.0.1\npatch", color="#067647", fillcolor="#dcfae6", tooltip="its requirement `^0.1.0` on base excludes 0.2.0"];
  }
  subgraph wave_3 {
    rank=same; "wave 3" [shape=plaintext, style="", fontcolor="#475467"];
    "graph" [label="graph\n0.1.0\nnew", color="#475467", fillcolor="#eaecf0", tooltip="never published"];
  }
  "wave 1" -> "wave 2" -> "wave 3" [style=invis];
  "base" -> "end" [penwidth=2.4, color="#344054"];
  "end" -> "graph";
}

"##]].raw());
}

#[test]
fn mermaid_names_nothing_by_what_comes_from_outside() {
    assert_data_eq!(
        mermaid(&plan()),
        str![[r#"
flowchart LR
  %% 3 of 4 packages in 3 waves
  subgraph wave1["wave 1"]
    p0["base<br/>0.1.0 → 0.2.0<br/>minor, breaking"]:::minor
  end
  subgraph wave2["wave 2"]
    p1["end<br/>1.0.0 → 1.0.1<br/>patch"]:::patch
  end
  subgraph wave3["wave 3"]
    p2["graph<br/>0.1.0<br/>new"]:::none
  end
  p0 ==> p1
  p1 --> p2
  classDef minor fill:#dceafe,stroke:#175cd3,color:#101828
  classDef patch fill:#dcfae6,stroke:#067647,color:#101828
  classDef none fill:#eaecf0,stroke:#475467,color:#101828

"#]]
        .raw()
    );
}

#[test]
fn svg_is_one_box_a_package() {
    assert_data_eq!(svg(&single()), str![[r##"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 248" width="720" height="248" role="img" aria-labelledby="title desc">
<title id="title">Release plan: 1 of 2 packages in 1 wave</title>
<desc id="desc">wave 1: base 0.1.0 to 0.2.0 (minor, breaking).</desc>
<style>
.ground{fill:#ffffff}.band{fill:#f5f7fa}
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#101828}
.title{font-size:19px;font-weight:600}.small{font-size:11px;fill:#475467}.wave{font-size:12px;fill:#475467}
.name{font-size:13px;font-weight:600}.move{font-size:11px;fill:#344054}.word{font-size:10.5px;fill:#ffffff}
.box{fill:#ffffff;stroke-width:1.4}
.link{fill:none;stroke:#98a2b3;stroke-width:1.1}.strong{stroke:#344054;stroke-width:2.8}.tests{stroke-dasharray:4 4}
.tip{fill:#98a2b3}.tip-strong{fill:#344054}
@media (prefers-color-scheme:dark){
.ground{fill:#0d1117}.band{fill:#151b23}text{fill:#f0f6fc}.small,.wave{fill:#9da7b3}.move{fill:#d1d7e0}
.word{fill:#ffffff}.box{fill:#0d1117}
.link{stroke:#6e7681}.strong{stroke:#d1d7e0}.tip{fill:#6e7681}.tip-strong{fill:#d1d7e0}
}
</style>
<rect class="ground" width="100%" height="100%"/>
<text class="title" x="28.0" y="38.0">Release plan: 1 of 2 packages in 1 wave</text>
<text class="small" x="28.0" y="58.0">on commit abcdef0123</text>
<rect class="band" x="14.0" y="74" width="264.4" height="98.0" rx="8"/>
<text class="wave" x="28.0" y="94.0">wave 1</text>
<g><title>base 0.1.0 → 0.2.0 (minor, breaking): feat!: |x| &lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; @team fixes #1&quot; \ %% ]] --&gt; &amp; \u{1b}[2J\u{202e}</title>
<rect class="box" x="28.0" y="111.0" width="236.4" height="46" rx="6" stroke="#175cd3"/>
<path fill="#175cd3" d="M34.0 111.0a6 6 0 0 0 -6 6v34.0a6 6 0 0 0 6 6z"/>
<text class="name" x="42.0" y="129.5">base</text>
<text class="move" x="42.0" y="147.0">0.1.0 → 0.2.0</text>
<rect fill="#175cd3" x="148.4" y="135.0" width="108.0" height="16" rx="3"/>
<text class="word" x="154.4" y="147.0">minor, breaking</text>
</g>
<rect fill="#175cd3" x="28.0" y="196.0" width="56.8" height="16" rx="8"/>
<text class="word" x="34.0" y="208.0">minor 1</text>
</svg>

"##]].raw());
}

#[test]
fn nothing_hostile_acts_in_any_format() {
    for text in
        [markdown(&plan(), &Forecast::default()), dot(&plan()), mermaid(&plan()), svg(&plan())]
    {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }
    for text in [markdown(&plan(), &Forecast::default()), mermaid(&plan()), svg(&plan())] {
        assert!(!text.contains("<script"), "{text}");
    }
    assert!(!markdown(&plan(), &Forecast::default()).contains("@team"));
}

#[test]
fn a_plan_of_nothing_is_a_document_in_every_format() {
    let nothing = nothing();
    assert!(
        markdown(&nothing, &Forecast::default())
            .starts_with("# Release plan: nothing to release\n")
    );
    assert!(dot(&nothing).starts_with("digraph plan {\n"));
    assert!(mermaid(&nothing).contains("nothing[\"nothing to release\"]"));
    assert!(svg(&nothing).ends_with("</svg>\n"));
}

#[test]
fn a_page_says_truly_why_a_dependent_stays() {
    let because = |rule: &str| vec![reason(rule, "so it is", &[])];
    let table = [
        (Vec::new(), ">=0.1, <0.3", "`>=0.1, <0.3` matches"),
        (because("no-change"), "^0.1", "`^0.1` does not match"),
        (because("not-published"), "^0.1", "not published"),
        (because("held"), "^0.1", "held by `release = false`"),
        (because("excluded"), "^0.2", "excluded"),
        (because("not-selected"), "^0.2", "not selected"),
    ];
    for (reasons, requirement, expected) in table {
        let mut plan = plan();
        plan.unchanged[0].reasons = reasons;
        plan.edges[3].requirement = Some(requirement.to_owned());
        let page = markdown(&plan, &Forecast::default());
        let cell = format!("| `stays` 0.3.0, stays: {expected} |");
        assert!(page.contains(&cell), "{cell}\n{page}");
    }
}

#[test]
fn what_stays_is_counted_by_why_it_does() {
    let mut plan = plan();
    let stays = plan.unchanged[0].clone();
    for rule in ["excluded", "no-change", "not-published", "not-selected", "held"] {
        plan.unchanged.push(Unchanged { reasons: vec![reason(rule, "", &[])], ..stays.clone() });
    }
    let expected = "1 not selected, 1 excluded, 1 held by `release = false`, 1 not published, \
                    2 unchanged";
    assert_eq!(plan.stays(), expected);
}
