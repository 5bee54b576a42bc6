//! Which of the uploads that can start go first: those that most others wait for.

use crate::plan::{Action, Step};
use std::collections::HashMap;

/// Uploads under way at once. More would only queue up at the registry, and each one is a request
/// of which nobody knows how it went if this process dies.
pub(super) const AT_ONCE: usize = 8;

/// The uploads among `ready` that start together: those first that most other uploads wait for,
/// directly or not, and in the order of the plan where as many do. The ready steps that are no
/// uploads wait for another turn.
///
/// A registry that refused several for too many requests is tried with one of them; the next
/// follows once that was taken.
pub(super) fn together<'a>(
    steps: &'a [Step],
    ready: &[&'a Step],
    is_throttled: &dyn Fn(&Step) -> bool,
) -> Vec<&'a Step> {
    let uploads = ready.iter().copied().filter(|step| matches!(step.action, Action::Upload(_)));
    let mut uploads: Vec<&Step> = uploads.collect();
    if uploads.len() > 1 {
        let dependents = Dependents::of(steps);
        uploads.sort_by_cached_key(|step| std::cmp::Reverse(dependents.count(step)));
    }
    let mut again = Vec::new();
    uploads.retain(|step| match &step.action {
        Action::Upload(upload) if is_throttled(step) => {
            let is_first = !again.contains(&&upload.registry);
            again.push(&upload.registry);
            is_first
        }
        _ => true,
    });
    uploads.truncate(AT_ONCE);
    uploads
}

/// Who needs whom, the other way round.
struct Dependents<'a> {
    steps: &'a [Step],
    places: HashMap<&'a str, usize>,
    of: Vec<Vec<usize>>,
}

impl<'a> Dependents<'a> {
    fn of(steps: &'a [Step]) -> Self {
        let places: HashMap<&str, usize> =
            steps.iter().enumerate().map(|(place, step)| (step.id.0.as_str(), place)).collect();
        let mut of = vec![Vec::new(); steps.len()];
        for (place, step) in steps.iter().enumerate() {
            for need in step.needs.iter().filter_map(|need| places.get(need.0.as_str())) {
                of[*need].push(place);
            }
        }
        Self { steps, places, of }
    }

    /// How many uploads cannot start before this step is done.
    fn count(&self, step: &Step) -> usize {
        let mut reached = vec![false; self.steps.len()];
        let mut left: Vec<usize> =
            self.places.get(step.id.0.as_str()).copied().into_iter().collect();
        let mut count = 0;
        while let Some(place) = left.pop() {
            for next in &self.of[place] {
                if !std::mem::replace(&mut reached[*next], true) {
                    count += usize::from(matches!(self.steps[*next].action, Action::Upload(_)));
                    left.push(*next);
                }
            }
        }
        count
    }
}
