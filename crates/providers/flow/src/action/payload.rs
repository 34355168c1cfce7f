//! What a user chose, and where.

use std::collections::BTreeMap;
use std::str::FromStr;

use countersign_core::{Payload, PayloadBytes, PayloadError};
use serde::Serialize;

use super::scheme::FlowAction;

/// An action menu item that a user called: on which entities, in which list, sorted and grouped how.
///
/// It is read from the verified form: a queue gets [`Proof::body`](countersign_core::Proof::body). Its
/// `Serialize` is for logs and databases.
///
/// Blank and absent fields look alike: a text is empty, a list has nothing in it, a number is
/// `None`. Names of columns as people see them may hold commas, so that list is the text that came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActionMenu {
    /// Who called it.
    pub user_id: i64,
    /// Their login.
    pub user_login: String,
    /// The type of the entities, such as `Version`.
    pub entity_type: String,
    /// The entities that were selected.
    pub selected_ids: Vec<i64>,
    /// All entities of the list, in its order.
    pub ids: Vec<i64>,
    /// The title of the page; may be the word `undefined`.
    pub title: String,
    /// The page.
    pub page_id: Option<i64>,
    /// The host of the site.
    pub server_hostname: String,
    /// The path of the page.
    pub referrer_path: String,
    /// The session of the user.
    pub session_uuid: String,
    /// The fields that are shown as columns.
    pub cols: Vec<String>,
    /// The names of these columns, by commas; a name may hold commas itself.
    pub column_display_names: String,
    /// The view of the page.
    pub view: String,
    /// The column that the list is sorted by.
    pub sort_column: String,
    /// `asc` or `desc`.
    pub sort_direction: String,
    /// All columns that the list is sorted by.
    pub sort_columns: Vec<String>,
    /// Their directions.
    pub sort_directions: Vec<String>,
    /// The column that the list is grouped by.
    pub grouping_column: Option<String>,
    /// How it is grouped.
    pub grouping_method: Option<String>,
    /// `asc` or `desc`.
    pub grouping_direction: Option<String>,
    /// All columns that the list is grouped by.
    pub grouping_columns: Vec<String>,
    /// How each of them is grouped.
    pub grouping_methods: Vec<String>,
    /// Their directions.
    pub grouping_directions: Vec<String>,
    /// The name of the project, where the page belongs to one.
    pub project_name: Option<String>,
    /// The project.
    pub project_id: Option<i64>,
    /// When the form was signed: `YYYY-MM-DDTHH:MM:SSZ`.
    pub timestamp: String,
    /// Fields that are not listed above.
    pub extra: BTreeMap<String, String>,
}

impl Payload for ActionMenu {
    type Scheme = FlowAction;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let fields = serde_urlencoded::from_bytes(bytes)
            .map_err(|_| PayloadError::new("the verified form cannot be read"))?;
        let mut fields = Fields(fields);
        Ok(Self {
            user_id: fields
                .number("user_id")?
                .ok_or_else(|| PayloadError::new("missing field `user_id`"))?,
            user_login: fields.text("user_login"),
            entity_type: fields.text("entity_type"),
            selected_ids: fields.numbers("selected_ids")?,
            ids: fields.numbers("ids")?,
            title: fields.text("title"),
            page_id: fields.number("page_id")?,
            server_hostname: fields.text("server_hostname"),
            referrer_path: fields.text("referrer_path"),
            session_uuid: fields.text("session_uuid"),
            cols: fields.texts("cols"),
            column_display_names: fields.text("column_display_names"),
            view: fields.text("view"),
            sort_column: fields.text("sort_column"),
            sort_direction: fields.text("sort_direction"),
            sort_columns: fields.texts("sort_columns"),
            sort_directions: fields.texts("sort_directions"),
            grouping_column: fields.optional("grouping_column"),
            grouping_method: fields.optional("grouping_method"),
            grouping_direction: fields.optional("grouping_direction"),
            grouping_columns: fields.texts("grouping_columns"),
            grouping_methods: fields.texts("grouping_methods"),
            grouping_directions: fields.texts("grouping_directions"),
            project_name: fields.optional("project_name"),
            project_id: fields.number("project_id")?,
            timestamp: fields.text("timestamp"),
            extra: fields.0,
        })
    }
}

/// The fields that were not taken yet.
struct Fields(BTreeMap<String, String>);

impl Fields {
    fn optional(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|text| !text.is_empty())
    }

    fn text(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    fn texts(&mut self, name: &str) -> Vec<String> {
        let list = self.text(name);
        list.split(',').filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    fn number(&mut self, name: &str) -> Result<Option<i64>, PayloadError> {
        self.optional(name).map(|text| parse(name, &text)).transpose()
    }

    fn numbers(&mut self, name: &str) -> Result<Vec<i64>, PayloadError> {
        let list = self.text(name);
        list.split(',').filter(|text| !text.is_empty()).map(|text| parse(name, text)).collect()
    }
}

fn parse<T: FromStr>(name: &str, text: &str) -> Result<T, PayloadError> {
    text.parse().map_err(|_| PayloadError::new(format!("`{name}` is not a number")))
}
