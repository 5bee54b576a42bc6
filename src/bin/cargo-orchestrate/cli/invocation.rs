//! What was asked for on the command line, as plain values.

use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::facts::EditWish;
use cargo_orchestrate::facts::changeset::Level;
use cargo_orchestrate::model::{PackageName, RegistryName, Version};
use cargo_orchestrate::plan::Verification;
use cargo_orchestrate::rollback::{DownstreamWish, Way};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A command line that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub global: Global,
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Global {
    /// Where to work instead of the current folder.
    pub directory: Option<PathBuf>,
    /// The manifest of the workspace, or of a member; relative to `directory`.
    pub manifest_path: Option<PathBuf>,
    /// Whether neither a registry nor the remote may be asked.
    pub offline: bool,
    pub colour: Colour,
    pub verbosity: Verbosity,
    pub format: MessageFormat,
}

impl Global {
    /// The flags that lead to the same workspace again, each behind a space.
    pub(crate) fn place(&self) -> String {
        let directory = self.directory.iter().map(|path| format!(" -C {}", shell_word(path)));
        let manifest = self.manifest_path.iter();
        let manifest = manifest.map(|path| format!(" --manifest-path {}", shell_word(path)));
        directory.chain(manifest).collect()
    }
}

/// The path as one word of a command line.
pub(crate) fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,=".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Colour {
    /// On a terminal, unless the environment forbids it.
    #[default]
    Auto,
    Always,
    Never,
}

/// How much to say beside the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Nothing but errors and questions.
    Quiet,
    #[default]
    Normal,
    Verbose,
}

/// For whom to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MessageFormat {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON object a line on stdout.
    Json,
}

/// A command with what belongs to it.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    Plan(Plan),
    Publish(Publish),
    YankRollback(YankRollback),
    Change(Change),
    Status(Status),
    Verify(Verify),
    Impact(Impact),
    Rehearse(Rehearse),
    Registry(Registry),
}

/// What to release, and where to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub request: Request,
    /// The registry all packages go to, instead of the ones their manifests name.
    pub registry: Option<RegistryName>,
    pub push: Push,
    /// What the packed packages must stand before they go out.
    pub verification: Verification,
    /// Whether requirements that a rollback pinned may be published.
    pub publish_pins: bool,
    /// What this replaces, and what is yanked after it.
    pub hotfix_of: Option<String>,
}

impl Selection {
    /// The flags that select the same again, each behind a space; empty for everything.
    pub(crate) fn flags(&self) -> String {
        let only = self.request.only.iter().map(|name| format!(" -p {name}"));
        let exclude = self.request.exclude.iter().map(|name| format!(" --exclude {name}"));
        let bumps = self.request.bumps.iter().map(|(name, bump)| match bump {
            RequestedBump::Part(part) => format!(" --bump {name}={part}"),
            RequestedBump::Exactly(version) => format!(" --bump {name}={version}"),
        });
        let pre = self.request.pre.iter().map(|id| format!(" --pre {id}"));
        let pre_of = self.request.pre_of.iter().map(|(name, id)| format!(" --pre {name}={id}"));
        let finish = self.request.finish.then(|| " --finish".to_owned());
        let finish_of = self.request.finish_of.iter().map(|name| format!(" --finish {name}"));
        let hotfix =
            (self.request.hotfix && self.hotfix_of.is_none()).then(|| " --hotfix".to_owned());
        let lines = hotfix.into_iter().chain(pre).chain(pre_of).chain(finish_of).chain(finish);
        let registry = self.registry.iter().map(|name| format!(" --registry {name}"));
        let push = (self.push == Push::Nothing).then(|| " --no-push".to_owned());
        let verify = (self.verification == Verification::None).then(|| " --no-verify".to_owned());
        let pins = self.publish_pins.then(|| " --publish-pins".to_owned());
        let ways = registry.chain(push).chain(verify).chain(pins);
        only.chain(exclude).chain(bumps).chain(lines).chain(ways).collect()
    }
}

/// Whether branch and tags go to the remote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Push {
    #[default]
    ToRemote,
    /// Nothing leaves the repository but the packages.
    Nothing,
}

/// Whether the question before the irreversible was answered beforehand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Ask on the terminal; without one, refuse.
    #[default]
    Ask,
    /// `--yes`.
    Given,
}

/// What `--explain` asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Explained {
    /// The package of this name, else the rule with this id.
    Either(PackageName),
    /// The rule with this id, whatever packages are called; all of them when it is empty.
    Rule(String),
}

