//! The schemas of `schemas/` describe what the real binary prints, all of it.

use crate::sandbox;
use crate::support::{Sandbox, project_root};
use boon::{Compiler, Schemas};
use serde_json::Value;
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

fn check(name: &str, document: &Value) {
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
