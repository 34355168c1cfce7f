//! What webhooks are about.

use countersign_core::json_object;

json_object! {
    /// A customer, as a part of an order.
    pub struct Customer {
        /// Its id.
        pub id: u64,
    } optional {
        /// The address.
        pub email: String,
        /// The given name.
        pub first_name: String,
        /// The family name.
        pub last_name: String,
    }
}

json_object! {
    /// Something that was ordered.
    pub struct LineItem {
        /// Its id.
        pub id: u64,
    } optional {
        /// The product; none if it is gone.
        pub product_id: u64,
        /// What the product came in; none if it is gone.
        pub variant_id: u64,
        /// Its title.
        pub title: String,
        /// How many.
        pub quantity: i64,
        /// What one of them costs, such as `199.00`.
        pub price: String,
        /// The number that the shop keeps it under.
        pub sku: String,
    }
}

json_object! {
    /// What a product comes in.
    pub struct Variant {
        /// Its id.
        pub id: u64,
    } optional {
        /// Its title.
        pub title: String,
        /// What it costs, such as `199.00`.
        pub price: String,
        /// The number that the shop keeps it under.
        pub sku: String,
        /// How many there are; less than nothing where more were sold.
        pub inventory_quantity: i64,
    }
}

json_object! {
    /// A customer whose data is asked for or to be deleted.
    pub struct CustomerName {
        /// Its id.
        pub id: u64,
    } optional {
        /// The address.
        pub email: String,
        /// The telephone number.
        pub phone: String,
    }
}

json_object! {
    /// A request for data.
    pub struct DataRequest {
        /// Its id.
        pub id: u64,
    }
}
