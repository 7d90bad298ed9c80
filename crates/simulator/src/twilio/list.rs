//! `GET …/Messages.json`: what was sent and received, newest first and in pages.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::twilio::{
    error::RestError,
    message::{Messages, Record},
};

const USUAL_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1_000;

/// Which messages are wanted, and which page of them.
#[derive(Debug)]
pub(super) struct Question {
    to: Option<String>,
    from: Option<String>,
    since: Option<Timestamp>,
    /// Not at this moment any more.
    until: Option<Timestamp>,
    page: usize,
    page_size: usize,
    /// As it was asked, without what says which page.
    filters: Vec<(String, String)>,
}

impl Question {
    pub(super) fn parse(query: &str) -> Result<Self, RestError> {
        let mut question = Self {
            to: None,
            from: None,
            since: None,
            until: None,
            page: 0,
            page_size: USUAL_PAGE,
            filters: Vec::new(),
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            if !value.is_empty() {
                question.take(name, value)?;
            }
        }
        Ok(question)
    }

    /// `DateSent>=2026-01-02` arrives as a name with `>` and a value, or with both signs in the name.
    fn take(&mut self, name: String, value: String) -> Result<(), RestError> {
        let bad = || RestError::about(20_422, &name);
        match name.as_str() {
            "To" => self.to = Some(value.clone()),
            "From" => self.from = Some(value.clone()),
            "DateSent" => {
                let (since, until) = day(&value).ok_or_else(bad)?;
                (self.since, self.until) = (Some(since), Some(until));
            }
            "DateSent>" | "DateSent>=" => {
                self.since = Some(moment(&value).or(day(&value).map(|day| day.0)).ok_or_else(bad)?);
            }
            "DateSent<" | "DateSent<=" => {
                self.until = Some(moment(&value).or(day(&value).map(|day| day.1)).ok_or_else(bad)?);
            }
            "PageSize" => {
                let size: usize = value.parse().map_err(|_| bad())?;
                self.page_size = size.clamp(1, LARGEST_PAGE);
                return Ok(());
            }
            "Page" => {
                self.page = value.parse().map_err(|_| bad())?;
                return Ok(());
            }
            _ => return Ok(()),
        }
        self.filters.push((name, value));
        Ok(())
    }

    fn wants(&self, record: &Record) -> bool {
        // One that waits to be sent counts by when it came: whoever looks for it must find it.
        let at = record.sent.unwrap_or(record.created);
        self.to.as_ref().is_none_or(|to| *to == record.to.to_string())
            && self.from.as_ref().is_none_or(|from| *from == record.from.to_string())
            && self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
    }

    pub(super) fn answer(&self, messages: &Messages, account_sid: &str) -> Value {
        let found = messages.newest_first().filter(|record| self.wants(record));
        let start = self.page.saturating_mul(self.page_size);
        let mut rest = found.skip(start).peekable();
        let views: Vec<_> =
            rest.by_ref().take(self.page_size).map(|record| record.view(account_sid)).collect();
        let has_more = rest.peek().is_some();
        let path = format!("/2010-04-01/Accounts/{account_sid}/Messages.json");
        json!({
            "end": (start + views.len()).saturating_sub(1),
            "first_page_uri": self.uri(&path, 0),
            "messages": views,
            "next_page_uri": has_more.then(|| self.uri(&path, self.page + 1)),
            "page": self.page,
            "page_size": self.page_size,
            "previous_page_uri": self.page.checked_sub(1).map(|page| self.uri(&path, page)),
            "start": start,
            "uri": self.uri(&path, self.page),
        })
    }

    fn uri(&self, path: &str, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("PageSize", &self.page_size.to_string());
        query.append_pair("Page", &page.to_string());
        format!("{path}?{}", query.finish())
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// When a day begins and ends, in Greenwich.
fn day(text: &str) -> Option<(Timestamp, Timestamp)> {
    let day: Date = text.parse().ok()?;
    let start = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    Some((start(day)?, start(day.tomorrow().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::{address::Address, message::tests::record};

    fn found(query: &str) -> Vec<String> {
        let mut messages = Messages::default();
        for (place, day) in ["2026-01-01", "2026-01-02", "2026-01-03"].iter().enumerate() {
            let mut record = record(&format!("SM{place}"));
            record.created = format!("{day}T12:00:00Z").parse().unwrap();
            if place == 2 {
                record.to = Address::recipient("whatsapp:+4915550102030").unwrap();
            }
            messages.add(record);
        }
        let answer = Question::parse(query).unwrap().answer(&messages, "AC1");
        let sids = answer["messages"].as_array().unwrap().iter();
        sids.map(|message| message["sid"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn messages_are_found_by_number_and_by_day() {
        assert_eq!(found(""), ["SM2", "SM1", "SM0"]);
        assert_eq!(found("To=%2B4915550102030"), ["SM1", "SM0"]);
        assert_eq!(found("To=whatsapp%3A%2B4915550102030&From=%2B15550100300"), ["SM2"]);
        assert_eq!(found("DateSent=2026-01-02"), ["SM1"]);
        assert_eq!(found("DateSent>=2026-01-02"), ["SM2", "SM1"]);
        assert_eq!(found("DateSent%3E=2026-01-02T13:00:00Z"), ["SM2"]);
        assert_eq!(found("DateSent%3C%3D=2026-01-01"), ["SM0"]);
        assert_eq!(Question::parse("DateSent=soon").unwrap_err().code, 20_422);
    }

    #[test]
    fn pages_lead_to_each_other() {
        let mut messages = Messages::default();
        for place in 0..5 {
            messages.add(record(&format!("SM{place}")));
        }
        let page = |page: usize| {
            let query = format!("To=%2B4915550102030&PageSize=2&Page={page}");
            Question::parse(&query).unwrap().answer(&messages, "AC1")
        };

        let (first, last) = (page(0), page(2));

        let path = "/2010-04-01/Accounts/AC1/Messages.json?To=%2B4915550102030&PageSize=2&Page=";
        assert_eq!(first["next_page_uri"], format!("{path}1"));
        assert_eq!((&first["previous_page_uri"], &first["end"]), (&Value::Null, &json!(1)));
        assert_eq!(last["next_page_uri"], Value::Null);
        assert_eq!(last["previous_page_uri"], format!("{path}1"));
        assert_eq!(last["messages"].as_array().unwrap().len(), 1);
    }
}
