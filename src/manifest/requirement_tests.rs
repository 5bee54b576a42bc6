use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

/// One line a case: `requirement @ version -> requirement | stays | refused: text`.
fn check_table(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (requirement, rest) = line.split_once(" @ ").expect("a version");
        let (to, expected) = rest.split_once(" -> ").expect("a result");
        let got = match rewrite(requirement, &version(to)) {
            Ok(None) => "stays".to_owned(),
            Ok(Some(text)) => text,
            Err(error) => format!("refused: {}", error.obstacle),
        };
        assert_eq!(got, expected, "{requirement} @ {to}");
    }
}

#[test]
fn operator_and_precision_stay() {
    check_table(
        "
        1 @ 1.1.0 -> stays
        1 @ 2.0.0 -> 2
        1.0 @ 1.0.5 -> stays
        1.0 @ 1.1.1 -> 1.1
        1.0 @ 2.0.0 -> 2.0
        0.1.0 @ 0.1.3 -> 0.1.3
        0.1 @ 0.1.3 -> stays
        0.1.0 @ 0.2.0 -> 0.2.0
        0.2 @ 1.0.0 -> 1.0
        ^1.0 @ 1.1.1 -> ^1.1
        ^1.0.0 @ 2.0.0 -> ^2.0.0
        ~1.0 @ 1.1.1 -> ~1.1
        ~1 @ 1.5.0 -> stays
        ~1.0.0 @ 1.0.3 -> ~1.0.3
        =1.0.0 @ 1.0.1 -> =1.0.1
        =1.0 @ 1.0.1 -> stays
        =1.0 @ 1.1.0 -> =1.1
        1.* @ 1.9.0 -> stays
        1.* @ 2.0.0 -> 2.*
        1.0.* @ 1.1.0 -> 1.1.*
        1.x @ 2.0.0 -> 2.x
        1.*.* @ 2.3.4 -> 2.*.*
        =1.* @ 2.0.0 -> =2.*
        * @ 7.0.0 -> stays
        x @ 7.0.0 -> stays
        >=1.0.0 @ 2.0.0 -> >=2.0.0
        >=1 @ 2.3.4 -> >=2
        1.0.0 @ 1.0.0 -> stays
        1.5.0 @ 1.2.0 -> 1.2.0
        1.0.0+build.7 @ 1.0.1 -> 1.0.1
        =1.0.0 @ 1.0.0+build.7 -> stays
        ",
    );
}

#[test]
fn a_pre_release_needs_the_full_form() {
    check_table(
        "
        1.0 @ 1.1.0-rc.1 -> 1.1.0-rc.1
        1.0.0 @ 1.1.0-rc.1 -> 1.1.0-rc.1
        ^1 @ 2.0.0-rc.1 -> ^2.0.0-rc.1
        ~1.0 @ 1.1.0-rc.1 -> ~1.1.0-rc.1
        =1.0 @ 1.1.0-rc.1 -> =1.1.0-rc.1
        1.* @ 2.0.0-rc.1 -> 2.0.0-rc.1
        1.0.* @ 1.1.0-rc.1 -> ~1.1.0-rc.1
        1.1.0-rc.1 @ 1.1.0-rc.2 -> 1.1.0-rc.2
        1.1.0-rc.2 @ 1.1.0 -> 1.1.0
        >=1.0.0, <2.0.0 @ 1.1.0-rc.1 -> >=1.1.0-rc.1, <2.0.0
        >=1.0.0, <2.0.0 @ 2.0.0-rc.1 -> >=2.0.0-rc.1, <3.0.0
        >=1.0.0-a, <1.0.0 @ 1.0.0-b -> >=1.0.0-b, <1.0.0
        * @ 1.1.0-rc.1 -> refused: without naming it, a requirement matches no pre-release
        <2 @ 1.1.0-rc.1 -> refused: without naming it, a requirement matches no pre-release
        ",
    );
}

