//! The webhooks that are handled most. <https://shopify.dev/docs/api/webhooks>

mod objects;

use countersign_core::json_payload;

pub use self::objects::{Customer, CustomerName, DataRequest, LineItem, Variant};
use crate::scheme::Shopify;

json_payload! {
    /// `orders/create`, `orders/updated`, `orders/paid`, `orders/cancelled`, `orders/fulfilled`: an order.
    /// Amounts of money are texts such as `403.00`.
    pub struct Order of Shopify {
        /// Its id.
        pub id: u64,
    } optional {
        /// Its name in the shop, such as `#1001`.
        pub name: String,
        /// Where it is written to about the order.
        pub email: String,
        /// When it was made, in RFC 3339.
        pub created_at: String,
        /// When it was cancelled.
        pub cancelled_at: String,
        /// The currency of the shop, such as `EUR`.
        pub currency: String,
        /// All of it, with taxes and discounts.
        pub total_price: String,
        /// Such as `paid`.
        pub financial_status: String,
        /// Such as `fulfilled`; none before that.
        pub fulfillment_status: String,
        /// Who ordered; none at a till.
        pub customer: Customer,
        /// What was ordered.
        pub line_items: Vec<LineItem>,
    }
}

json_payload! {
    /// `products/create`, `products/update`: a product. Of `products/delete` nothing is there but the id.
    pub struct Product of Shopify {
        /// Its id.
        pub id: u64,
    } optional {
        /// Its title.
        pub title: String,
        /// Its name in URLs.
        pub handle: String,
        /// Who made it.
        pub vendor: String,
        /// `active`, `archived` or `draft`.
        pub status: String,
        /// What it comes in.
        pub variants: Vec<Variant>,
    }
}

json_payload! {
    /// `customers/create`, `customers/update`, `customers/enable`, `customers/disable`: a customer. Of
    /// `customers/delete` little is there but the id.
    pub struct CustomerEvent of Shopify {
        /// Its id.
        pub id: u64,
    } optional {
        /// The address.
        pub email: String,
        /// The given name.
        pub first_name: String,
        /// The family name.
        pub last_name: String,
        /// The telephone number.
        pub phone: String,
        /// Such as `enabled`.
        pub state: String,
    }
}

json_payload! {
    /// `app/uninstalled`: the shop that no longer has the app.
    pub struct AppUninstalled of Shopify {
        /// The shop's id.
        pub id: u64,
    } optional {
        /// The shop's name.
        pub name: String,
        /// Its domain, such as `hello.example.com`.
        pub domain: String,
        /// Its domain at Shopify, such as `hello.myshopify.com`.
        pub myshopify_domain: String,
    }
}

json_payload! {
    /// `customers/data_request`: a customer asks what the app keeps of them. Each app has to take it.
    pub struct CustomersDataRequest of Shopify {
        /// The shop's id.
        pub shop_id: u64,
        /// The shop.
        pub shop_domain: String,
        /// Who asks.
        pub customer: CustomerName,
    } optional {
        /// The orders that are asked about.
        pub orders_requested: Vec<u64>,
        /// The request.
        pub data_request: DataRequest,
    }
}

json_payload! {
    /// `customers/redact`: what the app keeps of a customer is to be deleted. Each app has to take it.
    pub struct CustomersRedact of Shopify {
        /// The shop's id.
        pub shop_id: u64,
        /// The shop.
        pub shop_domain: String,
        /// Of whom.
        pub customer: CustomerName,
    } optional {
        /// The orders that it is about.
        pub orders_to_redact: Vec<u64>,
    }
}

json_payload! {
    /// `shop/redact`: what the app keeps of a shop is to be deleted, 48 hours after it was uninstalled. Each app
    /// has to take it.
    pub struct ShopRedact of Shopify {
        /// The shop's id.
        pub shop_id: u64,
        /// The shop.
        pub shop_domain: String,
    }
}
