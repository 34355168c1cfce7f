//! The database: tenants and their secrets.

mod open;

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use countersign::{ConfigError, Secret};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde::Serialize;

use crate::tenant::TenantName;

/// How many secrets a tenant may have for a provider: a forged request is checked with all of them.
const MAX_SECRETS: u32 = 4;

/// Every value is bound to its statement, and none becomes a part of it.
pub(crate) struct Store(Connection);

impl Store {
    /// For a server, which changes nothing.
    pub(crate) fn read_only(self) -> Result<Self, Error> {
        self.0.pragma_update(None, "query_only", true)?;
        Ok(self)
    }

    /// The secrets that are valid by now, the newest first.
    pub(crate) fn secrets(
        &self,
        tenant: &TenantName,
        provider: &str,
    ) -> Result<Vec<Secret>, Error> {
        let mut statement = self.0.prepare_cached(
            "SELECT secret FROM secret
             WHERE tenant = ?1 AND provider = ?2 AND (valid_until IS NULL OR valid_until > ?3)
             ORDER BY id DESC",
        )?;
        let values = params![tenant.as_str(), provider, now()];
        let secrets = statement.query_map(values, |row| row.get::<_, Vec<u8>>(0))?;
        secrets.map(|secret| Ok(Secret::new(secret?)?)).collect()
    }

    pub(crate) fn add(&mut self, tenant: &TenantName) -> Result<(), Error> {
        self.change(|store| {
            let added = store.execute(
                "INSERT INTO tenant (name) VALUES (?1) ON CONFLICT DO NOTHING",
                [tenant.as_str()],
            )?;
            ensure(added == 1, || format!("{tenant} is there already: take another name"))
        })
    }

    /// Stores the first secret.
    pub(crate) fn set(
        &mut self,
        tenant: &TenantName,
        provider: &str,
        secret: &Secret,
    ) -> Result<(), Error> {
        self.change(|store| {
            is_known(store, tenant)?;
            ensure(count(store, tenant, provider)? == 0, || {
                format!(
                    "{tenant} has a secret for {provider} already: \
                     `multi-tenant rotate {tenant} {provider}` stores a newer one beside it"
                )
            })?;
            insert(store, tenant, provider, secret)
        })
    }

    /// Stores a newer secret. The old ones stay valid for that period, or until they are dropped.
    pub(crate) fn rotate(
        &mut self,
        tenant: &TenantName,
        provider: &str,
        secret: &Secret,
        keep_old_for: Option<Duration>,
    ) -> Result<(), Error> {
        let end = keep_old_for.map(end).transpose()?;
        self.change(|store| {
            is_known(store, tenant)?;
            let count = count(store, tenant, provider)?;
            has_secret(count, tenant, provider)?;
            ensure(count < MAX_SECRETS, || {
                format!(
                    "{tenant} has {count} secrets for {provider}, and there may be no more: \
                     `multi-tenant drop-old {tenant} {provider}` ends the old ones"
                )
            })?;
            let values = params![tenant.as_str(), provider, secret.expose()];
            let is_newest: bool = store.query_row(
                "SELECT secret = ?3 FROM secret WHERE tenant = ?1 AND provider = ?2
                 ORDER BY id DESC LIMIT 1",
                values,
                |row| row.get(0),
            )?;
            ensure(!is_newest, || {
                "that is the newest secret already: nothing was changed".to_owned()
            })?;
            if let Some(end) = end {
                store.execute(
                    "UPDATE secret SET valid_until = min(ifnull(valid_until, ?3), ?3)
                     WHERE tenant = ?1 AND provider = ?2",
                    params![tenant.as_str(), provider, end],
                )?;
            }
            insert(store, tenant, provider, secret)
        })
    }

    /// Ends all secrets but the newest. Returns how many there were.
    pub(crate) fn drop_old(&mut self, tenant: &TenantName, provider: &str) -> Result<usize, Error> {
        self.change(|store| {
            is_known(store, tenant)?;
            has_secret(count(store, tenant, provider)?, tenant, provider)?;
            Ok(store.execute(
                "DELETE FROM secret WHERE tenant = ?1 AND provider = ?2 AND id <
                 (SELECT max(id) FROM secret WHERE tenant = ?1 AND provider = ?2)",
                [tenant.as_str(), provider],
            )?)
        })
    }

