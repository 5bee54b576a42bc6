//! What crates.io refuses about the metadata of an upload, in its words.
//!
//! Sources: the publish endpoint and the validation package of crates.io. Not checked: whether the
//! licence is an SPDX expression, category slugs, and what concerns accounts.

use super::Rules;
use super::answer::Refusal;
use super::upload::{Dependency, Metadata};
use semver::{Version, VersionReq};

const MANUAL: &str = "https://doc.rust-lang.org/cargo/reference/manifest.html";

/// Checks name and version, which come before the question who is asking.
pub(super) fn identity(metadata: &Metadata) -> Result<Version, Refusal> {
    name("crate", &metadata.name)?;
    let version = Version::parse(&metadata.vers)
        .map_err(|_| Refusal::bad(format!("\"{}\" is an invalid semver version", metadata.vers)))?;
    if metadata.vers.len() > 150 {
        return Err(Refusal::bad("the version number is too long (max 150 characters)"));
    }
    Ok(version)
}

/// Checks everything else that the metadata alone can tell.
pub(super) fn metadata(metadata: &Metadata, rules: Rules) -> Result<(), Refusal> {
    if rules == Rules::CratesIo {
        required(metadata)?;
        limits(metadata)?;
        for (field, value) in [
            ("homepage", &metadata.homepage),
            ("documentation", &metadata.documentation),
            ("repository", &metadata.repository),
        ] {
            url(field, value.as_deref())?;
        }
    }
    metadata.deps.iter().try_for_each(|dep| dependency(dep, rules))
}

