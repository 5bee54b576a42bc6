use super::*;

const LOCK: &str = r#"version = 4

[[package]]
name = "app"
version = "1.0.0"
dependencies = ["cc", "lib1", "testing", "log 0.4.0"]

[[package]]
name = "cc"
version = "1.0.0"
source = "git+https://x.invalid/cc#abc"

[[package]]
name = "lib1"
version = "0.1.0"
dependencies = ["log 0.3.0", "testing", "unused"]

[[package]]
name = "log"
version = "0.3.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "33"

[[package]]
name = "log"
version = "0.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "44"
dependencies = ["deep"]

[[package]]
name = "deep"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "dd"
dependencies = ["log 0.4.0"]

[[package]]
name = "testing"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ee"

[[package]]
name = "unused"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ff"
"#;

fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

/// `direct`: `member: package package`, one a line.
fn reached(lock: &str, root: &str, direct: &str) -> String {
    let members = direct.lines().filter_map(|line| line.split_once(':'));
    let direct = members
        .map(|(member, names)| (name(member.trim()), names.split_whitespace().map(name).collect()))
        .collect();
    let reached = reach(lock, &name(root), &direct).expect("a lock");
    let lines = reached.iter().map(|(name, versions)| format!("{name} {}", versions.join(" | ")));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_members_use_for_tests_alone_is_not_reached() {
    assert_eq!(
        reached(LOCK, "app", "app: cc lib1 log\nlib1: log"),
        "cc 1.0.0 git+https://x.invalid/cc#abc, deep 0.1.0 dd, log 0.3.0 33 | 0.4.0 44"
    );
}

#[test]
fn a_member_that_nothing_is_said_of_counts_with_all_it_has() {
    let all = reached(LOCK, "app", "app: lib1");
    assert_eq!(all, "log 0.3.0 33, testing 0.1.0 ee, unused 0.1.0 ff");
    assert_eq!(reached(LOCK, "app", "app:"), "");
}

#[test]
fn the_first_form_of_the_file_keeps_its_checksums_apart() {
    let lock = r#"[[package]]
name = "app"
version = "1.0.0"
dependencies = ["log 0.4.0 (registry+https://x.invalid/index)"]

[[package]]
name = "log"
version = "0.4.0"
source = "registry+https://x.invalid/index"

[metadata]
"checksum log 0.4.0 (registry+https://x.invalid/index)" = "44"
"#;
    assert_eq!(reached(lock, "app", ""), "log 0.4.0 44");
}

#[test]
fn a_package_that_is_not_in_the_lock_is_named() {
    let error = reach(LOCK, &name("log"), &BTreeMap::new()).expect_err("no member");
    assert_eq!(error, LockError::Absent(name("log")));
}

#[test]
fn a_member_is_not_taken_for_the_registrys_package_of_the_same_version() {
    let lock = r#"version = 4

[[package]]
name = "app"
version = "1.0.0"
dependencies = ["lib1 0.1.0"]

[[package]]
name = "lib1"
version = "0.1.0"

[[package]]
name = "lib1"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "11"
"#;
    assert_eq!(reached(lock, "app", ""), "");
}
