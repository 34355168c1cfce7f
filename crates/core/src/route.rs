//! A route of axum with all that a provider sends to it.

use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, post};
use axum_core::body::Body;

use crate::handshake;
use crate::layer::VerifyLayer;
use crate::scheme::Scheme;

impl<S: Scheme> VerifyLayer<S> {
    /// A route with this layer: what is genuine and was posted reaches the handler, and a GET reaches the
    /// layer, which answers it where it is the [challenge](Scheme::challenge) of a provider.
    ///
    /// `post(handler).route_layer(layer)` would answer each GET with 405 before the layer sees it, so this is
    /// the way to mount a provider that sends challenges. For others it is the same as that, but that a GET
    /// is a 401.
    pub fn route<H, T, State>(self, handler: H) -> MethodRouter<State>
    where
        H: Handler<T, State>,
        T: 'static,
        State: Clone + Send + Sync + 'static,
    {
        let not_this = async || handshake::only_post().map(Body::from).into_response();
        post(handler).get(not_this).route_layer(self)
    }
}