fn name(what: &str, name: &str) -> Result<(), Refusal> {
    let wrong = |text: String| Err(Refusal::bad(text));
    let Some(first) = name.chars().next() else {
        return wrong(format!("{what} name cannot be empty"));
    };
    if name.chars().count() > 64 {
        return wrong(format!("the {what} name `{name}` is too long (max 64 characters)"));
    }
    if first.is_ascii_digit() {
        return wrong(format!(
            "the name `{name}` cannot be used as a {what} name, the name cannot start with a digit"
        ));
    }
    if !first.is_ascii_alphabetic() {
        return wrong(format!(
            "invalid character `{first}` in {what} name: `{name}`, \
             the first character must be an ASCII character"
        ));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some(other) = name.chars().find(|&c| !fits(c)) {
        return wrong(format!(
            "invalid character `{other}` in {what} name: `{name}`, \
             characters must be an ASCII alphanumeric characters, `-`, or `_`"
        ));
    }
    Ok(())
}

fn required(metadata: &Metadata) -> Result<(), Refusal> {
    let empty = |field: &Option<String>| field.as_deref().is_none_or(str::is_empty);
    let mut missing = Vec::new();
    if empty(&metadata.description) {
        missing.push("description");
    }
    if empty(&metadata.license) && empty(&metadata.license_file) {
        missing.push("license");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::bad(format!(
        "missing or empty metadata fields: {}. Please see {MANUAL} for more information on \
         configuring these fields",
        missing.join(", ")
    )))
}

fn limits(metadata: &Metadata) -> Result<(), Refusal> {
    let over = |text: String| Err(Refusal::bad(text));
    if metadata.description.as_ref().is_some_and(|text| text.len() > 1000) {
        return over(
            "The `description` is too long. A maximum of 1000 characters are currently allowed."
                .into(),
        );
    }
    if metadata.keywords.len() > 5 {
        return over("expected at most 5 keywords per crate".into());
    }
    for keyword in &metadata.keywords {
        if keyword.len() > 20 {
            return over(format!(
                "\"{keyword}\" is an invalid keyword (keywords must have less than 20 characters)"
            ));
        }
        if !is_keyword(keyword) {
            return over(format!("\"{keyword}\" is an invalid keyword"));
        }
    }
    if metadata.categories.len() > 5 {
        return over("expected at most 5 categories per crate".into());
    }
    let allowed = "crates.io only allows a maximum number of";
    if metadata.features.len() > 300 {
        return over(format!("{allowed} 300 features"));
    }
    if let Some((key, _)) = metadata.features.iter().find(|(_, values)| values.len() > 300) {
        return over(format!("{allowed} 300 features, but `{key}` enables more"));
    }
    if metadata.deps.len() > 500 {
        return over(format!("{allowed} 500 dependencies."));
    }
    Ok(())
}

fn is_keyword(keyword: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    keyword.starts_with(|c: char| c.is_ascii_alphanumeric()) && keyword.chars().all(fits)
}

fn url(field: &str, value: Option<&str>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    if !value.starts_with("http://") && !value.starts_with("https://") {
        return Err(Refusal::bad(format!(
            "URL for field `{field}` must begin with http:// or https:// (url: {value})"
        )));
    }
    url::Url::parse(value)
        .map(|_| ())
        .map_err(|_| Refusal::bad(format!("`{field}` is not a valid url: `{value}`")))
}

fn dependency(dep: &Dependency, rules: Rules) -> Result<(), Refusal> {
    name("dependency", &dep.name)?;
    if VersionReq::parse(&dep.version_req).is_err() {
        return Err(Refusal::bad(format!(
            "\"{}\" is an invalid version requirement",
            dep.version_req
        )));
    }
    if rules == Rules::CratesIo && dep.version_req == "*" {
        return Err(Refusal::bad(format!(
            "wildcard (`*`) dependency constraints are not allowed on crates.io. Crate with this \
             problem: `{}` See https://doc.rust-lang.org/cargo/faq.html#can-libraries-use--as-a-\
             version-for-their-dependencies for more information",
            dep.name
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(json: &str) -> String {
        let text = format!(r#"{{"description":"d","license":"MIT",{json}}}"#);
        let read: Metadata = serde_json::from_str(&text).expect("metadata");
        match identity(&read).and_then(|_| metadata(&read, Rules::CratesIo)) {
            Ok(()) => "ok".into(),
            Err(refusal) => refusal.detail,
        }
    }

    #[test]
    fn what_crates_io_refuses_is_refused_in_its_words() {
        let table = [
            (r#""name":"a","vers":"1.0.0""#, "ok"),
            (r#""name":"1a","vers":"1.0.0""#, "the name `1a` cannot be used as a crate name"),
            (r#""name":"a.b","vers":"1.0.0""#, "invalid character `.` in crate name: `a.b`"),
            (r#""name":"","vers":"1.0.0""#, "crate name cannot be empty"),
            (r#""name":"a","vers":"1.0""#, "\"1.0\" is an invalid semver version"),
            (
                r#""name":"a","vers":"1.0.0","keywords":["1","2","3","4","5","6"]"#,
                "expected at most 5 keywords per crate",
            ),
            (r#""name":"a","vers":"1.0.0","keywords":["a b"]"#, "\"a b\" is an invalid keyword"),
            (
                r#""name":"a","vers":"1.0.0","homepage":"ftp://x""#,
                "URL for field `homepage` must begin with http:// or https:// (url: ftp://x)",
            ),
            (
                r#""name":"a","vers":"1.0.0","deps":[{"name":"b","version_req":"*"}]"#,
                "wildcard (`*`) dependency constraints are not allowed on crates.io.",
            ),
            (
                r#""name":"a","vers":"1.0.0","deps":[{"name":"b","version_req":"one"}]"#,
                "\"one\" is an invalid version requirement",
            ),
        ];
        for (json, expected) in table {
            let verdict = verdict(json);
            assert!(verdict.starts_with(expected), "{json}: {verdict}");
        }
    }

    #[test]
    fn all_missing_fields_are_named_at_once() {
        let bare: Metadata =
            serde_json::from_str(r#"{"name":"a","vers":"1.0.0"}"#).expect("metadata");
        let refusal = metadata(&bare, Rules::CratesIo).expect_err("nothing is described");
        assert!(
            refusal.detail.starts_with("missing or empty metadata fields: description, license.")
        );
        assert_eq!(metadata(&bare, Rules::Private), Ok(()));
    }
}
