//! How the payloads of providers are declared: what has to be there, what may be, and all the rest.

/// Declares a JSON object that is a [`Payload`](crate::Payload).
///
/// The members under `optional` are `Option`s, left out where they are `None`; what has no field is kept in
/// `extra`, so that nothing genuine is refused and it is written again as it came. The struct implements
/// `Serialize` and on purpose not `Deserialize`: it is read from a [`Proof`](crate::Proof), and nothing but the
/// layer makes one.
///
/// Where the members do not come as a JSON object but as a form, say, `pub struct Order of Acme, read by read_form`
/// names a function that is called in place of [`read_json`](crate::read_json).
///
/// ```
/// # use countersign_core::{ConfigError, Head, Hmac, HmacKey, Inspect, Reason, Scheme, Secret};
/// # pub struct Acme;
/// # impl Scheme for Acme {
/// #     type Method = Hmac;
/// #     const NAME: &'static str = "acme";
/// #     fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> { Ok(HmacKey::new(secret.expose())) }
/// #     fn inspect(&self, _: &Head<'_>, _: Option<&bytes::Bytes>) -> Result<Inspect, Reason> { Ok(Inspect::NeedBody) }
/// # }
/// use countersign_core::{danger, json_payload};
///
/// json_payload! {
///     /// An order was paid.
///     #[serde(rename_all = "camelCase")]
///     pub struct Paid of Acme {
///         /// Its number.
///         pub order_id: u64,
///     } optional {
///         /// What the customer wrote.
///         pub note: String,
///     }
/// }
///
/// let paid: Paid = danger::parse_unverified(br#"{"orderId":7,"tax":19}"#.as_slice())?;
/// assert_eq!((paid.order_id, paid.note), (7, None));
/// assert!(paid.extra.contains_key("tax"));
/// # Ok::<(), countersign_core::PayloadError>(())
/// ```
#[macro_export]
macro_rules! json_payload {
    ($(#[$meta:meta])* pub struct $name:ident of $scheme:ty { $($members:tt)* } $($optional:tt)*) => {
        $crate::json_payload! {
            $(#[$meta])*
            pub struct $name of $scheme, read by $crate::read_json { $($members)* } $($optional)*
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $scheme:ty, read by $read:path {
            $($(#[$required_meta:meta])* pub $required:ident: $required_type:ty,)*
        } $(optional {
            $($(#[$optional_meta:meta])* pub $optional:ident: $optional_type:ty,)*
        })?
    ) => {
        $crate::json_object! {
            derives ::serde::Serialize;
            $(#[$meta])*
            pub struct $name {
                $($(#[$required_meta])* pub $required: $required_type,)*
            } $(optional {
                $($(#[$optional_meta])* pub $optional: $optional_type,)*
            })?
        }

        const _: () = {
            #[derive(::serde::Deserialize)]
            $(#[$meta])*
            struct Wire {
                $($(#[$required_meta])* $required: $required_type,)*
                $($($(#[$optional_meta])* $optional: Option<$optional_type>,)*)?
                #[serde(flatten)]
                extra: $crate::Members,
            }

            impl $crate::Payload for $name {
                type Scheme = $scheme;

                fn from_bytes(
                    bytes: &$crate::PayloadBytes<'_>,
                ) -> Result<Self, $crate::PayloadError> {
                    let wire: Wire = $read(bytes)?;
                    Ok(Self {
                        $($required: wire.$required,)*
                        $($($optional: wire.$optional,)*)?
                        extra: wire.extra,
                    })
                }
            }
        };
    };
}

/// Declares a JSON object that is a part of payloads: as [`json_payload!`](crate::json_payload) does, but it
/// is no payload itself and implements `Deserialize`.
#[macro_export]
macro_rules! json_object {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        $crate::json_object! {
            derives ::serde::Serialize, ::serde::Deserialize;
            $(#[$meta])*
            pub struct $($rest)*
        }
    };
    (
        derives $($derive:path),+;
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$required_meta:meta])* pub $required:ident: $required_type:ty,)*
        } $(optional {
            $($(#[$optional_meta:meta])* pub $optional:ident: $optional_type:ty,)*
        })?
    ) => {
        #[derive(Clone, Debug, PartialEq, $($derive),+)]
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $($(
                $(#[$optional_meta])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )*)?
            /// Members that have no field of their own.
            #[serde(flatten)]
            pub extra: $crate::Members,
        }
    };
}
