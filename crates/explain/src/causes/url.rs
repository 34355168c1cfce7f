//! An external URL that is not quite the one that was signed.

use http::HeaderMap;
use http::header::HOST;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::case::{Case, Variants};
use crate::show::Show;

/// A URL in its parts: put together again, they are the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Url {
    scheme: String,
    host: String,
    /// With its colon.
    port: String,
    path: String,
    /// With its question mark, and whatever follows.
    query: String,
}

impl Url {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, rest) =
            rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))?;
        let (path, query) = rest.split_at_checked(rest.find('?').unwrap_or(rest.len()))?;
        let port = authority.rfind(':').filter(|&at| {
            authority
                .get(at + 1..)
                .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let (host, port) = authority.split_at_checked(port.unwrap_or(authority.len()))?;
        let [scheme, host, port, path, query] =
            [scheme, host, port, path, query].map(str::to_owned);
        Some(Self { scheme, host, port, path, query })
    }

    /// The parts that are not those of the other, for people.
    fn what_differs(&self, other: &Self, show: &Show) -> String {
        let parts = [
            ("scheme", &self.scheme, &other.scheme),
            ("host", &self.host, &other.host),
            ("port", &self.port, &other.port),
            ("path", &self.path, &other.path),
            ("query", &self.query, &other.query),
        ];
        let differing = parts.into_iter().filter(|(_, one, other)| one != other);
        let named = differing.map(|(name, one, _)| match one.as_str() {
            "" => format!("no {name}"),
            one => format!("the {name} {}", show.value(one.as_bytes())),
        });
        named.collect::<Vec<_>>().join(" and ")
    }

    fn text(&self) -> String {
        let Self { scheme, host, port, path, query } = self;
        format!("{scheme}://{host}{port}{path}{query}")
    }
}

pub(super) fn scheme(case: &Case) -> Variants<'_> {
    each(case, |url, _| {
        let scheme = if url.scheme.eq_ignore_ascii_case("https") { "http" } else { "https" };
        vec![Url { scheme: scheme.to_owned(), ..url.clone() }]
    })
}

pub(super) fn port(case: &Case) -> Variants<'_> {
    const PORTS: [&str; 8] = ["", ":443", ":80", ":8443", ":8080", ":3000", ":8000", ":5000"];
    each(case, |url, _| PORTS.map(|port| Url { port: port.to_owned(), ..url.clone() }).to_vec())
}

pub(super) fn trailing_slash(case: &Case) -> Variants<'_> {
    each(case, |url, _| {
        let path = match url.path.strip_suffix('/') {
            Some(path) => path.to_owned(),
            None => format!("{}/", url.path),
        };
        vec![Url { path, ..url.clone() }]
    })
}

/// The host in lower case, with or without `www.`, and those that the request names.
pub(super) fn host(case: &Case) -> Variants<'_> {
    each(case, |url, request| {
        let lower = url.host.to_ascii_lowercase();
        let www = match lower.strip_prefix("www.") {
            Some(host) => host.to_owned(),
            None => format!("www.{lower}"),
        };
        let mut hosts = vec![(lower, url.port.clone()), (www, url.port.clone())];
        for host in request.hosts() {
            let named = Url::parse(&format!("x://{host}/"));
            hosts.extend(named.into_iter().flat_map(|named| {
                [(named.host.clone(), url.port.clone()), (named.host, named.port)]
            }));
        }
        hosts.into_iter().map(|(host, port)| Url { host, port, ..url.clone() }).collect()
    })
}

/// Without it, with that of the request, and in another order.
pub(super) fn query(case: &Case) -> Variants<'_> {
    each(case, |url, request| {
        let pairs = url.query.strip_prefix('?').unwrap_or_default();
        let mut sorted: Vec<_> = pairs.split('&').collect();
        let reversed = sorted.iter().rev().copied().collect::<Vec<_>>().join("&");
        sorted.sort_unstable();
        let mut queries = vec![String::new(), request.query];
        if !pairs.is_empty() {
            queries.extend([format!("?{}", sorted.join("&")), format!("?{reversed}")]);
        }
        queries.into_iter().map(|query| Url { query, ..url.clone() }).collect()
    })
}

/// What a URL cannot hold as it is.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

pub(super) fn encoding(case: &Case) -> Variants<'_> {
    each(case, |url, _| {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let encode = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        vec![
            Url { path: decode(&url.path), ..url.clone() },
            Url { query: decode(&url.query), ..url.clone() },
            Url { path: decode(&url.path), query: decode(&url.query), ..url.clone() },
            Url { path: encode(&url.path), query: encode(&url.query), ..url.clone() },
        ]
    })
}

/// The path of the request, also behind a prefix that a proxy took off.
pub(super) fn path(case: &Case) -> Variants<'_> {
    each(case, |url, request| {
        let paths = request.prefixes.iter().map(|prefix| format!("{prefix}{}", request.path));
        let all = std::iter::once(request.path.clone()).chain(paths);
        let mut urls: Vec<_> = all.map(|path| Url { path, ..url.clone() }).collect();
        urls.push(Url { path: String::new(), ..url.clone() });
        urls
    })
}

/// What a request says of the URL that was called. It is tried, and nowhere believed.
struct Said {
    headers: HeaderMap,
    path: String,
    query: String,
    prefixes: Vec<String>,
}

impl Said {
    fn of(case: &Case) -> Self {
        let headers = case.request.headers().clone();
        let uri = case.request.uri();
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let prefixes = texts(&headers, "x-forwarded-prefix").collect();
        Self { path: uri.path().to_owned(), query, prefixes, headers }
    }

    fn hosts(&self) -> Vec<String> {
        let forwarded = texts(&self.headers, "forwarded").filter_map(|value| {
            let pairs = value.split([';', ',']).map(str::trim);
            pairs.filter_map(|pair| pair.split_once('=')).find_map(|(name, host)| {
                name.eq_ignore_ascii_case("host").then(|| host.trim_matches('"').to_owned())
            })
        });
        ["x-forwarded-host", "x-original-host", HOST.as_str()]
            .into_iter()
            .flat_map(|name| texts(&self.headers, name))
            .filter_map(|value| value.split(',').next().map(|host| host.trim().to_owned()))
            .chain(forwarded)
            .collect()
    }
}

fn texts<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = String> + 'a {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok().map(str::to_owned))
}

fn each(case: &Case, variants: fn(&Url, Said) -> Vec<Url>) -> Variants<'_> {
    let urls = case.setup.urls().iter().enumerate();
    Box::new(urls.flat_map(move |(at, text)| {
        let url = Url::parse(text);
        let variants = url.map(|url| variants(&url, Said::of(case))).unwrap_or_default();
        variants.into_iter().filter_map(move |variant| {
            let detail = format!(
                "it verifies with {}",
                variant.what_differs(&Url::parse(text)?, &case.around.show)
            );
            case.with_url(at, variant.text(), detail)
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_url_are_its_text() {
        for text in [
            "https://example.com",
            "http://Example.com:8080/a//b?c=d?e#f",
            "https://[::1]/",
            "https://[::1]:443?",
            "x://?q",
            "https://a:b@c/",
        ] {
            assert_eq!(Url::parse(text).expect("a URL").text(), text);
        }
        assert_eq!(Url::parse("https://[::1]:443?").expect("a URL").port, ":443");
        assert!(Url::parse("example.com").is_none());
    }
}
