//! The one HTTP client: polite to services, and suspicious of what they send.
//!
//! At most one connection per host is open at a time, requests keep the distance that the service asks for, and
//! failures are tried again a few times with growing pauses. A service that keeps failing is not asked again, so
//! that it does not hold up the others. Redirects are followed by hand, because each one may lead to another host.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::HeaderMap;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy};

use super::address::{self, Address};
use super::cache::{self, Cache, CachedAnswer};
use super::error::{LookupError, RequestFailure};

/// The largest body that is read, in bytes.
const LARGEST_BODY: u64 = 8 << 20;

/// The maximal number of redirects.
const MOST_REDIRECTS: usize = 5;

/// The maximal number of attempts of a request.
const TRIES: u32 = 3;

/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// After how many failed requests in a row a host is not asked again.
const MOST_FAILURES: u32 = 2;

/// The time for one request if nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

/// The use of the network and the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkMode {
    /// Answers of the last week come from the cache.
    #[default]
    Normal,
    /// Every answer comes from the cache, however old.
    Offline,
    /// Every answer is asked for again.
    Refresh,
}

/// The settings of a client.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server that replaces every service, if any; the host is the first segment of the path there.
    pub base: Option<String>,
    /// Servers that replace single hosts: the host, and the address of a mirror, for example.
    pub bases: Vec<(String, String)>,
    /// API keys: the name of the service, in whatever case, and its key.
    pub keys: Vec<(String, String)>,
    /// The address by which services can reach the user.
    pub email: Option<String>,
    /// The time for one request.
    pub timeout: Duration,
    /// The use of the network and the cache.
    pub mode: NetworkMode,
    /// The file of the cache; without one, nothing is kept.
    pub cache: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: None,
            bases: Vec::new(),
            keys: Vec::new(),
            email: None,
            timeout: DEFAULT_TIMEOUT,
            mode: NetworkMode::Normal,
            cache: None,
        }
    }
}

