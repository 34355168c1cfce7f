//! What is read of a body that nobody has verified yet: two names, and that no name is there twice.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::{self, Formatter};

use countersign_core::{Reason, looked_for};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

const CLIENT_ID: &str = "clientId";
const TOKEN: &str = "verificationToken";

/// Members at the top of the body, whose names are different at every depth: of two of one name,
/// another reader could take the other.
#[derive(Default)]
pub(crate) struct Outline {
    client_id: Member,
    token: Member,
    is_repeated: bool,
}

/// A member that should be a text.
#[derive(Default)]
enum Member {
    #[default]
    Absent,
    Text(String),
    Other,
}

impl Outline {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Reason> {
        let mut outline = Self::default();
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = json.deserialize_map(Top(&mut outline)).and_then(|()| json.end());
        if outline.is_repeated {
            return Err(Reason::Repeated("a name in the body"));
        }
        read.map_err(|_| Reason::Malformed("the body, which should be a JSON object"))?;
        Ok(outline)
    }

    pub(crate) fn client_id(&self) -> Result<&str, Reason> {
        self.client_id.text(CLIENT_ID)
    }

    pub(crate) fn token(&self) -> Result<&str, Reason> {
        self.token.text(TOKEN)
    }
}

impl Member {
    fn text(&self, name: &'static str) -> Result<&str, Reason> {
        match self {
            Self::Text(text) => {
                looked_for(name, Some(text.as_bytes()));
                Ok(text)
            }
            Self::Absent => {
                looked_for(name, None);
                Err(Reason::Missing(name))
            }
            Self::Other => Err(Reason::Malformed(name)),
        }
    }
}

/// The names of one object, each once.
#[derive(Default)]
struct Names<'de>(HashSet<Cow<'de, str>>);

impl<'de> Names<'de> {
    fn next<A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        is_repeated: &mut bool,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        let Some(Name(name)) = map.next_key()? else { return Ok(None) };
        if !self.0.insert(name.clone()) {
            *is_repeated = true;
            return Err(A::Error::custom("a name is there twice"));
        }
        Ok(Some(name))
    }
}

/// Borrowed from the body, unless it has escapes.
///
/// Transparent, since serde_json's `arbitrary_precision`, which any crate in the tree may turn on,
/// hands a number over as a map whose name can be read as a text only.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The body itself.
struct Top<'a>(&'a mut Outline);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Outline { client_id, token, is_repeated } = self.0;
        let mut names = Names::default();
        while let Some(name) = names.next(&mut map, is_repeated)? {
            let slot = match &*name {
                CLIENT_ID => Some(&mut *client_id),
                TOKEN => Some(&mut *token),
                _ => None,
            };
            map.next_value_seed(Value { is_repeated, slot })?;
        }
        Ok(())
    }
}

/// Any value, however deep; how deep it may be is serde_json's to say. One at the top may be
/// wanted, and goes into its slot.
struct Value<'a> {
    is_repeated: &'a mut bool,
    slot: Option<&'a mut Member>,
}

impl Value<'_> {
    fn fill(self, member: impl FnOnce() -> Member) {
        if let Some(slot) = self.slot {
            *slot = member();
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = Names::default();
        while names.next(&mut map, self.is_repeated)?.is_some() {
            map.next_value_seed(Value { is_repeated: &mut *self.is_repeated, slot: None })?;
        }
        self.fill(|| Member::Other);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq
            .next_element_seed(Value { is_repeated: &mut *self.is_repeated, slot: None })?
            .is_some()
        {}
        self.fill(|| Member::Other);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.fill(|| Member::Text(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.fill(|| Member::Other);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.fill(|| Member::Other);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.fill(|| Member::Other);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.fill(|| Member::Other);
        Ok(())
    }

    /// `null` is as good as absent: the slot stays as it is.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
