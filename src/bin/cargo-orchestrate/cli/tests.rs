use super::arguments::{definition, understand};
use super::*;
use cargo_orchestrate::decide::RequestedBump;
use cargo_orchestrate::model::PackageName;
use std::time::Duration;

fn parse(line: &str) -> Result<Invocation, clap::Error> {
    understand(line.split_whitespace().map(Into::into))
}

fn check(line: &str) -> Invocation {
    parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn refuse(line: &str, because: &str) {
    let error = parse(line).expect_err(line).to_string();
    assert!(error.contains(because), "{line}: {error}");
}

#[test]
fn the_definition_is_sound() {
    definition().debug_assert();
}

#[test]
fn cargo_hands_its_own_word_on_and_it_may_be_missing() {
    for line in [
        "cargo-orchestrate orchestrate plan",
        "cargo-orchestrate plan",
        "/home/me/.cargo/bin/cargo-orchestrate orchestrate -q plan",
    ] {
        assert!(matches!(check(line).command, Command::Plan(_)), "{line}");
    }
}

#[test]
fn what_every_command_shares_may_stand_on_both_sides_of_it() {
    for line in [
        "x --message-format json -C sub --color never -v plan",
        "x plan --message-format json --directory sub --color=never --verbose",
    ] {
        let global = check(line).global;
        assert_eq!(global.format, MessageFormat::Json);
        assert_eq!(global.colour, Colour::Never);
        assert_eq!(global.verbosity, Verbosity::Verbose);
        assert_eq!(global.directory.as_deref(), Some("sub".as_ref()));
    }
    refuse("x -q -v plan", "cannot be used with");
}

#[test]
fn what_is_to_be_explained_is_a_package_or_a_rule() {
    let asked = |line: &str| match check(line).command {
        Command::Plan(plan) => plan.explain.expect("it was asked for"),
        _ => panic!("not a plan"),
    };
    let held = PackageName::new("held").expect("a name");
    assert_eq!(asked("x plan --explain held"), Explained::Either(held));
    assert_eq!(asked("x plan --explain rule:held"), Explained::Rule("held".to_owned()));
    assert_eq!(asked("x plan --explain rule:"), Explained::Rule(String::new()));
    refuse("x plan --explain a/b", "a/b");
}

#[test]
fn a_selection_becomes_a_request() {
    let line = "x plan -p a -p b --exclude c --bump a=minor --bump b=2.0.0-rc.1 --no-push";
    let Command::Plan(plan) = check(line).command else { panic!("not a plan") };
    let request = &plan.selection.request;
    assert_eq!(request.only.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(request.exclude.len(), 1);
    assert!(request.bumps.values().any(|bump| matches!(bump, RequestedBump::Exactly(_))));
    assert_eq!(plan.selection.push, Push::Nothing);
    refuse("x plan --bump a", "no `=`");
    refuse("x plan --bump a=huge", "neither `patch`");
    refuse("x plan --bump a=mjor", "did you mean `major`?");
    refuse("x plan -p ../etc", "not a valid name");
}

#[test]
fn publish_asks_and_waits_an_hour_unless_told_otherwise() {
    let Command::Publish(publish) = check("x publish").command else { panic!("not publish") };
    assert_eq!(publish.consent, Consent::Ask);
    assert_eq!(publish.max_wait, Duration::from_hours(1));
    let line = "x publish --yes --max-wait 90s --plan plan.json";
    let Command::Publish(publish) = check(line).command else { panic!("not publish") };
    assert_eq!(publish.consent, Consent::Given);
    assert_eq!(publish.max_wait, Duration::from_secs(90));
    refuse("x publish --plan plan.json -p a", "cannot be used with");
    refuse("x publish --max-wait 10", "no length of time");
    refuse("x publish --allow-dirty", "unexpected argument");
}

#[test]
fn a_rollback_is_of_the_last_release_unless_one_is_named() {
    for (line, target) in [
        ("x yank-rollback", RollbackTarget::Release(None)),
        ("x yank-rollback --last", RollbackTarget::Release(None)),
        ("x yank-rollback r1 --yes", RollbackTarget::Release(Some("r1".into()))),
        ("x yank-rollback --undo", RollbackTarget::Undo(None)),
        ("x yank-rollback --undo k1", RollbackTarget::Undo(Some("k1".into()))),
    ] {
        let Command::YankRollback(rollback) = check(line).command else { panic!("{line}") };
        assert_eq!(rollback.target, target, "{line}");
    }
    refuse("x yank-rollback r1 --undo k1", "cannot be used with");
}
