//! Which packages of a registry depend on ours, where it says.

use super::api::read;
use super::registries::Registries;
use cargo_orchestrate::facts::{Dependent, Dependents};
use cargo_orchestrate::model::{PackageName, RegistryName, Version, VersionReq};
use http::Response;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The web API is shared: more packages than this are not asked about,
const MOST: usize = 10;
/// nor more pages of one of them; the most used come first.
const PAGES: u64 = 3;
/// More a page the web API does not give.
const A_PAGE: u64 = 100;

impl Registries {
    /// The packages that depend on each, as crates.io has it: by their last versions.
    ///
    /// Not part of what every registry speaks, and for information alone: what is not answered, or
    /// in another way, is left out.
    pub(crate) fn dependents(
        &self,
        wanted: &[(PackageName, RegistryName)],
    ) -> BTreeMap<PackageName, Dependents> {
        let mut found: BTreeMap<PackageName, Dependents> = BTreeMap::new();
        let mut left: Vec<(&PackageName, String)> = Vec::new();
        // One that wants a credential for reading is not asked: this is not worth it.
        for (package, registry) in wanted.iter().filter(|it| !self.is_closed(&it.1)).take(MOST) {
            let Ok(api) = self.api(registry) else { continue };
            left.push((package, format!("{api}/api/v1/crates/{package}/reverse_dependencies")));
        }
        for number in 1..=PAGES {
            let url = |url: &str| format!("{url}?page={number}&per_page={A_PAGE}");
            left.retain(|(_, base)| read(&url(base)).is_ok());
            let requests = left.iter().filter_map(|(_, base)| read(&url(base)).ok()).collect();
            let mut more: Vec<bool> = vec![false; left.len()];
            self.client.fetch_each(requests, |place, response| {
                let page = response.ok().and_then(|response| page(&response, left[place].0));
                let Some(page) = page else { return };
                let known = found.entry(left[place].0.clone()).or_default();
                more[place] = page.looked_at > 0 && number * A_PAGE < page.total;
                known.total = page.total;
                known.looked_at += page.looked_at;
                known.required.extend(page.required);
            });
            let mut more = more.into_iter();
            left.retain(|_| more.next().unwrap_or_default());
        }
        found
    }
}

