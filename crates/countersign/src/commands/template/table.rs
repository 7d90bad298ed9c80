//! Rows for people, and for programs.

use countersign_providers::meta::Template;
use serde_json::{Value, json};

/// Columns as wide as what is in them, the head first.
pub(super) fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

pub(super) fn templates(templates: &[Template]) -> Vec<String> {
    let head = ["NAME", "LANGUAGE", "STATUS", "CATEGORY", "QUALITY", "ID"].map(str::to_owned);
    let row = |one: &Template| {
        [
            one.name.clone(),
            one.language.clone(),
            one.status.to_string(),
            one.category.clone(),
            one.quality.as_str().to_owned(),
            one.id.clone(),
        ]
    };
    let rows: Vec<_> = std::iter::once(head).chain(templates.iter().map(row)).collect();
    table(&rows)
}

pub(super) fn json(templates: &[Template]) -> Value {
    let row = |one: &Template| {
        json!({
            "id": one.id,
            "name": one.name,
            "language": one.language,
            "status": one.status.as_str(),
            "category": one.category,
            "quality": one.quality.as_str(),
            "rejection": one.rejection.as_ref().map(|reason| json!({
                "reason": reason.as_str(),
                "explanation": reason.explanation(),
            })),
            "ttl_seconds": one.ttl_seconds,
        })
    };
    templates.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [["A", "B"], ["größer", "1"]].map(|row| row.map(str::to_owned));

        assert_eq!(table(&rows), ["A       B", "größer  1"]);
    }
}
