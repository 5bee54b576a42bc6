//! Where credentials are found, and where they are not given out.

use super::*;
use crate::registry::config::tests::{configuration, configuration_in_checkout, name};

type Variable<'a> = Option<(&'a str, &'a str)>;
type Variables<'a> = &'a [(&'a str, &'a str)];

const CONFIG: &str = r#"
    [registries.lib]
    index = "sparse+http://127.0.0.1:8000/"
    token = "from-config"
"#;

fn check(config: &str, file: &str, variables: &[(&str, &str)], of: &str, expected: &str) {
    let (configuration, _directory) = configuration(config, file, variables, &[]);
    let credential = credential(&configuration, &name(of), &Purpose::Read);
    let text = match credential {
        Ok(provided) => provided.secret.expose().to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(text, expected);
}

#[test]
fn a_token_comes_from_the_environment_then_the_credentials_then_the_configuration() {
    let file = "[registry]\ntoken = 'io-file'\n[registries.lib]\ntoken = 'lib-file'\n";
    let io = ("CARGO_REGISTRY_TOKEN", "io-env");
    let lib = ("CARGO_REGISTRIES_LIB_TOKEN", "lib-env");
    check(CONFIG, "", &[], "lib", "from-config");
    check(CONFIG, file, &[], "lib", "lib-file");
    check(CONFIG, file, &[lib], "lib", "lib-env");
    check(CONFIG, file, &[lib], "crates-io", "io-file");
    check(CONFIG, file, &[io], "crates-io", "io-env");
    let missing = "no credential for registry `crates-io`: run `cargo login`, or set \
                   `CARGO_REGISTRY_TOKEN`";
    check("", "", &[lib], "crates-io", missing);
}

#[test]
fn a_broken_credentials_file_is_not_quoted() {
    let (configuration, directory) = configuration("", "[registry]\ntoken = s3cret", &[], &[]);
    let error = credential(&configuration, &name("crates-io"), &Purpose::Read)
        .expect_err("the file is no TOML");
    let path = directory.path().join("home/credentials.toml");
    assert_eq!(error.to_string(), format!("could not read `{}`", path.display()));
}

#[test]
fn a_stand_in_never_sees_the_real_token() {
    let variables = [("CARGO_REGISTRY_TOKEN", "real")];
    let stand_ins = [("crates-io", "sparse+http://127.0.0.1:1/")];
    let (configuration, _directory) = configuration("", "", &variables, &stand_ins);
    let provided = credential(&configuration, &name("crates-io"), &Purpose::Read);
    assert_eq!(provided.expect("a token").secret.expose(), crate::registry::STAND_IN_TOKEN);
}

#[test]
fn the_checkout_has_no_say_in_where_a_credential_goes() {
    let check = |checkout: &str, variables: &[(&str, &str)], expected: &str| {
        let mut all = vec![("CARGO_REGISTRY_TOKEN", "t0")];
        all.extend(variables);
        let (configuration, _directory) =
            configuration_in_checkout("[http]\ntimeout = 5\n", checkout, &all);
        let credential = credential(&configuration, &name("crates-io"), &Purpose::Read);
        let text =
            credential.map_or_else(|error| error.to_string(), |it| it.secret.expose().into());
        assert!(text.starts_with(expected), "{text}");
    };
    let evil = "[http]\nproxy = 'http://evil:1'\n[registry]\ncredential-provider = ['x', 'y']";
    let refused = "the workspace's own Cargo configuration sets `http.proxy`, \
                   `registry.credential-provider`, which could get at the credential";
    check("", &[], "t0");
    check("[http]\ntimeout = 7", &[], "t0");
    check("[registry]\nglobal-credential-providers = ['cargo:token']", &[], "t0");
    check(evil, &[], refused);
    check("[http]\nproxy = 'http://mine:1'", &[(TRUST, "1")], "t0");
}

#[cfg(unix)]
#[test]
fn a_program_may_print_the_token() {
    let config =
        "[registry]\ncredential-provider = ['cargo:token-from-stdout', 'echo', '{index_url}']";
    check(config, "", &[], "crates-io", "https://github.com/rust-lang/crates.io-index");
    let by_variable =
        [("CARGO_REGISTRIES_LIB_CREDENTIAL_PROVIDER", "cargo:token-from-stdout echo hi")];
    check(CONFIG, "", &by_variable, "lib", "hi");
}

#[test]
fn a_provider_is_named_by_registry_or_for_all_by_alias_or_by_path() {
    let alias = "[credential-alias]\nvault = ['cargo:token-from-stdout', 'echo', 'from-alias']\n\
                 plain = 'cargo:token'\nstore = 'cargo:libsecret'\nlost = '/nowhere/vault'\n";
    let lib = "[registries.lib]\nindex = 'sparse+http://127.0.0.1:8000/'\ntoken = 'from-config'\n";
    let variable = |value| ("CARGO_REGISTRIES_LIB_CREDENTIAL_PROVIDER", value);
    let all = "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS";
    let cases: [(&str, Variable<'_>, &str); 12] = [
        ("", None, "from-config"),
        ("credential-provider = 'vault'", None, "from-alias"),
        ("credential-provider = ['vault']", None, "from-alias"),
        ("", Some(variable("vault")), "from-alias"),
        ("", Some(variable("plain")), "from-config"),
        ("credential-provider = 'vault'", Some(variable("cargo:token")), "from-config"),
        // The last one that is named for all is asked first; one that is none here is passed over.
        ("", Some((all, "cargo:token vault")), "from-alias"),
        ("", Some((all, "vault cargo:token")), "from-config"),
        ("", Some((all, "cargo:token cargo:wincred")), "from-config"),
        (
            "",
            Some(variable("lost")),
            "credential provider `/nowhere/vault` could not be started: No such file or directory (os error 2)",
        ),
        ("", Some(variable("cargo:token-from-stdout")), "from-config"),
        ("credential-provider = 'cargo:paseto'", None, "from-config"),
    ];
    for (line, variable, expected) in cases {
        let path = std::env::var("PATH").expect("a path");
        let variables: Vec<(&str, &str)> =
            variable.into_iter().chain([("PATH", path.as_str())]).collect();
        check(&format!("{lib}{line}\n{alias}"), "", &variables, "lib", expected);
    }
}

#[test]
fn what_is_sure_to_fail_is_known_without_asking() {
    let path = std::env::var("PATH").expect("a path");
    let table = [
        (
            "",
            "",
            "no credential for registry `crates-io`: run `cargo login`, or set `CARGO_REGISTRY_TOKEN`",
        ),
        ("[registry]\ncredential-provider = ['sh', 'x']", "", "found"),
        (
            "[registry]\ncredential-provider = 'no-such-program'",
            "",
            "credential provider `no-such-program` is not there",
        ),
        (
            "[registry]\ncredential-provider = '/nowhere/x'",
            "",
            "credential provider `/nowhere/x` is not there",
        ),
        #[cfg(target_os = "linux")]
        (
            "[registry]\ncredential-provider = 'cargo:libsecret'",
            "",
            "credential provider `cargo:libsecret` answers nobody but Cargo: set `CARGO_REGISTRY_TOKEN`, \
             or `CARGO_REGISTRY_CREDENTIAL_PROVIDER=\"cargo:token-from-stdout secret-tool lookup \
             url https://github.com/rust-lang/crates.io-index\"`",
        ),
        #[cfg(not(target_os = "macos"))]
        (
            "[registry]\ncredential-provider = 'cargo:macos-keychain'",
            "",
            "credential provider `cargo:macos-keychain` is one of another system, and no other is \
             configured: set `CARGO_REGISTRY_TOKEN`",
        ),
        #[cfg(not(target_os = "macos"))]
        (
            "[registry]\nglobal-credential-providers = ['cargo:token', 'cargo:macos-keychain']",
            "[registry]\ntoken = 'good'",
            "found",
        ),
        ("", "[registry]\ntoken = 'good'", "found"),
        (
            "",
            "[registry]\ntoken = ''",
            "no credential for registry `crates-io`: run `cargo login`, or set `CARGO_REGISTRY_TOKEN`",
        ),
        (
            "",
            "[registry]\ntoken = \"a\\nb\"",
            "the credential for registry `crates-io` cannot be sent in a header",
        ),
    ];
    for (config, file, expected) in table {
        let (configuration, _directory) = configuration(config, file, &[("PATH", &path)], &[]);
        let outlook = outlook(&configuration, &name("crates-io"));
        let said = outlook.map_or_else(|error| error.to_string(), |()| "found".to_owned());
        assert_eq!(said, expected, "{config} {file}");
    }
}

#[test]
fn a_checkout_neither_moves_a_registry_nor_hides_that_it_defines_one() {
    let home = "[registries.lib]\nindex = 'sparse+https://mine/'\n";
    let moved = "[registries.lib]\nindex = 'sparse+https://evil/'\n";
    let same = "[registries.lib]\nindex = 'sparse+https://mine/'\n";
    let other = "[registries.new-one]\nindex = 'sparse+https://theirs/'\n";
    let variable = ("CARGO_REGISTRIES_LIB_INDEX", "sparse+https://mine/");
    let outside = ("CARGO_REGISTRIES_NEW_ONE_INDEX", "sparse+https://theirs/");
    let table: [(&str, Variables<'_>, &str, &str); 6] = [
        ("", &[], "", ""),
        (moved, &[], "registries.lib.index", ""),
        (moved, &[variable], "", ""),
        (same, &[], "", ""),
        (other, &[], "", "new-one"),
        (other, &[outside], "", ""),
    ];
    for (checkout, variables, risky, own) in table {
        let (configuration, _directory) = configuration_in_checkout(home, checkout, variables);
        assert_eq!(configuration.risky.join(" "), risky, "{checkout} {variables:?}");
        let names: Vec<&str> = configuration.own.iter().map(RegistryName::as_str).collect();
        assert_eq!(names.join(" "), own, "{checkout} {variables:?}");
    }
}
