//! A connection that is made anew by itself: to one Redis, or to a cluster.

use redis::aio::ConnectionManager;
use redis::{Cmd, RedisResult, Value};

/// Cheap to clone; many questions are under way on it at a time.
pub(crate) enum Connection {
    One(ConnectionManager),
    #[cfg(feature = "cluster")]
    Cluster(redis::cluster_async::ClusterConnection),
}

impl Connection {
    /// Asks again, once, where the connection turned out to be closed: it may have been for hours.
    /// Each of our commands may take effect twice without harm.
    pub(crate) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        match self.send_once(command).await {
            Err(error) if error.is_connection_dropped() => self.send_once(command).await,
            answered => answered,
        }
    }

    async fn send_once(&self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::One(connection) => connection.clone().send_packed_command(command).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => {
                redis::aio::ConnectionLike::req_packed_command(&mut connection.clone(), command)
                    .await
            }
        };
        // What Redis refuses comes as a value.
        answer?.extract_error()
    }
}