/// One page of an answer: `dependencies`, each with the id of one of the `versions` that have it, and
/// `meta.total`. Nothing where it is none.
fn page(response: &Response<Vec<u8>>, of: &PackageName) -> Option<Dependents> {
    if !response.status().is_success() {
        return None;
    }
    let json: Value = serde_json::from_slice(response.body()).ok()?;
    let total = json["meta"]["total"].as_u64()?;
    let list = |key: &str| json[key].as_array().map_or(&[][..], Vec::as_slice);
    let versions: HashMap<u64, &Value> =
        list("versions").iter().filter_map(|it| Some((it["id"].as_u64()?, it))).collect();
    // What is no name, version or requirement is no dependency; whoever sent it.
    let dependent = |dependency: &Value| {
        let is_of_it = dependency["crate_id"].as_str() == Some(of.as_str());
        let version = versions.get(&dependency["version_id"].as_u64()?)?;
        let is_used = is_of_it
            && dependency["kind"].as_str() != Some("dev")
            && version["yanked"].as_bool() != Some(true);
        let found = Dependent {
            package: PackageName::new(version["crate"].as_str()?).ok()?,
            version: Version::parse(version["num"].as_str()?).ok()?,
            requirement: VersionReq::parse(dependency["req"].as_str()?).ok()?,
        };
        is_used.then_some(found)
    };
    let dependencies = list("dependencies");
    let looked_at = u64::try_from(dependencies.len()).unwrap_or(u64::MAX).min(total);
    let required = dependencies.iter().filter_map(dependent).collect();
    Some(Dependents { total, looked_at, required })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// As crates.io answers, by its own tests: all keys that it has.
    fn version(id: u64, name: &str, number: &str) -> Value {
        json!({
            "audit_actions": [], "bin_names": [], "checksum": "00", "crate": name,
            "crate_size": 4096, "created_at": "2025-01-02T03:04:05.678901Z", "description": null,
            "dl_path": format!("/api/v1/crates/{name}/{number}/download"), "documentation": null,
            "downloads": 12, "edition": "2021", "features": {"std": []}, "has_lib": true,
            "homepage": null, "id": id, "lib_links": null, "license": "MIT", "linecounts": {},
            "links": {
                "authors": format!("/api/v1/crates/{name}/{number}/authors"),
                "dependencies": format!("/api/v1/crates/{name}/{number}/dependencies"),
                "version_downloads": format!("/api/v1/crates/{name}/{number}/downloads")
            },
            "num": number, "published_by": {"avatar": null, "id": 1, "login": "someone",
                "name": null, "url": "https://github.com/someone"},
            "readme_path": format!("/api/v1/crates/{name}/{number}/readme"), "repository": null,
            "rust_version": "1.70", "trustpub_data": null,
            "updated_at": "2025-01-02T03:04:05.678901Z", "yank_message": null, "yanked": false
        })
    }

    fn dependency(version: u64, kind: &str, req: &str) -> Value {
        json!({
            "crate_id": "base", "default_features": true, "downloads": 12, "features": [],
            "id": 1000 + version, "kind": kind, "optional": false, "req": req, "target": null,
            "version_id": version
        })
    }

    /// What is read of an answer, as `looked-at of total: user version requirement, …`.
    fn told(status: u16, body: &Value) -> String {
        let response = Response::builder().status(status).body(body.to_string().into_bytes());
        let base = PackageName::new("base").expect("a name");
        let Some(page) = page(&response.expect("a response"), &base) else {
            return "nothing".to_owned();
        };
        let required = page.required.iter();
        let required =
            required.map(|it| format!("{} {} {}", it.package, it.version, it.requirement));
        let required = required.collect::<Vec<_>>().join(", ");
        format!("{} of {}: {required}", page.looked_at, page.total)
    }

    #[test]
    fn a_page_says_who_requires_what() {
        let mut yanked = version(4, "gone", "1.0.0");
        yanked["yanked"] = json!(true);
        let page = json!({
            "dependencies": [
                dependency(1, "normal", "^1.2"), dependency(2, "build", "=1.2.0"),
                dependency(3, "dev", "*"), dependency(4, "normal", "*"),
            ],
            "versions": [
                version(2, "two", "0.2.0-rc.1"), version(1, "one", "1.0.0+x"),
                version(3, "three", "3.0.0"), yanked,
            ],
            "meta": {"total": 213}
        });
        assert_eq!(told(200, &page), "4 of 213: one 1.0.0+x ^1.2, two 0.2.0-rc.1 =1.2.0");
        let empty = json!({"dependencies": [], "versions": [], "meta": {"total": 0}});
        assert_eq!(told(200, &empty), "0 of 0: ");
        // A count alone is worth something.
        assert_eq!(told(200, &json!({"meta": {"total": 3}})), "0 of 3: ");
    }

    #[test]
    fn what_is_no_page_is_nothing_and_what_is_hostile_is_nobody() {
        let hostile = |version_of: Value, dependency: Value| {
            let all = json!({
                "dependencies": [dependency], "versions": [version_of], "meta": {"total": 1}
            });
            told(200, &all)
        };
        let fine = || dependency(1, "normal", "1");
        assert_eq!(hostile(version(1, "\u{1b}[2Jx", "1.0.0"), fine()), "1 of 1: ");
        assert_eq!(hostile(version(1, "../../x", "1.0.0"), fine()), "1 of 1: ");
        assert_eq!(hostile(version(1, "x", "1.0.0\nerror"), fine()), "1 of 1: ");
        let bad = dependency(1, "normal", "1 \u{202e}");
        assert_eq!(hostile(version(1, "x", "1.0.0"), bad), "1 of 1: ");
        let mut other = fine();
        other["crate_id"] = json!("another");
        assert_eq!(hostile(version(1, "x", "1.0.0"), other), "1 of 1: ");
        assert_eq!(hostile(version(2, "x", "1.0.0"), fine()), "1 of 1: ");
        assert_eq!(hostile(json!(7), json!([])), "1 of 1: ");
        let many = json!({"dependencies": vec![fine(); 9], "meta": {"total": 2}});
        assert_eq!(told(200, &many), "2 of 2: ");
        for none in [json!({}), json!([]), json!("<html>"), json!({"meta": {"total": "many"}})] {
            assert_eq!(told(200, &none), "nothing");
        }
        // What registries without it answer, and what crates.io does to one it does not know.
        let error = json!({"errors": [{"detail": "Not Found"}]});
        assert_eq!(told(404, &error), "nothing");
        assert_eq!(told(503, &json!({"meta": {"total": 3}})), "nothing");
    }
}
