//! Chance that repeats itself: the same seed rolls the same numbers.

/// SplitMix64.
pub struct Dice(u64);

impl Dice {
    /// Dice for the `i`th user.
    pub fn new(seed: u64, i: usize) -> Dice {
        let mut dice = Dice(seed ^ (i as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        dice.roll();
        dice
    }

    /// 64 random bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// So many hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from_digit(self.below(16) as u32, 16).unwrap_or('0'))
            .collect()
    }

    /// So many decimal digits, the first not 0.
    pub fn digits(&mut self, length: usize) -> String {
        let mut out = String::from("1");
        out.extend((1..length).map(|_| char::from(b'0' + self.below(10) as u8)));
        out
    }
}