#[test]
fn an_upper_bound_moves_with_the_version_that_outgrows_it() {
    check_table(
        "
        >=1.0.0, <2.0.0 @ 1.4.2 -> >=1.4.2, <2.0.0
        >=1.0.0, <2.0.0 @ 2.0.0 -> >=2.0.0, <3.0.0
        >=1, <2 @ 2.3.0 -> >=2, <3
        >=1.2, <1.3 @ 1.3.0 -> >=1.3, <1.4
        >=1.2.0, <1.2.5 @ 1.2.7 -> >=1.2.7, <1.2.8
        >=0.2, <0.3 @ 0.3.1 -> >=0.3, <0.4
        >=0.2, <0.3 @ 1.0.0 -> >=1.0, <2.0
        >=0.0.3, <0.0.4 @ 0.0.4 -> >=0.0.4, <0.0.5
        >=0.0.3, <0.0.4 @ 0.1.0 -> >=0.1.0, <0.2.0
        >=0.1, <1 @ 1.0.0 -> >=1.0, <2
        >=1.0.0, <2.0.0-0 @ 2.0.0 -> >=2.0.0, <3.0.0-0
        >=1.0.0, <=1.9.0 @ 2.0.0 -> >=2.0.0, <=2.0.0
        <2 @ 1.1.0 -> stays
        <2 @ 2.1.0 -> <3
        ^1.2, <1.5 @ 1.5.0 -> ^1.5, <1.6
        >1.0, <2.0 @ 2.0.0 -> >=2.0, <3.0
        >1.2 @ 1.4.0 -> >=1.4
        > 1 @ 2.0.0 -> >= 2
        >1.0, <=1.4.0 @ 2.0.0 -> >=2.0, <=2.0.0
        >1.0.0 @ 1.1.0-rc.1 -> >=1.1.0-rc.1
        ",
    );
}

#[test]
fn whitespace_stays() {
    let cases = [
        (">= 1.0.0 ,< 2.0.0 ", "2.0.0", ">= 2.0.0 ,< 3.0.0 "),
        ("^ 1.0", "2.0.0", "^ 2.0"),
        (" 1.0 ", "1.1.0", " 1.1 "),
        (">=1.0.0,<2.0.0", "2.0.0", ">=2.0.0,<3.0.0"),
    ];
    for (requirement, to, expected) in cases {
        assert_eq!(rewrite(requirement, &version(to)), Ok(Some(expected.to_owned())));
    }
}

#[test]
fn what_cannot_follow_is_refused_with_the_reason() {
    check_table(
        "
        >2.0.0 @ 1.5.0 -> refused: `>2.0.0` keeps the version out
        >1.0, <=1.2 @ 1.0.0 -> refused: `>1.0` keeps the version out
        >=2.0.0, <3.0.0 @ 1.5.0 -> refused: the version lies below its lower bound
        >=1.0 <2.0 @ 2.0.0 -> refused: it is not a requirement (expected comma after minor version number, found '<')
        v1.0 @ 2.0.0 -> refused: it is not a requirement (unexpected character 'v' while parsing major version number)
        ",
    );
    assert!(rewrite("", &version("1.0.0")).is_err());
}

#[test]
fn a_requirement_is_raised_when_its_operators_stay_and_its_numbers_grow() {
    let table = [
        ("0.1", "0.2", "0.2.0", true),
        ("1.0.0", "1.0.3", "1.1.0", true),
        ("0.1", "0.2.0", "0.2.0", true),
        ("=1.0.0", "=1.0.1", "1.0.1", true),
        (">=1.0.0, <2.0.0", ">=2.0.0, <3.0.0", "2.0.0", true),
        ("1.0", "1.1.0-rc.1", "1.1.0-rc.1", true),
        ("0.2", "0.2.0", "0.2.0", false),
        ("1.1", "1.0", "1.1.0", false),
        ("1.0", "=1.1", "1.1.0", false),
        ("1.0", "1.0, <1.5", "1.1.0", false),
        ("1.0", "1.2", "1.1.0", false),
        ("1.0", "*", "1.1.0", false),
    ];
    for (old, new, at, expected) in table {
        assert_eq!(is_raised(old, new, &version(at)), expected, "{old} to {new} at {at}");
    }
}
