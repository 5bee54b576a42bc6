//! One text for each TOML value, however it is written.

use toml_edit::{Item, TableLike, Value};

/// A dotted key as TOML writes it, with quotes only where a part needs them.
pub(super) fn dotted(parts: &[&str]) -> String {
    parts.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(".")
}

fn quoted(part: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !part.is_empty() && part.chars().all(bare) {
        part.to_owned()
    } else if part.contains(['\'', '\n']) {
        string(part)
    } else {
        format!("'{part}'")
    }
}

/// A string in double quotes.
pub(super) fn string(text: &str) -> String {
    format!("{text:?}")
}

/// A list in which the order says nothing and repetitions neither.
pub(super) fn set<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let members: std::collections::BTreeSet<String> = members.map(string).collect();
    format!("[{}]", members.into_iter().collect::<Vec<_>>().join(", "))
}

/// An item on one line; the keys of tables in order.
pub(super) fn item(item: &Item) -> String {
    match item {
        Item::None => String::new(),
        Item::Value(value) => self::value(value),
        Item::Table(table) => self::table(table),
        Item::ArrayOfTables(tables) => {
            let tables: Vec<String> = tables.iter().map(|each| table(each)).collect();
            format!("[{}]", tables.join(", "))
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => string(text.value()),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(truth) => truth.value().to_string(),
        Value::Datetime(date) => date.value().to_string(),
        Value::Array(array) => {
            let members: Vec<String> = array.iter().map(self::value).collect();
            format!("[{}]", members.join(", "))
        }
        Value::InlineTable(table) => self::table(table),
    }
}

fn table(table: &dyn TableLike) -> String {
    let mut fields: Vec<String> =
        table.iter().map(|(key, value)| format!("{} = {}", quoted(key), item(value))).collect();
    fields.sort();
    format!("{{{}}}", fields.join(", "))
}