    /// Removes a tenant, or what it has for one provider.
    pub(crate) fn remove(
        &mut self,
        tenant: &TenantName,
        provider: Option<&str>,
    ) -> Result<(), Error> {
        self.change(|store| {
            is_known(store, tenant)?;
            let Some(provider) = provider else {
                store.execute("DELETE FROM tenant WHERE name = ?1", [tenant.as_str()])?;
                return Ok(());
            };
            has_secret(count(store, tenant, provider)?, tenant, provider)?;
            store.execute(
                "DELETE FROM secret WHERE tenant = ?1 AND provider = ?2",
                [tenant.as_str(), provider],
            )?;
            Ok(())
        })
    }

    /// What there is, without the secrets.
    pub(crate) fn list(&self) -> Result<Vec<Listed>, Error> {
        let mut statement = self.0.prepare(
            "SELECT name, provider, max(count(id) - 1, 0),
                 CASE WHEN count(id) - count(valid_until) > 1 THEN NULL ELSE max(valid_until) END
             FROM tenant LEFT JOIN secret
                 ON tenant = name AND (valid_until IS NULL OR valid_until > ?1)
             GROUP BY name, provider ORDER BY name, provider",
        )?;
        let entries = statement.query_map([now()], |row| {
            let until: Option<i64> = row.get(3)?;
            Ok(Listed {
                tenant: row.get(0)?,
                provider: row.get(1)?,
                old_secrets: row.get(2)?,
                old_until: until.and_then(|until| Timestamp::from_second(until).ok()),
            })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// All of a change or nothing. Secrets whose end has come are deleted with the next change.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM secret WHERE valid_until <= ?1", [now()])?;
        let done = change(&transaction)?;
        transaction.commit()?;
        // What was deleted shall not stay in the log either. Where that fails, since somebody reads
        // there for long, it goes with the next change.
        self.0.query_row("PRAGMA wal_checkpoint(truncate)", [], |_| Ok(())).unwrap_or_default();
        Ok(done)
    }
}

/// A provider that a tenant has. The names of its members are those of the JSON, and stay.
#[derive(Serialize)]
pub(crate) struct Listed {
    pub(crate) tenant: String,
    /// `None` for a tenant that has none yet.
    pub(crate) provider: Option<String>,
    pub(crate) old_secrets: u32,
    /// When the old secrets end. Without a time, and where there are some, they are to be dropped.
    #[serde(serialize_with = "as_text")]
    pub(crate) old_until: Option<Timestamp>,
}

fn as_text<S: serde::Serializer>(time: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_string()).serialize(out)
}

/// What went wrong, and what to do. It never holds a secret.
#[derive(Debug)]
pub(crate) struct Error(String);

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

fn is_known(store: &Transaction<'_>, tenant: &TenantName) -> Result<(), Error> {
    let is_known = "SELECT EXISTS (SELECT * FROM tenant WHERE name = ?1)";
    let is_known = store.query_row(is_known, [tenant.as_str()], |row| row.get(0))?;
    ensure(is_known, || format!("there is no tenant {tenant}: `multi-tenant add {tenant}` adds it"))
}

fn has_secret(count: u32, tenant: &TenantName, provider: &str) -> Result<(), Error> {
    ensure(count > 0, || {
        format!(
            "{tenant} has no secret for {provider}: \
             `multi-tenant set {tenant} {provider}` stores the first one"
        )
    })
}

fn count(store: &Transaction<'_>, tenant: &TenantName, provider: &str) -> Result<u32, Error> {
    let count = "SELECT count(*) FROM secret WHERE tenant = ?1 AND provider = ?2";
    Ok(store.query_row(count, [tenant.as_str(), provider], |row| row.get(0))?)
}

fn insert(
    store: &Transaction<'_>,
    tenant: &TenantName,
    provider: &str,
    secret: &Secret,
) -> Result<(), Error> {
    store.execute(
        "INSERT INTO secret (tenant, provider, secret) VALUES (?1, ?2, ?3)",
        params![tenant.as_str(), provider, secret.expose()],
    )?;
    Ok(())
}

fn ensure(holds: bool, else_why: impl FnOnce() -> String) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error(else_why())) }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

/// The end of a period that begins now, rounded up.
fn end(period: Duration) -> Result<i64, Error> {
    let end = SignedDuration::try_from(period)
        .and_then(|period| Timestamp::now().checked_add(period))
        .map_err(|_| Error("that is too long: take a shorter period".into()))?;
    Ok(end.as_second() + 1)
}
