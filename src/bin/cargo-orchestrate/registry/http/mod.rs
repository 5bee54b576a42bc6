//! One HTTP client on top of `curl`, set up the way Cargo sets up its own.
//!
//! Requests that change something travel alone on a connection of their own and are never
//! redirected, so that curl never sends them a second time. Reads share connections and, where the
//! server speaks HTTP/2, one connection. Read `client.rs` first.

mod body;
mod client;
mod error;
mod reader;
mod settings;
mod transfer;

pub(crate) use client::{Client, Reach, Sender};
pub(crate) use error::{HttpError, words};
pub(crate) use settings::Settings;