/// The place of a service's API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyPlace {
    /// In a header with this name.
    Header(&'static str),
    /// In a parameter of the query with this name.
    Parameter(&'static str),
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct ClientRequest<'a> {
    /// The name of the service, for messages.
    pub(super) service: &'static str,
    pub(super) address: &'a str,
    /// The formats that are wanted, as in the header `Accept`.
    pub(super) accept: &'static str,
    /// The least distance between two requests to this host. A stand-in server has no such rules.
    pub(super) interval: Duration,
    /// Whether a person named the host, which may be one in their own network then.
    pub(super) may_be_private: bool,
    /// The place of the API key, if the service has keys.
    pub(super) key: Option<KeyPlace>,
}

impl<'a> ClientRequest<'a> {
    pub(super) fn new(service: &'static str, address: &'a str, accept: &'static str) -> Self {
        Self {
            service,
            address,
            accept,
            interval: Duration::ZERO,
            may_be_private: false,
            key: None,
        }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct ClientResponse {
    /// The address that answered, after redirects.
    pub(super) address: String,
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
    /// The date it was fetched: `2026-11-28`.
    pub(super) date: String,
}

impl From<CachedAnswer> for ClientResponse {
    fn from(answer: CachedAnswer) -> Self {
        Self {
            address: answer.address,
            status: answer.status,
            content_type: answer.content_type,
            body: answer.body,
            date: cache::date(answer.fetched_at),
        }
    }
}

impl ClientResponse {
    /// Returns the body as text. It is UTF-8 if it can be, whatever the server says; otherwise in the encoding that
    /// the server names, or Windows-1252.
    pub(super) fn text(&self) -> String {
        if let Ok(text) = std::str::from_utf8(&self.body) {
            return text.trim_start_matches('\u{feff}').to_owned();
        }
        let label = self
            .content_type
            .split(';')
            .filter_map(|parameter| parameter.trim().strip_prefix("charset="))
            .next()
            .unwrap_or_default();
        let encoding = encoding_rs::Encoding::for_label(label.trim_matches('"').as_bytes())
            .filter(|encoding| *encoding != encoding_rs::UTF_8)
            .unwrap_or(encoding_rs::WINDOWS_1252);
        encoding.decode(&self.body).0.into_owned()
    }
}

/// The state of a host during a run.
#[derive(Default)]
struct Host {
    /// The time the next request may be sent.
    next: Option<Instant>,
    /// The distance that its answers ask for.
    interval: Duration,
    /// The number of failed requests since the last successful one.
    failures: u32,
    /// The reason why it is not asked any more.
    closed: Option<RequestFailure>,
}

/// The answer to one request, before redirects are followed.
struct Hop {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The HTTP client of a run.
pub struct Client {
    settings: Settings,
    base: Option<String>,
    agent: Agent,
    /// An agent that does not connect to private addresses.
    public_agent: Agent,
    hosts: Mutex<HashMap<String, Arc<Mutex<Host>>>>,
    cache: Option<Cache>,
}

impl Client {
    /// Returns a client. Nothing is sent until the first request.
    pub fn new(settings: Settings) -> Self {
        let base = settings.base.as_deref().map(str::trim);
        let base = base.filter(|base| !base.is_empty());
        let base = base.map(|base| base.trim_end_matches('/').to_owned());
        let proxy = if base.is_some() {
            None
        } else {
            Proxy::try_from_env()
        };
        let agent = Agent::new_with_config(config(&settings, proxy.clone()));
        // A proxy may be in the user's own network, and resolves names itself.
        let public_agent = if proxy.is_some() || base.is_some() {
            agent.clone()
        } else {
            Agent::with_parts(
                config(&settings, None),
                DefaultConnector::default(),
                PublicResolver::default(),
            )
        };
        let cache = settings.cache.as_deref().and_then(Cache::open);
        Self {
            settings,
            base,
            agent,
            public_agent,
            hosts: Mutex::default(),
            cache,
        }
    }

    /// Returns today's date: `2026-11-28`.
    pub fn today() -> String {
        cache::date(cache::now())
    }

    /// Gets an answer from the cache or the network. Statuses that say that there is no such thing (404, 410 and so
    /// on) are answers; other failures are errors.
    pub(super) fn get(&self, request: &ClientRequest<'_>) -> Result<ClientResponse, LookupError> {
        self.answer(request).map_err(|failure| LookupError {
            service: request.service,
            address: request.address.to_owned(),
            failure,
        })
    }

    fn answer(&self, request: &ClientRequest<'_>) -> Result<ClientResponse, RequestFailure> {
        let base = self.base.as_deref().unwrap_or_default();
        let key = format!("{base} {} {}", request.accept, request.address);
        let cached = self.cache.as_ref().and_then(|cache| cache.get(&key));
        let mode = self.settings.mode;
        if mode == NetworkMode::Offline {
            return cached
                .map(ClientResponse::from)
                .ok_or(RequestFailure::Offline);
        }
        if mode == NetworkMode::Normal
            && let Some(cached) = &cached
            && cached.is_fresh()
        {
            return Ok(cached.clone().into());
        }
        let (hop, address) = self.follow(request, cached.as_ref())?;
        let answer = match cached {
            Some(cached) if hop.status == 304 => CachedAnswer {
                fetched_at: cache::now(),
                ..cached
            },
            _ => {
                let header = |name: &str| {
                    let value = hop.headers.get(name)?;
                    Some(value.to_str().ok()?.to_owned())
                };
                CachedAnswer {
                    address,
                    status: hop.status,
                    content_type: header("content-type").unwrap_or_default(),
                    etag: header("etag"),
                    last_modified: header("last-modified"),
                    fetched_at: cache::now(),
                    body: hop.body,
                }
            }
        };
        match answer.status {
            200..300 | 404 | 406 | 410 => {}
            status => return Err(RequestFailure::Status(status)),
        }
        if let Some(cache) = &self.cache {
            cache.put(&key, &answer);
        }
        Ok(answer.into())
    }

    /// Sends a request and follows redirects. Returns the last answer and its public address.
    fn follow(
        &self,
        request: &ClientRequest<'_>,
        cached: Option<&CachedAnswer>,
    ) -> Result<(Hop, String), RequestFailure> {
        let mut public = request.address.to_owned();
        let mut actual = self.actual(&public).ok_or(RequestFailure::Address)?;
        if !request.may_be_private {
            self.check_public(&public)?;
        }
        let mut agent = if request.may_be_private || self.base_of(&public).is_some() {
            &self.agent
        } else {
            &self.public_agent
        };
        // The key is a secret between the user and this service: it is neither part of the address that is kept
        // and shown, nor sent to where a redirect leads.
        let mut key = self.key(request);
        for _ in 0..=MOST_REDIRECTS {
            let hop = self.send(request, agent, &public, &actual, cached, key.take())?;
            let location = hop.headers.get("location");
            let Some(location) = location.filter(|_| is_redirect(hop.status)) else {
                return Ok((hop, public));
            };
            let location = location.to_str().map_err(|_| RequestFailure::Address)?;
            let target = address::join(&actual, location).ok_or(RequestFailure::Address)?;
            public = self.public(&target).unwrap_or(target);
            self.check_public(&public)?;
            actual = self.actual(&public).ok_or(RequestFailure::Address)?;
            agent = if self.base_of(&public).is_some() {
                &self.agent
            } else {
                &self.public_agent
            };
        }
        Err(RequestFailure::Redirects)
    }

    /// Rejects an address in a private network.
    fn check_public(&self, public: &str) -> Result<(), RequestFailure> {
        let host = Address::parse(public)
            .ok_or(RequestFailure::Address)?
            .host();
        if address::is_private_host(host) {
            return Err(RequestFailure::PrivateAddress(host.to_owned()));
        }
        Ok(())
    }

    /// Returns the server that replaces only the host of an address.
    fn base_of(&self, public: &str) -> Option<&str> {
        let authority = Address::parse(public)?.authority;
        let bases = &self.settings.bases;
        let (_, base) = bases
            .iter()
            .find(|(host, _)| host.eq_ignore_ascii_case(authority))?;
        Some(base.trim_end_matches('/'))
    }

    /// Returns the address to connect to: with a base for everything, the host becomes the first segment of the path;
    /// with a base for this host, that takes its place.
    fn actual(&self, public: &str) -> Option<String> {
        let Address {
            authority, rest, ..
        } = Address::parse(public)?;
        Some(match (&self.base, self.base_of(public)) {
            (Some(base), _) => format!("{base}/{authority}{rest}"),
            (None, Some(base)) => format!("{base}{rest}"),
            (None, None) => public.to_owned(),
        })
    }

    /// Returns the public address of one below a base.
    fn public(&self, actual: &str) -> Option<String> {
        if let Some(base) = self.base.as_deref() {
            let rest = actual.strip_prefix(base)?;
            return Some(format!("https://{}", rest.strip_prefix('/')?));
        }
        self.settings.bases.iter().find_map(|(host, base)| {
            let rest = actual.strip_prefix(base.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("https://{host}{rest}"))
        })
    }

    /// Returns the API key for a request, and where it goes.
    fn key(&self, request: &ClientRequest<'_>) -> Option<(KeyPlace, &str)> {
        let place = request.key?;
        let keys = &self.settings.keys;
        let (_, key) = keys
            .iter()
            .find(|(service, _)| service.eq_ignore_ascii_case(request.service))?;
        Some((place, key))
    }

    fn host(&self, public: &str) -> Arc<Mutex<Host>> {
        let authority = Address::parse(public).map_or("", |address| address.authority);
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(authority.to_ascii_lowercase()).or_default())
    }

    /// Sends one request, if necessary several times, while no other is sent to the host.
    fn send(
        &self,
        request: &ClientRequest<'_>,
        agent: &Agent,
        public: &str,
        actual: &str,
        cached: Option<&CachedAnswer>,
        key: Option<(KeyPlace, &str)>,
    ) -> Result<Hop, RequestFailure> {
        let host = self.host(public);
        let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &host.closed {
            return Err(RequestFailure::Closed(Box::new(failure.clone())));
        }
        let mut pause = Duration::from_millis(500).min(self.settings.timeout / 4);
        let mut tries = 0;
        let failure = loop {
            if let Some(next) = host.next {
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            let sent = Instant::now();
            let result = self.send_once(request, agent, actual, cached, key);
            tries += 1;
            let interval = if self.base.is_some() {
                Duration::ZERO
            } else {
                request.interval
            };
            let mut asked_pause = None;
            if let Ok(hop) = &result {
                if let Some(distance) = rate(&hop.headers) {
                    host.interval = distance.min(LONGEST_PAUSE);
                }
                asked_pause = retry_after(&hop.headers)
                    .filter(|_| hop.status >= 400 || is_redirect(hop.status));
            }
            host.next = Some(sent + host.interval.max(interval));
            let failure = match result {
                Ok(hop) if hop.status >= 400 => RequestFailure::Status(hop.status),
                Ok(hop) => {
                    host.failures = 0;
                    return Ok(hop);
                }
                Err(failure) => failure,
            };
            if let RequestFailure::Status(404 | 406 | 410) = failure {
                host.failures = 0;
                return Ok(Hop {
                    status: if let RequestFailure::Status(status) = failure {
                        status
                    } else {
                        404
                    },
                    headers: HeaderMap::new(),
                    body: Vec::new(),
                });
            }
            if let Some(asked) = asked_pause.filter(|asked| *asked > LONGEST_PAUSE) {
                let failure = RequestFailure::RateLimit(asked);
                host.closed = Some(failure.clone());
                return Err(failure);
            }
            if !failure.is_temporary() || tries == TRIES {
                break failure;
            }
            host.next = Some(Instant::now() + asked_pause.unwrap_or(pause));
            pause *= 2;
        };
        if failure.is_temporary() {
            host.failures += 1;
            if host.failures >= MOST_FAILURES {
                host.closed = Some(failure.clone());
            }
        }
        Err(failure)
    }

    fn send_once(
        &self,
        request: &ClientRequest<'_>,
        agent: &Agent,
        actual: &str,
        cached: Option<&CachedAnswer>,
        key: Option<(KeyPlace, &str)>,
    ) -> Result<Hop, RequestFailure> {
        let timeout = self.settings.timeout;
        let failed = |error: ureq::Error| failure(&error, timeout);
        let mut builder = agent.get(actual).header("accept", request.accept);
        match key {
            Some((KeyPlace::Header(name), key)) => builder = builder.header(name, key),
            Some((KeyPlace::Parameter(name), key)) => builder = builder.query(name, key),
            None => {}
        }
        if let Some(cached) = cached {
            if let Some(etag) = &cached.etag {
                builder = builder.header("if-none-match", etag);
            }
            if let Some(date) = &cached.last_modified {
                builder = builder.header("if-modified-since", date);
            }
        }
        let response = builder.call().map_err(failed)?;
        let (head, body) = response.into_parts();
        let status = head.status.as_u16();
        let mut bytes = Vec::new();
        // The text of a failure or a redirect is of no use.
        if (200..300).contains(&status) {
            body.into_reader()
                .take(LARGEST_BODY + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => RequestFailure::Truncated,
                    _ => failed(ureq::Error::from(error)),
                })?;
            if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_BODY) {
                return Err(RequestFailure::TooLarge(LARGEST_BODY));
            }
        }
        Ok(Hop {
            status,
            headers: head.headers,
            body: bytes,
        })
    }
}

fn config(settings: &Settings, proxy: Option<Proxy>) -> Config {
    let contact = settings.email.as_deref().map(|email| {
        // A line break would start another header.
        let email: String = email.chars().filter(char::is_ascii_graphic).collect();
        format!(" (mailto:{email})")
    });
    let agent = format!(
        "peerbib/{}{}",
        env!("CARGO_PKG_VERSION"),
        contact.unwrap_or_default()
    );
    Agent::config_builder()
        .user_agent(agent)
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(settings.timeout))
        .timeout_connect(Some(settings.timeout / 2))
        .max_idle_connections_per_host(1)
        .build()
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn failure(error: &ureq::Error, timeout: Duration) -> RequestFailure {
    match error {
        ureq::Error::Timeout(_) => RequestFailure::Timeout(timeout),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            RequestFailure::Timeout(timeout)
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            RequestFailure::PrivateAddress(error.to_string())
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => RequestFailure::Address,
        ureq::Error::Io(error) => RequestFailure::Connection(error.to_string()),
        error => RequestFailure::Connection(error.to_string()),
    }
}

/// Returns the distance between requests that an answer asks for: `x-rate-limit-limit` requests in each
/// `x-rate-limit-interval`.
fn rate(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let limit: u32 = header("x-rate-limit-limit")?.trim().parse().ok()?;
    let interval = header("x-rate-limit-interval").unwrap_or("1s").trim();
    let (number, unit) = match interval.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (interval.trim_end_matches('s'), 1.0),
    };
    let seconds: f64 = number.parse().ok()?;
    let distance = Duration::try_from_secs_f64(seconds * unit).ok()?;
    distance.checked_div(limit)
}

/// Returns the pause that an answer asks for: seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let seconds = http_date(text)? - cache::now();
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// Returns the time of an HTTP date (RFC 9110) in seconds since 1970: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, date) = text.split_once(", ")?;
    let mut words = date.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = i64::try_from(MONTHS.find(words.next()?)? / 3 + 1).ok()?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(str::parse::<i64>);
    let mut next = || time.next()?.ok();
    let seconds = next()? * 3600 + next()? * 60 + next()?;
    // The inverse of `cache::date`.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + seconds)
}

