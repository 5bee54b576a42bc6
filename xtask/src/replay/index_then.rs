//! The registry as it was: a sparse index on the loopback interface that answers for the members
//! with what had been published at a moment.

use crate::loopback::Loopback;
use crate::support::{Embedded, Endpoint, Settings, http, index};
use semver::Version;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// An index that can be set to a moment.
#[derive(Debug)]
pub(crate) struct IndexThen {
    /// Hands through what the real registry says today, downloads included.
    today: Embedded,
    then: Loopback,
}

impl IndexThen {
    /// Starts to answer.
    ///
    /// # Errors
    /// When nothing can listen on the loopback interface.
    pub(crate) fn start(program: &Path, upstream: &str) -> Result<Self, String> {
        let settings = Settings { upstream: Some(upstream.to_owned()), ..Settings::default() };
        let today = Embedded::start(program, &settings);
        Ok(Self { today, then: Loopback::start()? })
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> Endpoint {
        self.then.endpoint()
    }

    /// Answers from now on with what these packages had at `moment`; `was_tagged` decides about
    /// versions of which the index does not say when they came. Nothing says when a version was
    /// yanked: it is live, unless its maintainers went on below it, as after a mistake.
    pub(crate) fn set(
        &self,
        packages: &[String],
        moment: &str,
        was_tagged: impl Fn(&str, &str) -> bool,
    ) {
        let today = &self.today.endpoint().index;
        let base = today.trim_start_matches("sparse+http://");
        let (authority, base) = base.split_once('/').expect("an index address has a path");
        let get = |path: &str| http::request("GET", authority, &format!("/{base}{path}"), None);
        let mut answers = HashMap::new();
        let config = get("config.json").body;
        answers.insert("/index/config.json".to_owned(), lossy(&config));
        for package in packages {
            let place = index::place(package);
            let answer = get(&place);
            let text = if answer.status == 200 { lossy(&answer.body) } else { String::new() };
            let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
            let lines: Vec<Value> = lines
                .filter(|line: &Value| {
                    let version = line["vers"].as_str().unwrap_or_default();
                    let told = line["pubtime"].as_str().map(|published| published <= moment);
                    told.unwrap_or_else(|| was_tagged(package, version))
                })
                .collect();
            let lines: Vec<String> = lines
                .iter()
                .map(|line| {
                    let mut line = line.clone();
                    let was_passed = lines.iter().any(|other| passes(other, &line));
                    line["yanked"] = Value::Bool(line["yanked"] == true && was_passed);
                    format!("{line}\n")
                })
                .collect();
            if !lines.is_empty() {
                answers.insert(format!("/index/{place}"), lines.concat());
            }
        }
        self.then.set(answers);
    }
}

/// Whether a release came after another one, with a lower version that is stable.
fn passes(other: &Value, line: &Value) -> bool {
    let version = |line: &Value| Version::parse(line["vers"].as_str()?).ok();
    let (Some(lower), Some(higher)) = (version(other), version(line)) else { return false };
    let (Some(later), Some(earlier)) = (other["pubtime"].as_str(), line["pubtime"].as_str()) else {
        return false;
    };
    lower < higher && lower.pre.is_empty() && later > earlier
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