/// `plan`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub selection: Selection,
    /// Show what this is about instead of the table.
    pub explain: Option<Explained>,
    /// Show how it differs from the plan in this file instead of the table.
    pub diff: Option<PathBuf>,
    /// How to write it; when not given, as the name of the file says, and a table on stdout.
    pub format: Option<PlanFormat>,
    /// Keep the plan in these files.
    pub output: Vec<PathBuf>,
    /// Whether an empty plan is an answer of its own (exit 4).
    pub require_changes: bool,
    /// Whether to make the edits that mend dev-dependencies, instead of planning.
    pub fix: bool,
}

/// How a plan is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanFormat {
    Table,
    Json,
    Markdown,
    Dot,
    Mermaid,
    Svg,
}

/// `publish`.
#[derive(Debug, Clone)]
pub(crate) struct Publish {
    pub selection: Selection,
    /// The saved plan to carry out, instead of a fresh one.
    pub plan: Option<PathBuf>,
    pub consent: Consent,
    /// How long this run may wait in all for rate limits and for versions to show.
    pub max_wait: Duration,
    /// How long to wait for another process that holds the lock on the remote.
    pub wait_lock: Duration,
    /// Whether to give up the unfinished release instead of finishing it.
    pub abandon: bool,
}

/// `yank-rollback`.
#[derive(Debug, Clone)]
pub(crate) struct YankRollback {
    pub target: RollbackTarget,
    /// What becomes of the workspace; as configured when nobody says.
    pub way: Option<Way>,
    /// Whether the last live version of a package may go.
    pub allow_last: bool,
    /// Why, for whoever asks the registry.
    pub reason: Option<String>,
    /// The folder for drafts of advisories.
    pub advisory: Option<PathBuf>,
    /// The commits that a hotfix takes on top of the last good release.
    pub picks: Vec<String>,
    pub consent: Consent,
    /// Whether to show what would be done and stop there.
    pub plan_only: bool,
    /// How to write that; as a table, or as the name of the file says, when not given.
    pub format: Option<PlanFormat>,
    /// The files to keep it in.
    pub output: Vec<PathBuf>,
    pub push: Push,
    /// What may be done in repositories downstream.
    pub downstream: DownstreamWish,
    /// How long this run may wait in all.
    pub max_wait: Duration,
    /// How long to wait for another process that holds the lock on the remote.
    pub wait_lock: Duration,
}

/// What a rollback is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RollbackTarget {
    /// Take back the release of this run, or what was tagged so; the last release when not named.
    Release(Option<String>),
    /// Take these versions back.
    Versions(Vec<(PackageName, Version)>),
    /// Take everything back that was released after this revision or release.
    Since(String),
    /// Take this rollback back; the last one when not named.
    Undo(Option<String>),
    /// Lift the pins of this rollback; of all when not named.
    Unpin(Option<String>),
}

/// `verify`.
#[derive(Debug, Clone)]
pub(crate) struct Verify {
    /// The last finished release where none is named.
    pub of: RollbackTarget,
}

/// `change`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    /// The packages and levels given; asked for on a terminal when there are none.
    pub intents: Vec<(PackageName, Level)>,
    /// The text given; asked for on a terminal when there is none.
    pub message: Option<String>,
}

/// `status`.
#[derive(Debug, Clone)]
pub(crate) enum Status {
    /// Manifest, tag and registry side by side.
    Ledgers,
    /// The versions, tags and commits of this past release, or of all, looked up again.
    Verification { release: Option<String> },
    /// The packages that changed without a changeset, since this revision or their last releases.
    Changesets { since: Option<String> },
}

/// `impact`.
#[derive(Debug, Clone)]
pub(crate) struct Impact {
    pub of: ImpactOf,
    /// What to write on a branch of each repository, if anything.
    pub edit: Option<EditWish>,
    /// Whether those branches go to the remotes.
    pub push: Push,
}

/// What comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImpactOf {
    /// What the plan in this file brings; a fresh one without.
    Plan(Option<PathBuf>),
    /// What goes when this is taken back.
    Rollback(RollbackTarget),
}

/// `rehearse`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rehearse {
    pub selection: Selection,
    /// Whether the throw-away clone and registry stay for a look.
    pub keep: bool,
}

/// `registry`: the embedded registry on its own, for tests and demonstrations.
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    pub listen: SocketAddr,
    /// The token that uploads and yanks must carry; anything goes when not given.
    pub token: Option<String>,
    /// The index to answer from for packages that are not here.
    pub upstream: Option<String>,
    /// Whether only what no registry can store is refused.
    pub is_private: bool,
    /// Whether it wants the token for reading, too.
    pub auth_required: bool,
    /// Whether faults can be ordered over HTTP.
    pub control: bool,
}
