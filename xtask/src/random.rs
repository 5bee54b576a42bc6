//! Numbers that look random and are the same for the same seed.

/// `SplitMix64`.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a count fits");
        usize::try_from(self.next() % end).expect("it is below a count")
    }

    /// Whether something happens that happens in so many of a hundred cases.
    pub(crate) fn is_within(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// At least 0, below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        let thousandths = u32::try_from(self.next() % 1_000_000).expect("below a million");
        f64::from(thousandths) / 1_000_000.0
    }
}
