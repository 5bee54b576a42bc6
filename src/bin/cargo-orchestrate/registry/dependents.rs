//! How many packages of a registry depend on ours, where it says.

use super::api::read;
use super::registries::Registries;
use cargo_orchestrate::model::{PackageName, RegistryName};
use std::collections::BTreeMap;

/// The web API is shared: more packages than this are not asked about.
const MOST: usize = 10;

impl Registries {
    /// The number of packages that depend on each, as crates.io counts them: by their last versions.
    ///
    /// Not part of what every registry speaks, and for information alone: what is not answered, or
    /// in another way, is left out.
    pub(crate) fn dependents(
        &self,
        wanted: &[(PackageName, RegistryName)],
    ) -> BTreeMap<PackageName, u64> {
        let mut names = Vec::new();
        let mut requests = Vec::new();
        for (package, registry) in wanted.iter().take(MOST) {
            let Ok(api) = self.api(registry) else { continue };
            let url = format!("{api}/api/v1/crates/{package}/reverse_dependencies?per_page=1");
            // One that wants a credential for reading is not asked: a count is not worth it.
            if let Ok(request) = read(&url)
                && !self.is_closed(registry)
            {
                names.push(package);
                requests.push(request);
            }
        }
        let mut found = BTreeMap::new();
        self.client.fetch_each(requests, |number, response| {
            let answer = response.ok().filter(|response| response.status().is_success());
            let total = answer.and_then(|response| total(response.body()));
            found.extend(total.map(|total| (names[number].clone(), total)));
        });
        found
    }
}

/// `{"meta": {"total": 3}}`.
fn total(body: &[u8]) -> Option<u64> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    json["meta"]["total"].as_u64()
}

#[test]
fn only_a_count_is_one() {
    assert_eq!(total(br#"{"dependencies": [], "meta": {"total": 213}}"#), Some(213));
    for other in [&b"{}"[..], b"", b"[]", br#"{"meta": {"total": "many"}}"#, b"<html>"] {
        assert_eq!(total(other), None);
    }
}
