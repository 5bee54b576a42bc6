//! The registry itself, without a socket: a request in, a delivery out.

use super::answer::{Answer, Asked, Delivery, Refusal};
use super::call::{Call, Flag};
use super::fault::{Ambush, Fault, Faults};
use super::fetch::FetchError;
use super::limit::Limits;
use super::log::{Entry, Log};
use super::shelf::Shelf;
use super::trusted::Trusted;
use super::upload::Upload;
use super::upstream::Upstream;
use super::{Options, Statuses, change, control, publish, read};
use cargo_orchestrate::model::Digest;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// One registry: what it holds, what stands behind it, and how it is told to misbehave.
pub(super) struct Server {
    pub(super) options: Options,
    /// `http://127.0.0.1:PORT`.
    pub(super) origin: String,
    pub(super) upstream: Option<Upstream>,
    shelf: Mutex<Shelf>,
    faults: Mutex<Faults>,
    log: Mutex<Log>,
    trusted: Mutex<Trusted>,
    limits: Mutex<Limits>,
    /// Connections that were accepted so far.
    pub(super) connections: AtomicUsize,
}

impl Server {
    /// An empty registry that is reached at `origin`.
    pub(super) fn new(options: Options, origin: String, upstream: Option<Upstream>) -> Self {
        Self {
            options,
            origin,
            upstream,
            shelf: Mutex::default(),
            faults: Mutex::default(),
            log: Mutex::default(),
            trusted: Mutex::default(),
            limits: Mutex::default(),
            connections: AtomicUsize::new(0),
        }
    }

    /// What is held. No request may be sent while this is locked.
    pub(super) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules in force.
    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What trusted publishing gave out.
    pub(super) fn trusted(&self) -> MutexGuard<'_, Trusted> {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many uploads are taken.
    pub(super) fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests so far.
    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The urls by which clients may mean this registry.
    pub(super) fn own_urls(&self) -> Vec<String> {
        let index = format!("{}/index/", self.origin);
        vec![format!("sparse+{index}"), index]
    }

    /// Answers a request, as the faults in force would have it. Blocks: for upstream, and for as
    /// long as a fault delays the answer.
    pub(super) fn answer(&self, asked: &Asked) -> Delivery {
        let call = Call::parse(&asked.method, &asked.path);
        if let Call::Control(what) = &call {
            return Delivery::Whole(control::answer(self, what, asked));
        }
        let upload = (call == Call::Publish).then(|| Upload::parse(&asked.body));
        let mut entry = entry(asked, &call, upload.as_ref());
        let faults = match entry.operation {
            Some(operation) => self.faults().strike(operation, entry.package.as_deref()),
            None => Vec::new(),
        };
        entry.faults = faults.iter().map(Fault::kind).collect();
        let order = self.log().begin(entry);
        pause(&faults, Ambush::Before);
        let delivery = match instead(&faults) {
            Some(delivery) => delivery,
            None => spoil(self.handle(asked, &call, upload, &faults), &faults),
        };
        pause(&faults, Ambush::After);
        let (status, error) = match &delivery {
            Delivery::Whole(answer) | Delivery::Cut(answer, _) => {
                (Some(answer.status), first_error(answer))
            }
            Delivery::Reset => (None, None),
        };
        self.log().end(order, status, error);
        delivery
    }

    fn handle(
        &self,
        asked: &Asked,
        call: &Call,
        upload: Option<Result<Upload, Refusal>>,
        faults: &[Fault],
    ) -> Answer {
        self.true_answer(asked, call, upload, faults).unwrap_or_else(|refusal| {
            let mut answer = refusal.answer();
            if *call == Call::Publish && self.options.statuses == Statuses::CratesIo {
                answer.status = 200;
            }
            if answer.status == 401 {
                answer = answer.header("www-authenticate", "Cargo");
            }
            answer
        })
    }

    fn true_answer(
        &self,
        asked: &Asked,
        call: &Call,
        upload: Option<Result<Upload, Refusal>>,
        faults: &[Fault],
    ) -> Result<Answer, Refusal> {
        self.admit(asked, call)?;
        match (call, upload) {
            (Call::Publish, Some(upload)) => publish::publish(self, asked, &upload?, faults),
            (Call::IndexConfig, _) => Ok(read::config(self)),
            (Call::IndexEntry(name), _) => read::entry(self, asked, name, faults),
            (Call::Download(release), _) => read::download(self, release),
            (Call::Package(name), _) => read::package(self, name),
            (Call::Version(release), _) => read::version(self, release),
            (Call::SiteMetadata, _) => Ok(read::site_metadata()),
            (Call::Exchange, _) => {
                let authority = self.origin.trim_start_matches("http://");
                self.trusted().exchange(&asked.body, authority)
            }
            (Call::Revoke, _) => self.trusted().revoke(asked),
            (Call::Yank(release, flag), _) => {
                change::yank(self, release, *flag == Flag::Set, None, faults)
            }
            (Call::Amend(release), _) => change::amend(self, release, &asked.body, faults),
            (Call::Owners(name, what), _) => change::owners(self, name, *what, &asked.body),
            _ => Err(Refusal::new(404, "Not Found")),
        }
    }

