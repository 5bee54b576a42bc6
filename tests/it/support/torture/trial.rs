//! One row, tried: the first run under its fault, the documented resume, the verdict.

use super::super::snapshot::{differences, snapshot};
use super::check::Checker;
use super::fault::Operation;
use super::row::{Expect, Row};
use super::victim::Ran;
use super::world::{Template, World};
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// After so many resumes a release must be done.
const MOST_RESUMES: usize = 2;

/// What came of a row.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub id: &'static str,
    pub words: &'static str,
    /// Nothing, or why the expectation does not hold.
    pub missed: Option<String>,
    /// The properties that were broken, and how.
    pub violations: Vec<String>,
    /// How each run ended.
    pub codes: Vec<Option<i32>>,
    /// How many uploads were sent.
    pub puts: usize,
    pub seconds: f64,
    /// What was run and seen, for whoever looks into it.
    pub story: String,
}

impl Verdict {
    pub fn survived(&self) -> bool {
        self.missed.is_none()
    }

    /// Violations by which something was said that is not so.
    pub fn lies(&self) -> usize {
        self.violations.iter().filter(|it| it.starts_with("P7")).count()
    }
}

/// Tries a row.
pub fn run(program: &Path, row: &Row) -> Verdict {
    let template = Template::of(program, row.beginning);
    let world = template.copy(program);
    world.proxy.forget();
    let start = Instant::now();
    if let Some(act) = row.before {
        act(&world);
    }
    let check = Checker::new(&world, template, row);
    let mut trial = Trial { world: &world, template, row, check, runs: Vec::new() };
    let missed = trial.run().err();
    let violations = trial.check.violations.iter().cloned().collect::<Vec<_>>();
    let story = trial.story();
    let codes = trial.runs.iter().map(|ran| ran.code).collect();
    Verdict {
        id: row.id,
        words: row.words,
        missed,
        violations,
        codes,
        puts: trial.puts(),
        seconds: start.elapsed().as_secs_f64(),
        story,
    }
}

struct Trial<'a> {
    world: &'a World,
    template: &'a Template,
    row: &'a Row,
    check: Checker<'a>,
    runs: Vec<Ran>,
}

