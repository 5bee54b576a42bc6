//! A rollback as a page; what comes from outside in it is as hostile as it can be.

use super::rollback_markdown;
use super::tests::{HOSTILE, name};
use crate::facts::Pin;
use crate::model::{Oid, PlanId, RegistryName, RelPath, Version};
use crate::plan::{Action, Finding, Step, StepId, Upload, Yank};
use crate::rollback::{
    Direction, Item, RequiredBy, Residue, Rollback, UsedDownstream, Way, YankBudget,
};
use snapbox::{IntoData as _, assert_data_eq, str};

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn used(package: &str, requirement: &str, is_satisfied_otherwise: bool) -> RequiredBy {
    let (package, version) = (name(package), version("2.0.0"));
    RequiredBy { package, version, requirement: requirement.to_owned(), is_satisfied_otherwise }
}

fn rollback() -> Rollback {
    let upload = Upload {
        package: name("base"),
        version: version("0.2.0"),
        registry: RegistryName::crates_io(),
    };
    let item = Item {
        upload: upload.clone(),
        last_good: Some(version("0.1.0")),
        is_yanked: false,
        required_by: vec![used("user", "^0.2", false), used("fine", ">=0.1", true)],
        downstream: vec![UsedDownstream {
            repository: HOSTILE.to_owned(),
            file: RelPath::new("a|b/Cargo.toml").expect("a path"),
            requirement: "0.2 || <b>".to_owned(),
            satisfied_by: None,
        }],
        dependents: Some(230),
        dependents_looked_at: 100,
        required_elsewhere: vec![used("other", "=0.2.0", false)],
    };
    let yank = Action::Yank(Yank { upload, reason: Some(HOSTILE.to_owned()) });
    let push = Action::PushCommit { remote: "origin".to_owned(), branch: HOSTILE.to_owned() };
    let step = |id: &str, action| Step { id: StepId(id.to_owned()), action, needs: Vec::new() };
    Rollback {
        id: PlanId::default(),
        of: "20261126T000000Z-00000000".to_owned(),
        direction: Direction::Rollback,
        way: Way::Pin,
        way_by: Some("rollback".to_owned()),
        base: Oid::from_hex("aaaaaaaaaaaaaaaa"),
        items: vec![item],
        pins: vec![Pin {
            file: RelPath::new("app/Cargo.toml").expect("a path"),
            key: "dependencies.base".to_owned(),
            package: name("base"),
            from: "0.1 | 0.2".to_owned(),
            to: "=0.1.0".to_owned(),
        }],
        residue: vec![
            Residue::BurnedVersions { count: 1 },
            Residue::TagsStay { tags: vec![HOSTILE.to_owned()] },
        ],
        budget: vec![YankBudget {
            registry: RegistryName::crates_io(),
            yanks: 102,
            at_once: 100,
            then_every_seconds: 60,
            waits_seconds: 120,
        }],
        guards: Vec::new(),
        findings: vec![Finding::warning("downstream-breaks", HOSTILE)],
        steps: vec![step("yank", yank), step("push", push)],
    }
}

#[test]
fn a_page_says_what_goes_and_who_is_reached_and_nothing_in_it_acts() {
    let page = rollback_markdown(&rollback());
    let outside_of_code: String = page.split('`').step_by(2).collect();
    for sign in ["<script", "@team", "fixes #", "--> "] {
        assert!(!outside_of_code.contains(sign), "{sign}\n{page}");
    }
    assert!(!page.contains(['\u{1b}', '\u{202e}']));
    assert_data_eq!(page, str![[r##"
# Rollback plan: 1 version to yank

## Scope

- **Takes back:** `20261126T000000Z-00000000`
- **Way:** `pin`, by `rollback`
- **Commit:** `aaaaaaaaaaaa`
- **Budget:** 102 of 100 at once at `crates-io`, about 2 min of waiting
- **Plan:** (empty)

Why, as whoever asks the registry is told:

> feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}

## Order

|  | Yank | Last good | Now |
| --- | --- | --- | --- |
| 1 | `base` 0.2.0 | 0.1.0 | live |

## Who requires it

| Who | Requires | As | Afterwards |
| --- | --- | --- | --- |
| `user` 2.0.0 | `base` 0.2.0 | `^0.2` | **breaks** |
| `other` 2.0.0 | `base` 0.2.0 | `=0.2.0` | **breaks** |
| `fine` 2.0.0 | `base` 0.2.0 | `>=0.1` | another live version |
| repository `feat!: \|x\| <script>alert('1')</script> @team fixes #1" \ %% ]] --> & \u{1b}[2J\u{202e}` (`a\|b/Cargo.toml`) | `base` 0.2.0 | `0.2 \|\| <b>` | **breaks** |

- `base` 0.2.0: of 230 packages on `crates-io` with a dependency on it, 100 looked at

## Besides

- pushes the commit to `feat!: |x| <script>alert('1')</script> @team fixes #1" \ %% ]] --> & \u{1b}[2J\u{202e}` of `origin`

| File | Package | Requires | Pinned at |
| --- | --- | --- | --- |
| `app/Cargo.toml` | `base` | `0.1 \| 0.2` | `=0.1.0` |

## What no rollback undoes

- the 1 version number: nobody can use them again
- the tags stay: `feat!: |x| <script>alert('1')</script> @team fixes #1" \ %% ]] --> & \u{1b}[2J\u{202e}`

`cargo orchestrate yank-rollback --undo` gives all of it back: unyanked, dependencies first.

## Checks

- **warning** `downstream-breaks`: feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}

"##]].raw());
}

#[test]
fn of_many_versions_the_first_are_named() {
    let names: Vec<String> = (0..40).map(|number| format!("base@0.{number}.0")).collect();
    let of_many = Rollback { of: names.join(", "), ..rollback() };
    let what = "base@0.0.0, base@0.1.0, base@0.2.0, base@0.3.0, base@0.4.0 and 35 more";
    assert_eq!(of_many.what(), what);
    assert!(rollback_markdown(&of_many).contains(what));
}
