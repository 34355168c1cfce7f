//! Whether threads may share every public type. rustdoc works out `Send` and `Sync` of each, and writes them down.

use rustdoc_types::{Crate, Impl, Item, ItemEnum, Visibility};

/// Futures, and what may hold one: they go from thread to thread, and belong to one at a time. See
/// `docs/decisions/0056-a-future-has-one-owner.md`.
const FUTURES: [&str; 4] = ["GuardFuture", "Lookup", "Reply", "ResponseFuture"];

/// How many public types there are, and what is wrong with which.
pub struct Found {
    pub types: usize,
    pub wrong: Vec<String>,
}

pub fn not_for_all(documented: &Crate) -> Found {
    let mut found = Found { types: 0, wrong: Vec::new() };
    // In the index are items of other crates too, which are not ours to judge.
    let ours = documented.index.values().filter(|item| item.crate_id == 0);
    for item in ours.filter(|item| item.visibility == Visibility::Public) {
        let Some(impls) = impls(documented, item) else { continue };
        found.types += 1;
        let name = item.name.as_deref().unwrap_or("?");
        let is = |auto| {
            let named = |it: &&&Impl| it.trait_.as_ref().is_some_and(|it| it.path == auto);
            impls.iter().find(named).is_some_and(|it| !it.is_negative)
        };
        let (send, sync) = (is("Send"), is("Sync"));
        if !send || sync == FUTURES.contains(&name) {
            found.wrong.push(format!("the type {name}: Send is {send}, Sync is {sync}"));
        }
    }
    found.wrong.sort();
    found
}

/// Those of a type; of anything else, none.
fn impls<'a>(documented: &'a Crate, item: &Item) -> Option<Vec<&'a Impl>> {
    let ids = match &item.inner {
        ItemEnum::Struct(it) => &it.impls,
        ItemEnum::Enum(it) => &it.impls,
        ItemEnum::Union(it) => &it.impls,
        _ => return None,
    };
    let items = ids.iter().filter_map(|id| documented.index.get(id));
    let impls = items.filter_map(|item| match &item.inner {
        ItemEnum::Impl(it) => Some(it),
        _ => None,
    });
    Some(impls.collect())
}
