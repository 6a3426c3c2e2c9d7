//! Errors of lookups. Each names the service and the address.

use std::time::Duration;

/// A request that gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{service}: {failure} ({address})")]
pub struct LookupError {
    /// The name of the service.
    pub service: &'static str,
    /// The address that was asked.
    pub address: String,
    /// The cause.
    pub failure: RequestFailure,
}

/// The reason why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFailure {
    /// The cache has no answer, and the network may not be used.
    #[error("not in the cache")]
    Offline,
    /// Not an HTTP address.
    #[error("invalid address")]
    Address,
    /// No connection, or one that broke.
    #[error("cannot connect: {0}")]
    Connection(String),
    /// No complete answer in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The body ended early.
    #[error("the answer was cut off")]
    Truncated,
    /// The body is larger than allowed.
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// A status that means failure.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The service asks for a longer pause than is worth waiting for.
    #[error("the server asks to wait {} s", .0.as_secs())]
    RateLimit(Duration),
    /// More redirects than are followed.
    #[error("too many redirects")]
    Redirects,
    /// An address in a private network, to which a redirect or an entry leads.
    #[error("requests to the private address {0} are not allowed")]
    PrivateAddress(String),
    /// The service failed before, so it is not asked again in this run.
    #[error("not asked again, because it failed before: {0}")]
    Closed(Box<RequestFailure>),
    /// The answer is not what the service documents.
    #[error("unexpected answer: {0}")]
    Malformed(String),
}

impl RequestFailure {
    /// Returns whether another try may succeed.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Timeout(_) | Self::Truncated => true,
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..),
            _ => false,
        }
    }
}
