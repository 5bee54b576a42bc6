//! What a request asks for, read from its method and path.

use super::fault::Operation;
use http::Method;

/// One thing that can be asked of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// `/index/config.json`.
    IndexConfig,
    /// The index file of a package; the name as the path has it, in lower case.
    IndexEntry(String),
    /// An upload; which package it is stands in the body.
    Publish,
    /// Yank or unyank.
    Yank(Release, Flag),
    /// `PATCH` of a version: yanked flag and message.
    Amend(Release),
    /// The owners of a package, and what to do with them.
    Owners(String, Owners),
    /// The bytes of a version.
    Download(Release),
    /// Facts about a package.
    Package(String),
    /// Facts about a version.
    Version(Release),
    /// `/api/v1/site_metadata`.
    SiteMetadata,
    /// `/api/v1/category_slugs`, which this registry does not have.
    CategorySlugs,
    /// An ID token for a token of trusted publishing.
    Exchange,
    /// The end of such a token.
    Revoke,
    /// Everything below `/_control/`.
    Control(String),
    /// Nothing that exists here.
    Unknown,
}

/// A package and a version, as the path has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// The package.
    pub(super) name: String,
    /// The version, not yet parsed.
    pub(super) version: String,
}

/// What the yanked flag is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    /// Yanked.
    Set,
    /// Not yanked.
    Clear,
}

/// What to do with owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owners {
    /// Name them.
    List,
    /// Invite.
    Add,
    /// Remove.
    Remove,
}

impl Call {
    /// Reads a request line; a query is ignored.
    pub(super) fn parse(method: &Method, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let segments: Vec<String> =
            path.trim_start_matches('/').split('/').map(percent_decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["index", rest @ ..] if method == Method::GET => index(rest),
            ["api", "v1", "site_metadata"] if method == Method::GET => Self::SiteMetadata,
            ["api", "v1", "trusted_publishing", "tokens"] => match *method {
                Method::POST => Self::Exchange,
                Method::DELETE => Self::Revoke,
                _ => Self::Unknown,
            },
            ["api", "v1", "category_slugs"] if method == Method::GET => Self::CategorySlugs,
            ["api", "v1", "crates", rest @ ..] => api(method, rest),
            ["_control", what @ ..] => Self::Control(format!("{method} {}", what.join("/"))),
            _ => Self::Unknown,
        }
    }

    /// The operation that fault rules speak of; calls that no rule can reach have none.
    pub(super) fn operation(&self) -> Option<Operation> {
        Some(match self {
            Self::IndexConfig | Self::IndexEntry(_) => Operation::Index,
            Self::Publish => Operation::Publish,
            Self::Yank(_, Flag::Clear) => Operation::Unyank,
            Self::Yank(_, Flag::Set) | Self::Amend(_) => Operation::Yank,
            Self::Owners(..) => Operation::Owners,
            Self::Download(_) => Operation::Download,
            Self::Package(_) | Self::Version(_) | Self::SiteMetadata | Self::CategorySlugs => {
                Operation::Facts
            }
            Self::Exchange | Self::Revoke => Operation::Token,
            Self::Control(_) | Self::Unknown => return None,
        })
    }

    /// The package named in the path.
    pub(super) fn package(&self) -> Option<&str> {
        match self {
            Self::IndexEntry(name) | Self::Owners(name, _) | Self::Package(name) => Some(name),
            Self::Yank(release, _)
            | Self::Amend(release)
            | Self::Download(release)
            | Self::Version(release) => Some(&release.name),
            _ => None,
        }
    }

    /// The version named in the path.
    pub(super) fn version(&self) -> Option<&str> {
        match self {
            Self::Yank(release, _)
            | Self::Amend(release)
            | Self::Download(release)
            | Self::Version(release) => Some(&release.version),
            _ => None,
        }
    }

    /// Whether only the holder of the token may ask this.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::Yank(..) | Self::Amend(_) | Self::Publish => true,
            Self::Owners(_, what) => *what != Owners::List,
            _ => false,
        }
    }
}

/// The folder of a package in an index: `1`, `2`, `3/a` or `ab/cd`.
pub(super) fn prefix(name: &str) -> String {
    match name.len() {
        0 => String::new(),
        1 => "1".into(),
        2 => "2".into(),
        3 => format!("3/{}", &name[..1]),
        _ => format!("{}/{}", &name[..2], &name[2..4]),
    }
}

fn index(segments: &[&str]) -> Call {
    match segments {
        ["config.json"] => Call::IndexConfig,
        [folder @ .., name] if name.is_ascii() && prefix(name) == folder.join("/") => {
            Call::IndexEntry((*name).into())
        }
        _ => Call::Unknown,
    }
}

fn api(method: &Method, segments: &[&str]) -> Call {
    let release =
        |name: &str, version: &str| Release { name: name.into(), version: version.into() };
    match (method.as_str(), segments) {
        ("PUT", ["new"]) => Call::Publish,
        ("DELETE", [name, version, "yank"]) => Call::Yank(release(name, version), Flag::Set),
        ("PUT", [name, version, "unyank"]) => Call::Yank(release(name, version), Flag::Clear),
        ("PATCH", [name, version]) => Call::Amend(release(name, version)),
        ("GET", [name, "owners"]) => Call::Owners((*name).into(), Owners::List),
        ("PUT", [name, "owners"]) => Call::Owners((*name).into(), Owners::Add),
        ("DELETE", [name, "owners"]) => Call::Owners((*name).into(), Owners::Remove),
        ("GET", [name, version, "download"]) => Call::Download(release(name, version)),
        ("GET", [name]) => Call::Package((*name).into()),
        ("GET", [name, version]) => Call::Version(release(name, version)),
        _ => Call::Unknown,
    }
}

/// Undoes `%2B` and its like: build metadata in a version is escaped by some clients.
fn percent_decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| segment.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_call() {
        let table = [
            ("GET", "/index/config.json", "IndexConfig"),
            ("GET", "/index/1/a", "IndexEntry(\"a\")"),
            ("GET", "/index/2/ab", "IndexEntry(\"ab\")"),
            ("GET", "/index/3/a/abc", "IndexEntry(\"abc\")"),
            ("GET", "/index/it/oa/itoa", "IndexEntry(\"itoa\")"),
            ("GET", "/index/xx/oa/itoa", "Unknown"),
            ("GET", "/index/../itoa", "Unknown"),
            ("PUT", "/api/v1/crates/new", "Publish"),
            ("POST", "/api/v1/trusted_publishing/tokens", "Exchange"),
            ("DELETE", "/api/v1/trusted_publishing/tokens", "Revoke"),
            (
                "DELETE",
                "/api/v1/crates/a/1.0.0/yank",
                "Yank(Release { name: \"a\", version: \"1.0.0\" }, Set)",
            ),
            (
                "GET",
                "/api/v1/crates/a/1.0.0%2Bb/download?x",
                "Download(Release { name: \"a\", version: \"1.0.0+b\" })",
            ),
            ("PUT", "/api/v1/crates/a/owners", "Owners(\"a\", Add)"),
            ("GET", "/_control/log", "Control(\"GET log\")"),
            ("POST", "/index/1/a", "Unknown"),
        ];
        for (method, path, expected) in table {
            let method = method.parse().expect("a method");
            assert_eq!(format!("{:?}", Call::parse(&method, path)), expected, "{method} {path}");
        }
    }
}
