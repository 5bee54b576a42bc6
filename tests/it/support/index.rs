//! Reading a sparse index as any client would.

use super::environment::Endpoint;
use super::http;
use serde_json::Value;

/// One version in the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexEntry {
    pub name: String,
    pub version: String,
    pub yanked: bool,
    /// Normal and build dependencies, `name requirement`, sorted.
    pub dependencies: Vec<String>,
    pub checksum: String,
}

impl IndexEntry {
    /// `lib1 0.1.0`, and ` (yanked)` where it is.
    pub fn line(&self) -> String {
        let yanked = if self.yanked { " (yanked)" } else { "" };
        format!("{} {}{yanked}", self.name, self.version)
    }
}

/// All versions of these packages, sorted by name and place in the index.
pub fn index_entries(endpoint: &Endpoint, names: &[String]) -> Vec<IndexEntry> {
    let url = endpoint.index.trim_start_matches("sparse+http://");
    let (authority, path) = url.split_once('/').expect("an index address has a path");
    let mut names = names.to_vec();
    names.sort();
    let mut entries = Vec::new();
    for name in &names {
        let path = format!("/{path}{}", place(name));
        let answer = http::read_as(authority, &path, &endpoint.token);
        match answer.status {
            200 => entries.extend(String::from_utf8_lossy(&answer.body).lines().map(entry)),
            404 | 410 | 451 => {}
            status => panic!("the index answered {status} for {path}"),
        }
    }
    entries
}

/// Where a package stands in an index.
pub fn place(name: &str) -> String {
    let lower = name.to_lowercase();
    match lower.len() {
        1 => format!("1/{lower}"),
        2 => format!("2/{lower}"),
        3 => format!("3/{}/{lower}", &lower[..1]),
        _ => format!("{}/{}/{lower}", &lower[..2], &lower[2..4]),
    }
}

fn entry(line: &str) -> IndexEntry {
    let value: Value = serde_json::from_str(line).expect("an index line is JSON");
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut dependencies: Vec<_> = value["deps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| {
            let name = dependency["package"].as_str().or(dependency["name"].as_str());
            format!("{} {}", name.unwrap_or("?"), dependency["req"].as_str().unwrap_or("?"))
        })
        .collect();
    dependencies.sort();
    IndexEntry {
        name: text("name"),
        version: text("vers"),
        yanked: value["yanked"] == true,
        dependencies,
        checksum: text("cksum"),
    }
}
