//! The dress rehearsal: a whole release and its rollback where nothing leaves this machine.
//!
//! It needs somewhere to publish to, and that is [`registry`]: the embedded registry, which the
//! tests and the demo use as well.

pub(crate) mod registry;
