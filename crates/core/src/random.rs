//! Randomness, as a port: codes, ids and keys ask for it, tests decide what it gives.

use aws_lc_rs::rand::SecureRandom;

/// A source of uniform random bytes fit for secrets.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source, through aws-lc.
#[derive(Debug, Default)]
pub struct SystemEntropy {
    source: aws_lc_rs::rand::SystemRandom,
}

impl SystemEntropy {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.source.fill(bytes).expect("the operating system gives random bytes");
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
