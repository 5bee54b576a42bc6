//! The schemas of `schemas/` describe what the real binary prints, all of it.

use crate::sandbox;
use crate::support::{Sandbox, project_root};
use boon::{Compiler, Schemas};
use serde_json::{Value, json};
use std::fs;

fn schema(name: &str) -> Value {
    let file = project_root().join(format!("schemas/{name}.v1.schema.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// The same schema, by which every object has only the keys it names. Readers must take more; we must
/// not print what is not described.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(object) => {
            for value in object.values_mut() {
                *value = closed(value.take());
            }
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|value| *value = closed(value.take())),
        _ => {}
    }
    schema
}

/// What is wrong with a document; nothing when it is as the schema says.
fn wrong(schema: Value, document: &Value) -> Option<String> {
    let mut compiler = Compiler::new();
    compiler.add_resource("schema.json", schema).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(document, index).err().map(|error| format!("{error:#}"))
}

pub(crate) fn check(name: &str, document: &Value) {
    for schema in [schema(name), closed(schema(name))] {
        if let Some(wrong) = wrong(schema, document) {
            panic!("{name}.v1.schema.json does not describe the document\n{wrong}\n{document}");
        }
    }
}

fn object(sandbox: &Sandbox, line: &[&str], reason: &str) -> Value {
    let mut line = line.to_vec();
    line.extend(["--message-format", "json"]);
    sandbox.run(&line).object(reason)
}

#[test]
fn plans_are_as_their_schema_says() {
    for workspace in [
        "chain",
        "never-released",
        "dev-cycle-versioned",
        "tagged-unpublished",
        "inherited-version",
    ] {
        let sandbox = sandbox(workspace);
        check("plan", &object(&sandbox, &["plan"], "plan"));
    }
    let sandbox = sandbox("chain");
    sandbox.write(".changeset/one.md", "---\nlib4: major\nlib3: none\n---\n\nMended.\n\nSo.\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "docs: describe it"]);
    let plan = object(&sandbox, &["plan"], "plan");
    assert_eq!(plan["changesets"][0]["packages"][0]["name"], "lib4");
    let breaking = &plan["packages"].as_array().unwrap().last().unwrap()["breaking"][0];
    assert_eq!((&breaking["summary"], &breaking["text"]), (&"Mended.".into(), &"So.".into()));
    check("plan", &plan);
}

#[test]
fn differences_and_status_are_as_their_schemas_say() {
    let sandbox = sandbox("chain");
    let old = sandbox.root().join("old.json").to_str().unwrap().to_owned();
    sandbox.run(&["plan", "-o", &old]).exits(0);
    let line = ["plan", "--diff", &old, "--bump", "lib4=major", "-p", "lib4"];
    check("plan-difference", &object(&sandbox, &line, "plan-difference"));
    check("status", &object(&sandbox, &["status"], "status"));
}

/// The schema of a line, by its reason.
fn schema_of(line: &Value) -> &str {
    match line["reason"].as_str().unwrap() {
        "release" | "rollback" => "outcome",
        known @ ("plan" | "rollback-plan" | "error" | "rehearsal") => known,
        _ => "event",
    }
}

/// Runs a command, holds each of its lines against its schema, and gives their reasons.
fn lines(sandbox: &Sandbox, line: &[&str], code: i32) -> Vec<String> {
    let mut line = line.to_vec();
    line.extend(["--message-format", "json"]);
    let lines = sandbox.run(&line).exits(code).json();
    for line in &lines {
        check(schema_of(line), line);
    }
    lines.into_iter().map(|line| line["reason"].as_str().unwrap().to_owned()).collect()
}

fn has(reasons: &[String], wanted: &[&str]) {
    for reason in wanted {
        assert!(reasons.iter().any(|known| known == reason), "no `{reason}` in {reasons:?}");
    }
}

#[test]
fn runs_and_their_rollbacks_are_as_their_schemas_say() {
    let sandbox = sandbox("chain");
    let throttled = json!({"kind": "status", "code": 429, "retry-after-seconds": 960});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": throttled}));
    let stopped = lines(&sandbox, &["publish", "--yes", "--max-wait", "0"], 100);
    has(&stopped, &["plan", "started", "accepted", "done", "failed", "release", "error"]);
    sandbox.no_faults();
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "times": 1, "fault": {
        "kind": "status", "code": 429, "retry-after-seconds": 1
    }}));
    let resumed = lines(&sandbox, &["publish", "--yes"], 0);
    has(&resumed, &["started", "failed", "waiting", "done", "ended", "release"]);
    let shown = lines(&sandbox, &["yank-rollback", "--plan-only"], 0);
    assert_eq!(shown, ["rollback-plan"]);
    let back = lines(&sandbox, &["yank-rollback", "--yes"], 0);
    has(&back, &["rollback-plan", "started", "done", "rollback"]);
    let undone = lines(&sandbox, &["yank-rollback", "--undo", "--yes"], 0);
    has(&undone, &["rollback-plan", "done", "rollback"]);
}

#[test]
fn a_release_that_is_taken_back_and_a_rehearsal_are_as_their_schemas_say() {
    let sandbox = sandbox("chain");
    has(&lines(&sandbox, &["rehearse"], 0), &["rehearsal"]);
    let text = sandbox.read("lib1/src/lib.rs");
    sandbox.write("lib1/src/lib.rs", &format!("{text}\nfn broken( {{\n"));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: break it"]);
    let refused = lines(&sandbox, &["publish", "--yes"], 101);
    has(&refused, &["failed", "unwinding", "undone", "ended", "release", "error"]);
}

#[test]
fn errors_are_as_their_schema_says() {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml", "propagate = \"sometimes\"\n");
    assert_eq!(lines(&sandbox, &["plan"], 96), ["error"]);
    sandbox.write("orchestrate.toml", "");
    assert_eq!(lines(&sandbox, &["plan", "-p", "lib9"], 2), ["error"]);
    assert_eq!(lines(&sandbox, &["plan", "--dif", "x"], 2), ["error"]);
    has(&lines(&sandbox, &["publish", "--yes"], 97), &["plan", "error"]);
}

#[test]
fn changesets_and_what_was_fixed_are_as_their_schemas_say() {
    let sandbox = sandbox("chain");
    let line = ["change", "-p", "lib4=minor", "-m", "Add cursors"];
    check("change", &object(&sandbox, &line, "change"));
    check("changesets", &object(&sandbox, &["status", "--require-changeset"], "changesets"));
    let sandbox = crate::sandbox("dev-cycle-versioned");
    let fixed = object(&sandbox, &["plan", "--fix"], "fix");
    assert_eq!(fixed["fixed"].as_array().map(Vec::len), Some(1));
    check("fix", &fixed);
}

#[test]
fn rules_are_as_their_schema_says() {
    let sandbox = sandbox("single");
    let rules = sandbox.run(&["plan", "--explain", "rule:", "--message-format", "json"]).json();
    assert!(rules.len() > 30);
    for rule in &rules {
        check("rule", rule);
    }
}

#[test]
fn a_key_that_no_schema_names_and_one_that_is_missing_are_told() {
    let sandbox = sandbox("single");
    let plan = object(&sandbox, &["plan"], "plan");
    let mut more = plan.clone();
    more["added-later"] = true.into();
    assert_eq!(wrong(schema("plan"), &more), None, "readers take more");
    assert!(wrong(closed(schema("plan")), &more).is_some());
    let mut less = plan;
    less.as_object_mut().unwrap().remove("waves");
    assert!(wrong(schema("plan"), &less).is_some());
}
