//! What the web API of a registry says of itself: whether it takes changes, its categories, and
//! names that it does not tell apart. Only crates.io's way of answering is understood.

use super::http::words;
use super::provider::Purpose;
use super::registries::{Registries, authorize};
use cargo_orchestrate::facts::Terms;
use cargo_orchestrate::model::{PackageName, RegistryName};
use cargo_orchestrate::plan::Questions;
use http::{Request, Response};
use serde_json::Value;

impl Registries {
    /// Why nothing can be sent to a registry: it does not say where its web API is.
    pub(crate) fn no_api(&self, registry: &RegistryName) -> Option<String> {
        self.api(registry).err().map(|error| words(&error))
    }

    /// What the registry answers to these questions, all asked at once. A question that it does not
    /// answer has no answer: most registries know none of them.
    pub(crate) fn terms(&self, registry: &RegistryName, questions: &Questions) -> Terms {
        let mut terms = Terms::default();
        let Ok(api) = self.api(registry) else { return terms };
        let mut paths = vec!["site_metadata".to_owned()];
        if questions.categories {
            paths.push("category_slugs".to_owned());
        }
        paths.extend(questions.names.iter().map(|name| format!("crates/{name}")));
        let secret = if self.is_closed(registry) {
            self.credential(registry, &Purpose::Read).ok()
        } else {
            None
        };
        let request = |path: &String| {
            let mut request = Request::get(format!("{api}/api/v1/{path}")).body(Vec::new()).ok()?;
            if let Some(secret) = &secret {
                authorize(&mut request, secret);
            }
            Some(request)
        };
        let Some(requests) = paths.iter().map(request).collect() else { return terms };
        let responses = self.client.fetch_all(requests);
        let mut answers = responses.iter().map(|response| response.as_ref().ok().and_then(json));
        terms.is_read_only =
            answers.next().flatten().is_some_and(|said| said["read_only"] == Value::Bool(true));
        if questions.categories {
            terms.categories = answers.next().flatten().and_then(|said| {
                let slugs = said["category_slugs"].as_array()?.iter();
                Some(slugs.filter_map(|it| it["slug"].as_str()).map(str::to_owned).collect())
            });
        }
        for (package, said) in questions.names.iter().zip(answers) {
            let other = said.as_ref().and_then(|said| said["crate"]["name"].as_str());
            if let Some(other) = other.filter(|other| is_alike(package, other)) {
                terms.alike.insert(package.clone(), other.to_owned());
            }
        }
        terms
    }
}

fn json(response: &Response<Vec<u8>>) -> Option<Value> {
    let success = response.status().is_success();
    serde_json::from_slice(response.body()).ok().filter(|_| success)
}

/// Whether a name is another one, and differs only in case, `-` and `_`.
fn is_alike(package: &PackageName, other: &str) -> bool {
    let canonical = |name: &str| name.to_lowercase().replace('-', "_");
    package.as_str() != other && canonical(package.as_str()) == canonical(other)
}
