//! Sends one request over HTTP/1.1, as it is: nothing is added, no redirect is followed.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

use crate::failure::Failure;
use crate::target::{Target, as_received};

const DEADLINE: Duration = Duration::from_secs(30);
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// Sends the request and reads the whole answer.
pub(crate) async fn send(
    target: &Target,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    timeout(DEADLINE, connect_and_send(target, request)).await.unwrap_or_else(|_| {
        Err(failed(target, &format_args!("there is no answer after {} s", DEADLINE.as_secs())))
    })
}

async fn connect_and_send(
    target: &Target,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    let stream = TcpStream::connect((target.host(), target.port()))
        .await
        .map_err(|error| failed(target, &error))?;
    if !target.tls() {
        return exchange(target, stream, request).await;
    }
    let name =
        ServerName::try_from(target.host().to_owned()).map_err(|error| failed(target, &error))?;
    let stream = TlsConnector::from(tls(target)?)
        .connect(name, stream)
        .await
        .map_err(|error| failed(target, &error))?;
    exchange(target, stream, request).await
}

/// The roots are those that the system trusts, so that a private authority works as well.
fn tls(target: &Target) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(failed(
            target,
            &"the system trusts no certificate authority; install ca-certificates",
        ));
    }
    // Named, since another crate of the same build may bring another provider.
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(target, &error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

async fn exchange(
    target: &Target,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(target, &error))?;
    // Its error comes to us through the sender.
    let connection = tokio::spawn(connection);
    let answer = sender
        .send_request(as_received(request).map(Full::new))
        .await
        .map_err(|error| failed(target, &error))?;
    let (parts, body) = answer.into_parts();
    let body =
        Limited::new(body, ANSWER_LIMIT).collect().await.map_err(|error| failed(target, &error))?;
    connection.abort();
    Ok(Response::from_parts(parts, body.to_bytes()))
}

fn failed(target: &Target, error: &dyn Display) -> Failure {
    Failure::new(format!("cannot send to {}: {error}", target.as_str()))
}
