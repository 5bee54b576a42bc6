//! What a registry refuses about a packed package, found before it is sent.

use super::{Fault, metadata, secret, severity};
use crate::facts::{Contents, Entry, EntryKind};
use crate::manifest::PackedManifest;
use crate::model::RelPath;
use crate::plan::{Finding, Upload};
use crate::policy::Policy;

/// crates.io takes no larger archive.
const ARCHIVE_LIMIT_BYTES: u64 = 10 * 1024 * 1024;
/// crates.io unpacks no more than this.
pub const UNPACKED_LIMIT_BYTES: u64 = 512 * 1024 * 1024;
/// No manifest is read any further.
pub const MANIFEST_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

const MANIFEST: &str = "Cargo.toml";

/// All that keeps a packed package from being published; `manifest` is where a person edits it.
#[must_use]
pub fn contents(
    upload: &Upload,
    contents: &Contents,
    manifest: &RelPath,
    policy: &Policy,
) -> Vec<Finding> {
    let severe = severity(policy, &upload.registry);
    let leave_out = format!("leave files out with `exclude` in {manifest}");
    let mut findings = Vec::new();
    for (code, what, size, limit) in [
        ("archive-too-large", "its archive has", contents.size_bytes, ARCHIVE_LIMIT_BYTES),
        ("unpacked-too-large", "it unpacks to", contents.unpacked_bytes, UNPACKED_LIMIT_BYTES),
    ] {
        if size > limit {
            let text = format!("{what} {}, crates.io takes {}", mebibytes(size), mebibytes(limit));
            findings.push(severe(code, text).hint(leave_out.clone()));
        }
    }
    if let Some(why) = &contents.broken {
        let text = format!("its archive cannot be read: {why}");
        findings.push(Finding::error("bad-archive", text).hint("pack it again"));
    }
    findings.extend(contents.entries.iter().filter_map(|entry| bad_entry(upload, entry)));
    findings
        .extend(contents.entries.iter().filter_map(|entry| leak(upload, entry, manifest, policy)));
    if contents.broken.is_none() && contents.unpacked_bytes <= UNPACKED_LIMIT_BYTES {
        findings.extend(in_manifest(upload, contents, manifest, policy));
    }
    findings.into_iter().map(|finding| finding.about(&upload.package)).collect()
}

/// One place behind the point, rounded up: what is a byte too large must not look as if it fit.
fn mebibytes(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1024 * 1024;
    let tenths = (bytes * 10).div_ceil(MEBIBYTE);
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        rest => format!("{}.{rest} MiB", tenths / 10),
    }
}

/// An entry that no registry unpacks.
fn bad_entry(upload: &Upload, entry: &Entry) -> Option<Finding> {
    let folder = format!("{}-{}", upload.package, upload.version);
    let mut parts = entry.path.trim_end_matches('/').split('/');
    let is_inside =
        parts.next() == Some(folder.as_str()) && parts.all(|part| !["", ".", ".."].contains(&part));
    let why = if !entry.is_utf8 {
        "its name is no UTF-8"
    } else if !is_inside {
        "it lies outside of the package's folder"
    } else if entry.kind == EntryKind::Other {
        "it is neither file nor folder"
    } else {
        return None;
    };
    let text = format!("no registry takes `{}`: {why}", entry.path);
    Some(Finding::error("bad-entry", text).hint("rename it, or leave it out with `exclude`"))
}

/// A file that nobody means to publish; what is published cannot be taken back.
fn leak(upload: &Upload, entry: &Entry, manifest: &RelPath, policy: &Policy) -> Option<Finding> {
    let below = entry.below();
    if entry.kind != EntryKind::File || policy.allows_packed(&upload.package, below) {
        return None;
    }
    if let Some(real) = &entry.outside {
        return Some(outside_repository(below, real, manifest));
    }
    let why = secret::reason(entry)?;
    let text = format!("`{below}` would be published, and it {why}");
    Some(Finding::error("packed-secret", text).hint(left_out(below, manifest)))
}

/// A packed file that comes from outside of the repository, where nobody sees what it holds.
pub(crate) fn outside_repository(below: &str, real: &str, manifest: &RelPath) -> Finding {
    let text = format!("`{below}` is packed from outside of the repository: {real}");
    Finding::error("outside-repository", text).hint(left_out(below, manifest))
}

fn left_out(below: &str, manifest: &RelPath) -> String {
    format!(
        "add \"{below}\" to `exclude` in {manifest}; if it is meant for everybody, add \
         `allow-packed = [\"{below}\"]` to `[package.metadata.orchestrate]` there"
    )
}

fn in_manifest(
    upload: &Upload,
    contents: &Contents,
    path: &RelPath,
    policy: &Policy,
) -> Vec<Finding> {
    let named = contents.entries.iter().map(Entry::below);
    let named: Vec<&str> = named.filter(|below| below.eq_ignore_ascii_case(MANIFEST)).collect();
    if named != [MANIFEST] {
        let text = match named.as_slice() {
            [] => "it has no `Cargo.toml`".to_owned(),
            names => format!("it has `{}` in place of one `Cargo.toml`", names.join("`, `")),
        };
        return vec![Finding::error("no-manifest", text).hint(format!("look beside {path}"))];
    }
    let unreadable = |why: String| {
        let text = format!("its `Cargo.toml` cannot be read: {why}");
        vec![Finding::error("bad-manifest", text).hint(format!("look at {path}"))]
    };
    let read = match contents.manifest.as_deref().map(PackedManifest::parse) {
        Some(Ok(read)) => read,
        Some(Err(why)) => return unreadable(why),
        None => return unreadable("it is no text".to_owned()),
    };
    let (name, version) = (upload.package.as_str(), upload.version.to_string());
    if read.name.as_deref() != Some(name) || read.version != Some(version) {
        return unreadable(format!("it is not the one of {upload}"));
    }
    let severe = severity(policy, &upload.registry);
    let count = read.dependencies.len();
    let mut faults = metadata::faults(name, &upload.version, &read.metadata, count);
    faults.extend(dependencies(&read, upload));
    let finding =
        |fault: Fault| severe(fault.code, fault.text).hint(format!("{} in {path}", fault.fix));
    faults.into_iter().map(finding).collect()
}

fn dependencies(read: &PackedManifest, upload: &Upload) -> Vec<Fault> {
    let mut faults = Vec::new();
    for dependency in &read.dependencies {
        let to = &dependency.name;
        if dependency.requirement.as_deref().is_none_or(|it| it.trim() == "*") {
            let text = format!("its requirement on {to} is `*`, which crates.io refuses");
            faults.push(Fault::new(
                "wildcard-requirement",
                text,
                format!("name a version of {to}"),
            ));
        }
        if let Some(registry) =
            dependency.registry.as_ref().filter(|_| upload.registry.is_crates_io())
        {
            let text =
                format!("crates.io takes no dependency on another registry: {to} in `{registry}`");
            faults.push(Fault::new("foreign-registry", text, format!("drop `registry` from {to}")));
        }
    }
    faults
}

#[cfg(test)]
#[path = "contents_tests.rs"]
mod tests;