/// Resolves names, but to no address in a private network. A name of the public Internet may lead there.
#[derive(Debug, Default)]
struct PublicResolver(DefaultResolver);

impl Resolver for PublicResolver {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        match found.iter().find(|found| address::is_private(found.ip())) {
            None => Ok(found),
            Some(private) => Err(ureq::Error::Io(std::io::Error::new(
                std::io::ErrorKind::PermissionDenied,
                private.ip().to_string(),
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_rate_is_that_of_the_headers() {
        let distance = |limit, interval| {
            rate(&headers(&[
                ("x-rate-limit-limit", limit),
                ("x-rate-limit-interval", interval),
            ]))
        };
        assert_eq!(distance("50", "1s"), Some(Duration::from_millis(20)));
        assert_eq!(distance("30", "1m"), Some(Duration::from_secs(2)));
        assert_eq!(distance("0", "1s"), None);
        assert_eq!(distance("50", "-1s"), None);
    }

    #[test]
    fn retry_after_is_in_seconds_or_a_date() {
        let pause = |value| retry_after(&headers(&[("retry-after", value)]));
        assert_eq!(pause("3"), Some(Duration::from_secs(3)));
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(
            http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(pause("soon"), None);
    }

    #[test]
    fn with_a_base_the_host_is_the_first_segment_of_the_path() {
        let client = Client::new(Settings {
            base: Some("http://127.0.0.1:8080/".to_owned()),
            ..Settings::default()
        });
        let actual = "http://127.0.0.1:8080/doi.org/10.1000/xyz?a=b";
        let public = "https://doi.org/10.1000/xyz?a=b";
        assert_eq!(client.actual(public).as_deref(), Some(actual));
        assert_eq!(client.public(actual).as_deref(), Some(public));
        assert_eq!(client.public("http://10.0.0.1/x"), None);
    }
}
