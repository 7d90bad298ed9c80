//! How many live pages are served at once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Of one page: tabs that somebody has open. Whoever comes after takes the place of the first,
/// because a browser that went away is noticed late.
const MOST_OF_PAGE: usize = 8;
const MOST: usize = 2_000;

/// The streams that are open.
#[derive(Default)]
pub(crate) struct Streams {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_page: HashMap<String, VecDeque<Arc<Notify>>>,
}

/// A stream that is open; it is closed when this is dropped.
pub(crate) struct Seat {
    streams: Arc<Streams>,
    page: String,
    is_taken: Arc<Notify>,
}

impl Streams {
    /// A seat for one more stream of a page; `None` while all are taken.
    pub(crate) fn enter(self: &Arc<Self>, page: &str) -> Option<Seat> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= MOST {
            return None;
        }
        open.all += 1;
        let is_taken = Arc::new(Notify::new());
        let seats = open.by_page.entry(page.to_owned()).or_default();
        seats.push_back(is_taken.clone());
        if seats.len() > MOST_OF_PAGE
            && let Some(first) = seats.pop_front()
        {
            first.notify_one();
        }
        Some(Seat { streams: self.clone(), page: page.to_owned(), is_taken })
    }
}

impl Seat {
    /// Comes back when somebody else has taken the seat.
    pub(crate) async fn taken(&self) {
        self.is_taken.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(seats) = open.by_page.get_mut(&self.page) else { return };
        seats.retain(|seat| !Arc::ptr_eq(seat, &self.is_taken));
        if seats.is_empty() {
            open.by_page.remove(&self.page);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_stream_too_many_ends_the_first_of_its_page() {
        let streams = Arc::new(Streams::default());
        let seats: Vec<Seat> = (0..9).filter_map(|_| streams.enter("a")).collect();
        let _other = streams.enter("b").unwrap();

        let taken: Vec<bool> =
            seats.iter().map(|seat| seat.taken().now_or_never().is_some()).collect();

        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
        assert!(taken[0]);
    }

    #[test]
    fn over_all_pages_there_is_an_end_and_nothing_is_remembered() {
        let streams = Arc::new(Streams::default());
        let seats: Vec<Seat> = (0..MOST).filter_map(|n| streams.enter(&n.to_string())).collect();

        assert_eq!(seats.len(), MOST);
        assert!(streams.enter("one more").is_none());

        drop(seats);
        let open = streams.open.lock().unwrap();
        assert_eq!((open.all, open.by_page.len()), (0, 0));
    }
}
