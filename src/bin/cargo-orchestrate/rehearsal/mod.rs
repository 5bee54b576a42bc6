//! The dress rehearsal: a whole release and its rollback where nothing leaves this machine.
//!
//! It needs somewhere to publish to: [`registry`] is the embedded registry, which the tests and the
//! demo use as well; [`stand_in`] makes Cargo take it for the registry that a workspace names.
//! [`stage`] sets up the throw-away clone and remote, [`consumer`] uses what was released.

pub(crate) mod registry;
pub(crate) mod stand_in;
pub(crate) mod stage;
pub(crate) mod consumer;
