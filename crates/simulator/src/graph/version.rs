//! The version in a path, and the one that serves it.

const OLDEST_LIVE: u32 = 21;
const NEWEST: u32 = 26;

/// The version that serves a call which names `segment`, or `None` if that names no version.
///
/// An expired version is served by the oldest live one, and one that is still to come by the newest.
pub(super) fn serving(segment: &str) -> Option<u32> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    let is_number = |text: &str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(major) || !is_number(minor) {
        return None;
    }
    Some(major.parse::<u32>().ok()?.clamp(OLDEST_LIVE, NEWEST))
}

/// Serves a call that names none.
pub(super) const UNVERSIONED: u32 = OLDEST_LIVE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_version_is_served_by_the_oldest_live_one() {
        let cases = [
            ("v16.0", Some(21)),
            ("v21.0", Some(21)),
            ("v25.0", Some(25)),
            ("v26.0", Some(26)),
            ("v99.0", Some(26)),
            ("v25", None),
            ("25.0", None),
            ("v.0", None),
            ("420033001177550", None),
        ];
        for (segment, version) in cases {
            assert_eq!(serving(segment), version, "{segment}");
        }
    }
}