    /// Turns away who may not ask. An upload is looked at first, as crates.io does.
    fn admit(&self, asked: &Asked, call: &Call) -> Result<(), Refusal> {
        let api = asked.path.starts_with("/api/") && !matches!(call, Call::Download(_));
        let agent = asked.header(http::header::USER_AGENT).unwrap_or_default();
        if api && agent.is_empty() {
            return Err(Refusal::forbidden(
                "We require that all requests include a `User-Agent` header (API data access \
                 policy, https://crates.io/data-access).",
            ));
        }
        if call.writes() && *call != Call::Publish {
            return self.authorize(asked);
        }
        if self.options.auth_required && !call.writes() {
            return self.authorize(asked).map_err(|refusal| Refusal { status: 401, ..refusal });
        }
        Ok(())
    }

    /// Turns away who may not publish this package.
    pub(super) fn authorize_upload(
        &self,
        asked: &Asked,
        package: &str,
        is_new: bool,
    ) -> Result<(), Refusal> {
        let sent = asked.header(http::header::AUTHORIZATION).unwrap_or_default();
        if Trusted::is_token(sent) {
            return self.trusted().publish(sent, package, is_new);
        }
        self.authorize(asked)
    }

    /// Compares the token.
    pub(super) fn authorize(&self, asked: &Asked) -> Result<(), Refusal> {
        let Some(token) = &self.options.token else { return Ok(()) };
        match asked.header(http::header::AUTHORIZATION) {
            None | Some("") => Err(Refusal::forbidden("this action requires authentication")),
            Some(sent) if sent == token => Ok(()),
            Some(sent) if Trusted::is_token(sent) => Err(Refusal::forbidden(
                "Trusted Publishing tokens can only be used for publishing crates",
            )),
            Some(_) => Err(Refusal::forbidden("authentication failed")),
        }
    }
}

/// Upstream did not answer: a gateway's error, so that nobody takes it for an absence.
impl From<FetchError> for Refusal {
    fn from(error: FetchError) -> Self {
        Self::new(502, format!("could not {error}"))
    }
}

fn entry(asked: &Asked, call: &Call, upload: Option<&Result<Upload, Refusal>>) -> Entry {
    let upload = upload.and_then(|upload| upload.as_ref().ok());
    let sent = upload.map(|upload| &upload.metadata);
    Entry {
        order: 0,
        method: asked.method.to_string(),
        path: asked.path.clone(),
        operation: call.operation(),
        package: sent.map(|sent| sent.name.as_str()).or(call.package()).map(Into::into),
        version: sent.map(|sent| sent.vers.as_str()).or(call.version()).map(Into::into),
        checksum: upload.map(|upload| Digest::of(&upload.crate_file).to_string()),
        status: None,
        error: None,
        faults: Vec::new(),
    }
}

fn first_error(answer: &Answer) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    body["errors"][0]["detail"].as_str().map(Into::into)
}

fn pause(faults: &[Fault], now: Ambush) {
    let length: Duration = faults.iter().map(|fault| fault.delay(now)).sum();
    if !length.is_zero() {
        std::thread::sleep(length);
    }
}

/// What is delivered without looking at the request, if a fault says so.
fn instead(faults: &[Fault]) -> Option<Delivery> {
    faults.iter().find_map(|fault| match fault {
        Fault::Status { when: Ambush::Before, .. } => Some(Delivery::Whole(status(fault))),
        Fault::Reset { when: Ambush::Before } => Some(Delivery::Reset),
        Fault::EmptyOk {} => Some(Delivery::Whole(Answer::empty(200))),
        _ => None,
    })
}

/// What a fault makes of the true answer.
fn spoil(answer: Answer, faults: &[Fault]) -> Delivery {
    for fault in faults {
        match fault {
            Fault::Status { .. } => return Delivery::Whole(status(fault)),
            Fault::Reset { .. } => return Delivery::Reset,
            Fault::Truncate { keep_bytes } => {
                let keep = keep_bytes.unwrap_or(answer.body.len() / 2);
                return Delivery::Cut(answer, keep);
            }
            _ => {}
        }
    }
    Delivery::Whole(answer)
}

fn status(fault: &Fault) -> Answer {
    let Fault::Status { code, body, retry_after_seconds, .. } = fault else {
        return Answer::empty(500);
    };
    let answer = match body {
        Some(body) => Answer { body: body.clone().into_bytes(), ..Answer::empty(*code) },
        None => Refusal::new(*code, format!("status {code} by a fault rule")).answer(),
    };
    match retry_after_seconds {
        Some(seconds) => {
            let date = SystemTime::now() + Duration::from_secs(*seconds);
            answer.header("retry-after", httpdate::fmt_http_date(date))
        }
        None => answer,
    }
}