impl Trial<'_> {
    /// # Errors
    /// What was expected and did not come.
    fn run(&mut self) -> Result<(), String> {
        for (on, fault) in &self.row.faults {
            self.world.proxy.add(*on, *fault);
        }
        for (on, fault) in &self.row.armed {
            self.world.proxy.arm(*on, *fault);
        }
        let before = self.world.state();
        let known = self.world.scene.runs();
        let first = self.once();
        let all = format!("{}{}", first.stderr, first.stdout);
        if let Some(text) = self.row.says.iter().find(|text| !all.contains(**text)) {
            return Err(format!("it does not say `{text}`"));
        }
        self.world.proxy.clear();
        self.world.scene.wait_for_rivals();
        if let Some(act) = self.row.between {
            act(self.world);
        }
        match self.row.expect {
            Expect::Refused(codes) => {
                ends(&first, codes)?;
                return unchanged(&before, &self.world.state());
            }
            Expect::Decision => {
                ends(&first, &[105])?;
                let sent = self.puts();
                ends(&self.once(), &[105])?;
                return if self.puts() == sent { Ok(()) } else { Err("it sent more".to_owned()) };
            }
            Expect::Halts => {
                let sent = self.puts();
                let again = self.once();
                ends(&again, &[96, 97, 100, 105])?;
                return if self.puts() == sent { Ok(()) } else { Err("it sent more".to_owned()) };
            }
            Expect::Done => ends(&first, &[0])?,
            Expect::Stops(codes) => {
                if first.code != Some(0) {
                    ends(&first, codes)?;
                }
            }
            Expect::Killed if first.code.is_some() => {
                return Err(format!("nothing killed it, it ended with {:?}", first.code));
            }
            Expect::Killed | Expect::Somehow => {}
        }
        self.converge(&first, &known)?;
        self.idempotent()
    }

    fn once(&mut self) -> Ran {
        let mut victim = self.row.victim.clone();
        victim
            .environment
            .extend(self.row.told_once.get(self.runs.len()).cloned().into_iter().flatten());
        let ran = self.world.run(&victim);
        self.check.after(&ran);
        self.runs.push(ran.clone());
        ran
    }

    /// Resumes until it is done, and compares with an undisturbed world; `known` runs were there
    /// before.
    fn converge(&mut self, first: &Ran, known: &[PathBuf]) -> Result<(), String> {
        let mut code = first.code;
        let is_publish = self.row.victim.arguments[0] == "publish";
        if code.is_none() && !is_publish && self.world.scene.is_over(known) {
            // Nothing of it is left to go on with, and the same command would be about another one.
            code = Some(0);
        }
        // A resume that is disturbed itself does not count.
        let disturbed = !self.row.later.is_empty() || !self.row.told_once[1].is_empty();
        let most = MOST_RESUMES + usize::from(disturbed);
        for number in 1..=most {
            if code == Some(0) {
                break;
            }
            if number == 1 {
                for (on, fault) in &self.row.later {
                    self.world.proxy.add(*on, *fault);
                }
            }
            code = self.once().code;
            self.world.proxy.clear();
        }
        self.world.scene.wait_for_rivals();
        if self.row.own_end {
            return Ok(());
        }
        if code != Some(0) {
            return Err(format!("not done after {most} resumes: {code:?}"));
        }
        self.check.at_the_end();
        if let Some(puts) = self.row.puts.filter(|puts| *puts != self.puts()) {
            return Err(format!("{} uploads were sent instead of {puts}", self.puts()));
        }
        if self.row.own_tree {
            self.world.scene.git(&self.world.scene.work, &["switch", "--quiet", "main"]);
        }
        let mut wrong = differences(&self.template.calm, &snapshot(&self.world.sandbox));
        if self.row.own_tree {
            // Signs first: `- remote`, `+ tree`.
            let own = ["remote", "tree", "ahead", "status"];
            wrong.retain(|line| !own.iter().any(|word| line[2..].starts_with(word)));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    /// Once done, the same command does nothing.
    fn idempotent(&mut self) -> Result<(), String> {
        if self.row.own_tree
            || self.row.own_end
            || self.row.victim.arguments.first().is_none_or(|word| word != "publish")
        {
            return Ok(());
        }
        let (before, puts) = (self.world.state(), self.puts());
        let again = self.once();
        ends(&again, &[0]).map_err(|text| format!("once more: {text}"))?;
        if self.puts() != puts {
            return Err("once more it sent something".to_owned());
        }
        unchanged(&before, &self.world.state()).map_err(|text| format!("once more: {text}"))
    }

    fn puts(&self) -> usize {
        let exchanges = self.world.proxy.exchanges();
        exchanges.iter().filter(|it| it.operation == Operation::Publish).count()
    }

    fn story(&self) -> String {
        let mut story = String::new();
        for ran in &self.runs {
            let Ran { code, seconds, stderr, .. } = ran;
            writeln!(story, "ended with {code:?} after {seconds:.2} s\n{}", stderr.trim_end())
                .expect("a string takes more text");
            for line in ran.lines().into_iter().filter(|line| line["reason"] != "plan") {
                let said = line["text"].as_str().unwrap_or_default();
                let (reason, step) = (line["reason"].as_str(), line["step"].as_str());
                let words = [reason.unwrap_or_default(), step.unwrap_or_default(), said];
                writeln!(story, "  {}", words.join(" ")).expect("a string takes more text");
            }
        }
        for exchange in self.world.proxy.exchanges() {
            writeln!(story, "  {}", exchange.line()).expect("a string takes more text");
        }
        story
    }
}

fn ends(ran: &Ran, codes: &[i32]) -> Result<(), String> {
    match ran.code {
        Some(code) if codes.contains(&code) => Ok(()),
        code => Err(format!("it ended with {code:?} instead of {codes:?}")),
    }
}

fn unchanged(before: &str, after: &str) -> Result<(), String> {
    let wrong = differences(before, after);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!("it changed something: {}", wrong.join("; ")))
    }
}
