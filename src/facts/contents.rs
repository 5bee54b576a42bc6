//! What a packed package holds, as far as the rules of registries ask for it.

/// A packed package, read once from its beginning to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The size of the archive.
    pub size_bytes: u64,
    /// What it unpacks to; reading ends at the first byte above what any registry unpacks.
    pub unpacked_bytes: u64,
    /// What is in it, in its order.
    pub entries: Vec<Entry>,
    /// Its `Cargo.toml`, where it has one that is text.
    pub manifest: Option<String>,
    /// Why it could not be read to its end.
    pub broken: Option<String>,
}

/// One entry of the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// As the archive has it, with the package's folder; what is no UTF-8 is replaced.
    pub path: String,
    pub is_utf8: bool,
    pub kind: EntryKind,
    /// The labels of the PEM blocks in it, as `RSA PRIVATE KEY`.
    pub pem_labels: Vec<String>,
    /// Where its source really lies, when that is outside of the repository.
    pub outside: Option<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EntryKind {
    #[default]
    File,
    Folder,
    /// A link, a device or anything else.
    Other,
}

impl Entry {
    /// The path below the package's folder.
    #[must_use]
    pub fn below(&self) -> &str {
        self.path.split_once('/').map_or("", |(_, below)| below)
    }
}

/// The labels of the PEM blocks that begin at the start of a line.
#[must_use]
pub fn pem_labels(bytes: &[u8]) -> Vec<String> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let label = |line: &[u8]| {
        let rest = line.strip_prefix(BEGIN)?;
        let end = rest.windows(5).position(|dashes| dashes == b"-----")?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    };
    bytes.split(|&byte| byte == b'\n' || byte == b'\r').filter_map(label).collect()
}

#[test]
fn a_pem_block_is_known_by_its_first_line() {
    let text = "Bag Attributes\n-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\r\n\
                -----BEGIN RSA PRIVATE KEY-----\nx\n \"-----BEGIN PRIVATE KEY-----\"\n-----BEGIN x";
    assert_eq!(pem_labels(text.as_bytes()), ["CERTIFICATE", "RSA PRIVATE KEY"]);
    assert!(pem_labels(b"\xff\xfe-----BEGIN ").is_empty());
}
