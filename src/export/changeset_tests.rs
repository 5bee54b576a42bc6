//! The changesets of a plan on its page.

use super::markdown;
use super::tests::{HOSTILE, name, plan};
use crate::facts::changeset::Level;
use crate::model::RelPath;
use crate::plan::{BreakingChange, Consumed, ConsumedIntent};
use crate::run::Forecast;
use snapbox::{IntoData as _, assert_data_eq, str};

fn changeset(file: &str, packages: &[(&str, Level)], text: &str) -> Consumed {
    let file = RelPath::new(format!(".changeset/{file}")).expect("inside");
    let packages = packages.iter();
    let packages =
        packages.map(|(package, level)| ConsumedIntent { name: name(package), level: *level });
    Consumed { file, packages: packages.collect(), text: text.to_owned() }
}

/// From the one heading to the other.
fn part(page: &str, from: &str, to: &str) -> String {
    let start = page.find(from).expect("the part is there");
    let end = page[start..].find(to).map_or(page.len(), |end| start + end);
    page[start..end].to_owned()
}

#[test]
fn what_changesets_say_stands_below_what_breaks() {
    let mut plan = plan();
    let both = "Options are\nbuilt.\n\nCall `Options::new`.\n- @you: see #2";
    plan.packages[0].breaking = vec![
        BreakingChange {
            commit: None,
            changeset: Some(RelPath::new(".changeset/both.md").expect("inside")),
            summary: "Options are built.".to_owned(),
            text: Some("Call `Options::new`.\n- @you: see #2".to_owned()),
        },
        BreakingChange {
            commit: None,
            changeset: Some(RelPath::new(".changeset/gone.md").expect("inside")),
            summary: "`close` is gone, drop it.".to_owned(),
            text: None,
        },
    ];
    plan.changesets = vec![
        changeset("both.md", &[("base", Level::Major), ("end", Level::Patch)], both),
        changeset("gone.md", &[("base", Level::Major)], "`close` is gone, drop it."),
        changeset("hostile.md", &[("end", Level::Minor)], &format!("{HOSTILE}\n\n{HOSTILE}")),
        changeset("mute.md", &[("graph", Level::Patch)], ""),
        changeset("note.md", &[("graph", Level::None)], "# A word\n\nThanks."),
    ];
    let page = markdown(&plan, &Forecast::default());
    assert_data_eq!(part(&page, "## Breaking changes", "## Dependencies"), str![[r###"
## Breaking changes

- **Options are built.** (`.changeset/both.md`), in `base` 0.2.0

  > Call `Options::new`.
  >
  > - @&#8203;you: see \#&#8203;2

- **`close` is gone, drop it.** (`.changeset/gone.md`), in `base` 0.2.0

## Changes

- **Options are built.** (`.changeset/both.md`): patch in `end` 1.0.1
- **feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}** (`.changeset/hostile.md`): minor in `end` 1.0.1

  > feat\!: &#124;x&#124; &lt;script&gt;alert('1')&lt;/script&gt; @&#8203;team fixes \#&#8203;1" \\ %% \]\] --&gt; &amp; \\u{1b}\[2J\\u{202e}

- **(no text)** (`.changeset/mute.md`): patch in `graph` 0.1.0
- **A word** (`.changeset/note.md`): `graph` 0.1.0

  > Thanks.


"###]].raw());
    assert!(!page.contains("people learn how to move on"), "{page}");
}

#[test]
fn the_markdown_of_a_changeset_means_what_it_meant() {
    let mut plan = plan();
    plan.packages[0].breaking.clear();
    let text = "A **new** chapter by @you\n\n# Not of the page\n\n- `one`, *two*\n- [three](https://x.org/3)\n\n<b>no</b>";
    plan.changesets = vec![changeset("a.md", &[("end", Level::Minor)], text)];
    let page = markdown(&plan, &Forecast::default());
    assert_data_eq!(
        part(&page, "## Changes", "## Dependencies"),
        str![[r###"
## Changes

- **A new chapter by @&#8203;you** (`.changeset/a.md`): minor in `end` 1.0.1

  > **Not of the page**
  >
  > - `one`, *two*
  > - [three](<https://x.org/3>)
  >
  > &lt;b&gt;no&lt;/b&gt;


"###]]
        .raw()
    );
}
