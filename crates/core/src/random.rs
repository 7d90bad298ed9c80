//! Randomness, as a port: codes, ids and keys ask for it, tests decide what it gives.

use std::cell::RefCell;

use zeroize::Zeroize;

/// A source of uniform random bytes fit for secrets.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source, through aws-lc.
///
/// Each thread draws a few hundred bytes at once: asking for twelve costs as much. Bytes are wiped
/// as they are given out.
#[derive(Debug, Default)]
pub struct SystemEntropy;

const DRAWN: usize = 512;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct Drawn {
    bytes: [u8; DRAWN],
    given: usize,
}

thread_local! {
    static DRAWN_BYTES: RefCell<Drawn> =
        const { RefCell::new(Drawn { bytes: [0; DRAWN], given: DRAWN }) };
}

impl SystemEntropy {
    pub const fn new() -> Self {
        Self
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > DRAWN {
            return draw(bytes);
        }
        DRAWN_BYTES.with_borrow_mut(|drawn| {
            if drawn.given + bytes.len() > DRAWN {
                draw(&mut drawn.bytes);
                drawn.given = 0;
            }
            let next = &mut drawn.bytes[drawn.given..drawn.given + bytes.len()];
            bytes.copy_from_slice(next);
            next.zeroize();
            drawn.given += bytes.len();
        });
    }
}

fn draw(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
}

/// Random letters and digits: each carries almost six bits.
pub fn letters(entropy: &dyn Entropy, count: usize) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let [byte] = bytes::<1>(entropy);
        // 248 is the largest multiple of 62 in a byte: above it some letters would be likelier.
        if byte < 248 {
            text.push(char::from(BASE62[usize::from(byte % 62)]));
        }
    }
    text
}

/// `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_bytes_are_given_twice_on_any_thread() {
        let draw = || (0..5_000).map(|_| bytes::<16>(&SystemEntropy::new())).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
        let all: Vec<[u8; 16]> =
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();

        let different: HashSet<&[u8; 16]> = all.iter().collect();
        assert_eq!(different.len(), 20_000);
        assert!(!different.contains(&[0; 16]));
    }

    #[test]
    fn more_than_is_drawn_at_once_is_random_to_the_end() {
        let mut long = [0; 3 * DRAWN];
        SystemEntropy::new().fill(&mut long);

        assert!(long.chunks(32).all(|chunk| chunk != [0; 32]));
    }
}
