//! The nouns everything else is made of: names, versions, digests, packages and their graph.
//!
//! Values only. Nothing here knows where a value came from or what will be done with it. Read
//! `package.rs` first, then `graph.rs`.

mod digest;
pub mod graph;
mod name;
mod nearest;
mod package;
mod path;
mod pre_id;
mod text;
mod time;
mod version;

pub use digest::{Digest, Oid, PlanId};
pub use name::{InvalidName, PackageName, RegistryName};
pub use nearest::nearest;
pub use package::{Edge, EdgeKind, External, Package, PackageMetadata, PublishTo, Workspace};
pub use path::RelPath;
pub use pre_id::{InvalidPreId, PreId};
pub use text::{is_unseen, visible};
pub use time::{Timestamp, length};
pub use version::{Bump, Impact, Version, VersionReq, breaks, bump_between};
