//! A route of axum with all that a provider sends to it.

use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, post};
use axum_core::body::Body;

use crate::handshake;
use crate::layer::VerifyLayer;
use crate::scheme::Scheme;

impl<S: Scheme> VerifyLayer<S> {
    /// A route with this layer: what is genuine and was posted reaches the handler, and so does a GET where the
    /// provider [signs those](Scheme::SIGNED_GETS). Any other GET reaches the layer, which answers it where it is
    /// the [challenge](Scheme::challenge) of a provider, and else refuses it with 401.
    ///
    /// `post(handler).route_layer(layer)` would answer each GET with 405 before the layer sees it.
    pub fn route<H, T, State>(self, handler: H) -> MethodRouter<State>
    where
        H: Handler<T, State>,
        T: 'static,
        State: Clone + Send + Sync + 'static,
    {
        let route = if S::SIGNED_GETS {
            post(handler.clone()).get(handler)
        } else {
            // What is signed nevertheless is nothing that the provider sends.
            let not_this = async || handshake::only_post().map(Body::from).into_response();
            post(handler).get(not_this)
        };
        route.route_layer(self)
    }
}
