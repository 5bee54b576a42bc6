//! Files that nobody means to publish, by their names and by what they begin with.

use crate::facts::Entry;

/// Whole names.
const NAMES: [&str; 15] = [
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".vault-token",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
];

/// Endings of files that hold keys.
const ENDINGS: [&str; 6] = [".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"];

/// What an `.env` may be followed by where it is there to be copied.
const TEMPLATES: [&str; 6] = ["example", "sample", "template", "dist", "defaults", "schema"];

/// Endings of sources and texts, which may tell of credentials and quote keys.
const TEXTS: [&str; 8] = [".rs", ".md", ".adoc", ".html", ".py", ".js", ".ts", ".sh"];

/// Why a packed file looks like a secret; nothing when it does not.
pub(super) fn reason(entry: &Entry) -> Option<&'static str> {
    let below = entry.below().to_ascii_lowercase();
    let name = below.rsplit('/').next().unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if NAMES.contains(&name) {
        return Some("is a file that holds credentials by its name");
    }
    if let Some(rest) = name.strip_prefix(".env.")
        && !TEMPLATES.contains(&rest.rsplit('.').next().unwrap_or(rest))
    {
        return Some("is a file that holds credentials by its name");
    }
    let is_text = ends(&TEXTS);
    if name.split('.').next() == Some("credentials") && !is_text {
        return Some("is a file that holds credentials by its name");
    }
    if ends(&ENDINGS) {
        return Some("holds keys by its name");
    }
    let is_private = |label: &String| label.ends_with("PRIVATE KEY");
    if entry.pem_labels.iter().any(is_private) && !is_text {
        return Some("holds a private key");
    }
    // Certificates and public keys are for everybody.
    (ends(&[".pem"]) && entry.pem_labels.is_empty()).then_some("holds keys by its name")
}

#[test]
fn a_secret_is_known_by_its_name_or_by_the_key_in_it() {
    let table = [
        (".env", "", true),
        ("config/.ENV", "", true),
        (".env.production", "", true),
        (".env.example", "", false),
        (".env.local.sample", "", false),
        ("environment", "", false),
        (".npmrc", "", true),
        ("a/.netrc", "", true),
        ("id_rsa", "", true),
        ("id_rsa.pub", "", false),
        ("id_ed25519", "", true),
        ("credentials", "", true),
        (".cargo/credentials.toml", "", true),
        ("aws/Credentials.csv", "", true),
        ("src/credentials.rs", "", false),
        ("docs/credentials.md", "", false),
        ("src/credentials/mod.rs", "", false),
        ("tests/key.pem", "", true),
        ("tests/cert.pem", "CERTIFICATE", false),
        ("tests/chain.pem", "CERTIFICATE,PRIVATE KEY", true),
        ("tests/fixture.txt", "OPENSSH PRIVATE KEY", true),
        ("src/lib.rs", "RSA PRIVATE KEY", false),
        ("store.p12", "", true),
        ("Cargo.toml", "", false),
    ];
    for (path, labels, expected) in table {
        let labels = labels.split(',').filter(|label| !label.is_empty());
        let entry = Entry {
            path: format!("a-1.0.0/{path}"),
            pem_labels: labels.map(ToOwned::to_owned).collect(),
            ..Entry::default()
        };
        assert_eq!(reason(&entry).is_some(), expected, "{path}");
    }
}
