use super::*;
use crate::facts::{BaselineSource, Dependencies, PublishedVersion};

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

/// What was read, in one line.
fn read(success: bool, stdout: &str, stderr: &str) -> String {
    let said = Said { success, stdout, stderr };
    match ApiChange::read(&version("1.0.0"), &said, &["/tmp/base/lib-1.0.0", "/work/"]) {
        Err(why) => format!("failed: {why}"),
        Ok(change) => {
            let items = change.evidence.iter().map(|it| format!("{} = {}", it.lint, it.item));
            format!("{:?} [{}]", change.needs, items.collect::<Vec<_>>().join(" | "))
        }
    }
}

const REPORT: &str = "
--- failure function_missing: pub fn removed or renamed ---

Description:
A publicly-visible function cannot be imported by its prior path.
        ref: https://doc.example/semver.html#item-remove
       impl: https://tool.example/function_missing.ron

Failed in:
  function lib::gone, previously in file /tmp/base/lib-1.0.0/src/lib.rs:128
  function lib::lost, previously in file /tmp/base/lib-1.0.0/src/lost.rs:3
    with more about it

--- failure enum_variant_added: enum variant added on exhaustive enum ---

Description:
Failed in:
  variant Kind:New in /work/lib/src/kind.rs:7

--- warning function_must_use_added: function #[must_use] added ---

Failed in:
  function lib::kept in /work/lib/src/lib.rs:1
";

#[test]
fn a_verdict_comes_with_what_it_rests_on() {
    let major = "     Summary semver requires new major version: 3 major and 0 minor checks failed";
    assert_eq!(
        read(false, REPORT, major),
        "Some(Breaking) [function_missing = function lib::gone, previously in file src/lib.rs:128 \
         | function_missing = function lib::lost, previously in file src/lost.rs:3 \
         | enum_variant_added = variant Kind:New in lib/src/kind.rs:7]"
    );
    let minor = "     Summary semver requires new minor version: 0 major and 1 minor checks failed";
    assert_eq!(read(false, "", minor), "Some(Feature) []");
    let fine = "     Checked [   0.037s] 229 checks\n     Summary no semver update required";
    assert_eq!(read(true, REPORT, fine), "None []");
}

#[test]
fn what_is_no_verdict_is_told_in_the_tools_words() {
    let table = [
        (true, "", "failed: it said nothing"),
        (true, "warming up", "failed: warming up"),
        (false, "", "failed: it said nothing"),
        (false, "no semver update required\nthen it fell over", "failed: then it fell over"),
        (
            false,
            "  Building\nerror: running cargo-doc failed\nerror: running cargo-doc failed\nnote: x",
            "failed: error: running cargo-doc failed",
        ),
        // A verdict and a good end do not go together.
        (
            true,
            "Summary semver requires new major version: 1",
            "failed: Summary semver requires new major version: 1",
        ),
        (
            false,
            "Summary semver requires new tiny version: 1",
            "failed: Summary semver requires new tiny version: 1",
        ),
    ];
    for (success, stderr, expected) in table {
        assert_eq!(read(success, REPORT, stderr), expected, "{stderr}");
    }
}

#[test]
fn the_last_stable_release_is_what_counts() {
    let table = [
        // published, last release, manifest, expected
        ("1.0.0 1.1.0", "1.1.0", "1.1.0", "1.1.0 at c"),
        ("1.0.0 1.1.0-rc.1", "1.1.0-rc.1", "1.1.0-rc.1", "1.0.0"),
        ("1.0.0-rc.1 1.0.0-rc.2", "1.0.0-rc.2", "1.0.0-rc.2", "1.0.0-rc.2 at c"),
        ("1.0.0 1.1.0!", "1.1.0", "1.1.0", "1.0.0"),
        ("1.0.0 2.0.0", "1.0.0", "1.0.0", "1.0.0 at c"),
        ("1.0.0", "", "1.0.0", "1.0.0"),
        ("", "1.0.0", "1.0.0", "nothing"),
        ("", "", "1.0.0", "nothing"),
        ("?", "1.0.0", "1.0.0", "1.0.0 at c"),
        ("?", "", "1.0.0", "nothing"),
    ];
    for (published, last, manifest, expected) in table {
        let entry = |text: &str| PublishedVersion {
            version: version(text.trim_end_matches('!')),
            yanked: text.ends_with('!'),
            checksum: Digest::default(),
            dependencies: Dependencies::default(),
        };
        let known = match published {
            "?" => Published::Unknown("no answer".to_owned()),
            listed => Published::Known(listed.split_whitespace().map(entry).collect()),
        };
        let last = (!last.is_empty()).then(|| Baseline {
            version: version(last),
            oid: Oid::from_hex("c"),
            source: BaselineSource::VcsInfo,
            is_own: false,
        });
        let found = ApiBaseline::of(&known, last.as_ref(), &version(manifest));
        let said = found.map_or("nothing".to_owned(), |found| match found.commit {
            Some(commit) => format!("{} at {commit}", found.version),
            None => found.version.to_string(),
        });
        assert_eq!(said, expected, "{published} {manifest}");
    }
}
