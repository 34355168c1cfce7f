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
    pub(crate) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Self::One(connection) => connection.clone().send_packed_command(command).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => {
                redis::aio::ConnectionLike::req_packed_command(&mut connection.clone(), command)
                    .await
            }
        }
    }
}
