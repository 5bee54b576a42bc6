//! What the proxy saw: one request, what became of it, and how the world stood at that moment.

use super::fault::Operation;
use std::collections::BTreeMap;

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub operation: Operation,
    pub method: String,
    pub path: String,
    /// Empty where it is about none.
    pub package: String,
    pub version: String,
    /// On publish: the packages that it needs.
    pub needs: Vec<String>,
    /// On publish: a digest of the package's bytes that were sent.
    pub bytes: Option<u64>,
    /// Names of the faults that struck it.
    pub faults: Vec<String>,
    /// Whether a fault struck that may cost one more try.
    pub spoiled: bool,
    /// What the registry answered, where it was asked.
    pub answered: Option<u16>,
    /// Whether the registry did what was asked.
    pub done: bool,
    /// What the client was told, where it was told anything.
    pub told: Option<u16>,
    /// What a read told the client as a whole.
    pub shown: Vec<Shown>,
    /// On writes: how the world stood when the request came.
    pub witness: Option<Witness>,
}

/// A version as the index or the web API showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub version: String,
    pub checksum: String,
    pub yanked: bool,
}

/// How the world stood when a write came.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Whether the journal on disk says that this write was begun.
    pub intent: bool,
    /// The refs of the remote: name and object.
    pub remote: BTreeMap<String, String>,
}

impl Exchange {
    /// `PUT lib2 0.3.0 [reset] 200 -> -`.
    pub fn line(&self) -> String {
        let code = |status: Option<u16>| status.map_or_else(|| "-".into(), |it| it.to_string());
        let faults = if self.faults.is_empty() {
            String::new()
        } else {
            format!(" [{}]", self.faults.join(", "))
        };
        let what = if self.package.is_empty() {
            self.path.clone()
        } else {
            format!("{:?} {} {}", self.operation, self.package, self.version)
        };
        let (answered, told) = (code(self.answered), code(self.told));
        format!("{} {}{faults} {answered} -> {told}", self.method, what.trim_end())
    }
}

/// FNV-1a: equal bytes are what matters, not who could forge them.
pub fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
