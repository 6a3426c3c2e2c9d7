//! A small pool of threads for requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The number of simultaneous requests. Each goes to another host, because a host gets one at a time.
const THREADS: usize = 6;

/// Applies a function to all items in a few threads. `on_done` is called after each, with its index. The results
/// are in the order of the items.
pub fn map_in_parallel<T: Sync, R: Send>(
    items: &[T],
    function: impl Fn(&T) -> R + Sync,
    on_done: impl Fn(usize) + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else {
                        return;
                    };
                    let result = function(item);
                    on_done(index);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
