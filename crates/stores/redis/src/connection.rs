//! A connection that is made anew by itself: to one Redis, or to a cluster.

use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, RedisResult, ServerErrorKind, Value};

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
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) => {
                self.leave().await;
                Err(error)
            }
            answered => answered,
        }
    }

    /// After a failover the address may lead to another server by now, and this connection to one that
    /// is a replica: it has it closed, and the next question makes it anew. A client of a cluster looks
    /// for the server by itself.
    async fn leave(&self) {
        match self {
            // Whatever it answers: if it is closed, that is what was wanted.
            Self::One(_) => drop(self.send_once(&redis::cmd("QUIT")).await),
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => {}
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
