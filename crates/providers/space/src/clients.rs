//! Which installation of an application a request is from.

use bytes::Bytes;
use countersign_core::{Evidence, Inspect, Reason};

use crate::outline::Outline;

/// Whether keys are chosen by the `clientId` in the body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ByClient(pub(crate) bool);

impl ByClient {
    /// Adds the `clientId` to the evidence, where it is wanted and as soon as the body is there.
    pub(crate) fn name(self, evidence: Evidence, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        match (self.0, body) {
            (false, _) => Ok(evidence.into()),
            (true, None) => Ok(Inspect::NeedBody),
            (true, Some(body)) => {
                let outline = Outline::read(body)?;
                Ok(evidence.key_id(outline.client_id()?).into())
            }
        }
    }
}
