//! How to connect.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisError,
    RedisResult,
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::RedisReplay;
use crate::commands::Commands;
use crate::connection::Connection;
use crate::durability;

/// How to connect to Redis, where the defaults will not do.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    prefix: String,
    timeout: Duration,
    connect_timeout: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            prefix: "countersign:".to_owned(),
            timeout: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

/// After how long without a sign of life a connection is given up, where the system can do that:
/// otherwise a machine that is gone is waited for by the kernel for a quarter of an hour.
#[cfg(target_os = "linux")]
const SILENCE: Duration = Duration::from_secs(10);

/// How long it is waited between two attempts to connect again, at most.
const PAUSE: Duration = Duration::from_millis(500);

impl RedisOptions {
    /// What all keys begin with: `countersign:` by default. The same for all processes of one
    /// application, and another for each application that shares the Redis.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a question may take, with everything that it waits for: 500 ms by default. A
    /// request asks twice, once before and once after it is handled, and once more for each
    /// further secret that is configured.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long it may take to connect, here and each time it is tried again: 5 s by default.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Connects: see [`RedisReplay::connect`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn connect(self, url: &str) -> Result<RedisReplay, ConnectError> {
        let info = url.into_connection_info()?.set_tcp_settings(tcp());
        crypto([&info]);
        let client = Client::open(info)?;
        self.try_first(&client).await?;
        let connecting = async {
            let config = ConnectionManagerConfig::new()
                // `Commands` has one for all of it.
                .set_response_timeout(None)
                .set_connection_timeout(Some(self.connect_timeout))
                // For ever: otherwise it is a request that has to begin anew.
                .set_number_of_retries(usize::MAX)
                .set_max_delay(PAUSE);
            ConnectionManager::new_with_config(client, config).await
        };
        let connection = Connection::One(self.within(connecting).await?);
        self.with(connection).await
    }

    /// Connects to a cluster: see [`RedisReplay::cluster`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "cluster")]
    pub async fn cluster<'a>(
        self,
        nodes: impl IntoIterator<Item = &'a str>,
    ) -> Result<RedisReplay, ConnectError> {
        let nodes = nodes.into_iter().map(IntoConnectionInfo::into_connection_info);
        let nodes = nodes.collect::<RedisResult<Vec<_>>>()?;
        crypto(&nodes);
        let connecting = async {
            let builder = redis::cluster::ClusterClient::builder(nodes)
                .connection_timeout(self.connect_timeout)
                .response_timeout(self.timeout)
                .tcp_settings(tcp());
            builder.build()?.get_async_connection().await
        };
        let connection = Connection::Cluster(self.within(connecting).await?);
        self.with(connection).await
    }

    /// A manager tries again whatever is wrong, and says no more than that nothing answered in time. So
    /// a plain connection goes first: a refusal may be over in a moment, anything else is the answer.
    async fn try_first(&self, client: &Client) -> Result<(), ConnectError> {
        let deadline = Instant::now() + self.connect_timeout;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(None);
        loop {
            let connecting = client.get_multiplexed_async_connection_with_config(&config);
            match timeout_at(deadline, connecting).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error))
                    if error.is_connection_refusal() && Instant::now() + PAUSE < deadline =>
                {
                    sleep(PAUSE).await;
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(ConnectError::new("nothing answered in time")),
            }
        }
    }

    async fn with(self, connection: Connection) -> Result<RedisReplay, ConnectError> {
        self.within(durability::look(&connection)).await?.map_err(ConnectError::new)?;
        let mut process = [0; 8];
        getrandom::fill(&mut process)
            .map_err(|error| ConnectError::new(format!("there is no randomness: {error}")))?;
        let commands = Commands::new(connection, &self.prefix, self.timeout);
        Ok(RedisReplay::new(commands, u64::from_ne_bytes(process)))
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = RedisResult<T>>,
    ) -> Result<T, ConnectError> {
        match timeout(self.connect_timeout, work).await {
            Ok(done) => done.map_err(ConnectError::from),
            Err(_) => Err(ConnectError::new("nothing answered in time")),
        }
    }
}

fn tcp() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(SILENCE);
    settings
}

/// rustls wants to be told whose cryptography to use, once a process, if it is used. Whoever did so
/// first is right.
fn crypto<'a>(nodes: impl IntoIterator<Item = &'a ConnectionInfo>) {
    let tls = nodes.into_iter().any(|node| matches!(node.addr(), ConnectionAddr::TcpTls { .. }));
    #[cfg(not(feature = "tls"))]
    let _ = tls;
    #[cfg(feature = "tls")]
    if tls && rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread was first: so be it.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub struct ConnectError {
    message: String,
    cause: Option<RedisError>,
}

impl ConnectError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }
}

impl From<RedisError> for ConnectError {
    fn from(cause: RedisError) -> Self {
        Self { message: cause.to_string(), cause: Some(cause) }
    }
}

impl Display for ConnectError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Redis: {}", self.message)
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
