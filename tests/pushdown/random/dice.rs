//! Chance that a seed repeats.

use fastrand::Rng;

/// Rolls the same for the same seed.
pub struct Dice(Rng);

impl Dice {
    /// Dice of this seed.
    pub fn new(seed: u64) -> Dice {
        Dice(Rng::with_seed(seed))
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.usize(..n)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A copy of one of these texts.
    pub fn text(&mut self, from: &[String]) -> String {
        from[self.below(from.len())].clone()
    }
}
