//! What a workspace's own configuration may not do to a credential.
//!
//! Cargo reads `.cargo/config.toml` of the checkout, and whoever can change that file could send a
//! token through a proxy of theirs, or have a program of theirs asked for it. Such settings count
//! only from outside of the repository.

use cargo_config2::{Config, CredentialProvider, PathAndArgs};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The variable that says the workspace's configuration may be trusted with credentials.
pub(super) const TRUST: &str = "CARGO_ORCHESTRATE_TRUST_WORKSPACE_CONFIG";

/// The folder around the repository of a workspace: its configuration is not the workspace's.
pub(super) fn outside(workspace_root: &Path) -> PathBuf {
    let repository = workspace_root.ancestors().find(|folder| folder.join(".git").exists());
    let folder = repository.unwrap_or(workspace_root);
    folder.parent().unwrap_or(folder).to_owned()
}

/// The registries that `inside` defines and nobody `outside` does.
pub(super) fn own(inside: &Config, outside: &Config) -> BTreeSet<String> {
    let index = |config: &Config, name: &String| config.registries.get(name)?.index.clone();
    let names = inside.registries.keys().filter(|name| index(inside, name).is_some());
    names.filter(|name| index(outside, name).is_none()).cloned().collect()
}

/// The settings of `inside` that could get at a credential and that `outside` does not make too,
/// sorted.
pub(super) fn risky(inside: &Config, outside: &Config) -> Vec<String> {
    let theirs = settings(outside);
    let added = settings(inside).into_iter().filter(|setting| !theirs.contains(setting));
    let mut keys: BTreeSet<String> = added.map(|(key, _)| key).collect();
    // A token that somebody has for a registry must not go to whom the checkout calls so.
    let index = |config: &Config, name: &String| config.registries.get(name)?.index.clone();
    let moved = inside.registries.keys().filter(|name| {
        let theirs = index(outside, name);
        theirs.is_some() && theirs != index(inside, name)
    });
    keys.extend(moved.map(|name| format!("registries.{name}.index")));
    keys.into_iter().collect()
}

/// The settings that could get at a credential, as key and value.
fn settings(config: &Config) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let mut add = |key: String, value: Option<String>| {
        all.extend(value.map(|value| (key, value)));
    };
    add("http.proxy".into(), config.http.proxy.clone());
    add("http.cainfo".into(), config.http.cainfo.clone());
    add("http.check-revoke".into(), config.http.check_revoke.map(|it| it.to_string()));
    let registry = &config.registry;
    let own = registry.credential_provider.as_ref();
    add("registry.credential-provider".into(), own.and_then(program));
    for provider in registry.global_credential_providers.as_ref() {
        add("registry.global-credential-providers".into(), program(provider));
    }
    for (name, table) in &config.registries {
        let key = format!("registries.{name}.credential-provider");
        add(key, table.credential_provider.as_ref().and_then(program));
    }
    for (alias, command) in &config.credential_alias {
        add(format!("credential-alias.{alias}"), Some(words(command)));
    }
    all
}

/// The program behind a provider; those built into Cargo are harmless.
fn program(provider: &CredentialProvider) -> Option<String> {
    match provider {
        CredentialProvider::CargoTokenFromStdout(command) | CredentialProvider::Plugin(command) => {
            Some(words(command))
        }
        CredentialProvider::Alias(alias) => Some(alias.clone()),
        _ => None,
    }
}

fn words(command: &PathAndArgs) -> String {
    let arguments = command.args.iter().map(|argument| argument.to_string_lossy());
    let path = command.path.to_string_lossy();
    std::iter::once(path).chain(arguments).collect::<Vec<_>>().join(" ")
}
