//! What is posted to `Messages.json`, read and checked as far as that needs no memory.

use serde_json::{Map, Value};
use tokio::time::Duration;

use crate::{
    simulator::is_http,
    twilio::{address::Address, error::RestError, is_sid},
};

const LONGEST_BODY: usize = 1_600;
const LONGEST_CALLBACK: usize = 4_000;
const LONGEST_VALIDITY: u64 = 36_000;

#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) to: Address,
    pub(super) from: From,
    pub(super) text: Text,
    pub(super) callback: Option<String>,
    /// How long the message may wait before it is sent.
    pub(super) validity: Duration,
}

#[derive(Debug)]
pub(super) enum From {
    Address(Address),
    /// A messaging service, which has numbers of its own.
    Service(String),
}

#[derive(Debug)]
pub(super) enum Text {
    Body(String),
    Content { sid: String, variables: Map<String, Value> },
}

/// A form. Fields that are empty count as absent, and the first of several counts.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, value)| known == name && !value.is_empty());
        field.map(|(_, value)| value.as_str())
    }
}

impl Outgoing {
    pub(super) fn parse(body: &[u8]) -> Result<Self, RestError> {
        let form = Form::read(body);
        let to = form.get("To").ok_or_else(|| RestError::known(21_604))?;
        let from = From::read(&form)?;
        let text = Text::read(&form)?;
        let to = Address::recipient(to).ok_or_else(|| RestError::about(21_211, to))?;
        if let From::Address(from) = &from {
            if from.channel != to.channel {
                return Err(RestError::known(21_910));
            }
            if *from == to {
                return Err(RestError::known(21_266));
            }
        }
        Ok(Self { to, from, text, callback: callback(&form)?, validity: validity(&form)? })
    }
}

impl From {
    fn read(form: &Form) -> Result<Self, RestError> {
        match (form.get("MessagingServiceSid"), form.get("From")) {
            (Some(sid), _) if is_sid("MG", sid) => Ok(Self::Service(sid.to_owned())),
            (Some(sid), _) => Err(RestError::about(21_701, sid)),
            (None, Some(from)) => {
                let address = Address::sender(from).ok_or_else(|| RestError::about(21_212, from));
                address.map(Self::Address)
            }
            (None, None) => Err(RestError::known(21_603)),
        }
    }
}

impl Text {
    fn read(form: &Form) -> Result<Self, RestError> {
        let Some(sid) = form.get("ContentSid") else {
            let body = form.get("Body").ok_or_else(|| RestError::known(21_602))?;
            if body.chars().count() > LONGEST_BODY {
                return Err(RestError::known(21_617));
            }
            return Ok(Self::Body(body.to_owned()));
        };
        if !is_sid("HX", sid) {
            return Err(RestError::about(21_655, sid));
        }
        let variables = match form.get("ContentVariables") {
            None => Map::new(),
            Some(json) => serde_json::from_str(json).map_err(|_| RestError::known(21_656))?,
        };
        if variables.values().any(|value| !value.is_string()) {
            return Err(RestError::known(21_656));
        }
        Ok(Self::Content { sid: sid.to_owned(), variables })
    }
}

/// An absolute address, whose host has no underscore.
fn callback(form: &Form) -> Result<Option<String>, RestError> {
    let Some(url) = form.get("StatusCallback") else { return Ok(None) };
    let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is_good = is_http(url)
        && url.chars().count() <= LONGEST_CALLBACK
        && host.is_some_and(|host| !host.contains('_'));
    if is_good { Ok(Some(url.to_owned())) } else { Err(RestError::about(21_609, url)) }
}

fn validity(form: &Form) -> Result<Duration, RestError> {
    let Some(text) = form.get("ValidityPeriod") else {
        return Ok(Duration::from_secs(LONGEST_VALIDITY));
    };
    let seconds = text.parse().ok().filter(|seconds| (1..=LONGEST_VALIDITY).contains(seconds));
    let seconds = seconds.ok_or_else(|| RestError::about(20_422, "ValidityPeriod"))?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: [(&str, &str); 3] =
        [("To", "+4915550102030"), ("From", "+15550100300"), ("Body", "482913 is your code")];

    fn parsed(fields: &[(&str, &str)]) -> Result<Outgoing, u32> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Outgoing::parse(form.finish().as_bytes()).map_err(|error| error.code)
    }

    /// The good form, with one field that is changed or taken out.
    fn with(name: &str, value: &str) -> Result<Outgoing, u32> {
        let rest = GOOD.into_iter().filter(|(known, _)| *known != name);
        parsed(&rest.chain([(name, value)]).collect::<Vec<_>>())
    }

    #[test]
    fn each_mistake_has_its_code() {
        let long = "é".repeat(1_601);
        let far = format!("https://example.com/{}", "a".repeat(4_000));
        let cases = [
            ("To", "", 21_604),
            ("To", "15550102030", 21_211),
            ("To", "whatsapp:+4915550102030", 21_910),
            ("To", "+15550100300", 21_266),
            ("From", "", 21_603),
            ("From", "what is this?", 21_212),
            ("From", "whatsapp:+15550100400", 21_910),
            ("MessagingServiceSid", "MG12", 21_701),
            ("Body", "", 21_602),
            ("Body", long.as_str(), 21_617),
            ("ContentSid", "HX12", 21_655),
            ("StatusCallback", "/hook", 21_609),
            ("StatusCallback", "ftp://example.com/hook", 21_609),
            ("StatusCallback", "https://my_host.example.com/hook", 21_609),
            ("StatusCallback", far.as_str(), 21_609),
            ("ValidityPeriod", "0", 20_422),
            ("ValidityPeriod", "36001", 20_422),
            ("ValidityPeriod", "soon", 20_422),
        ];
        for (name, value, code) in cases {
            assert_eq!(with(name, value).map(|_| ()), Err(code), "{name}={value}");
        }
    }

    #[test]
    fn what_does_not_matter_here_is_passed_over() {
        let outgoing = with("RiskCheck", "disable").unwrap();

        assert!(matches!(outgoing.text, Text::Body(body) if body == "482913 is your code"));
        assert_eq!(outgoing.validity, Duration::from_hours(10));
        assert_eq!(with("Body", &"é".repeat(1_600)).map(|_| ()), Ok(()));
    }

    #[test]
    fn a_template_counts_more_than_a_body() {
        let sid = format!("HX{}", "a".repeat(32));
        let variables = |json: &str| {
            parsed(&[&GOOD[..], &[("ContentSid", &sid), ("ContentVariables", json)]].concat())
        };

        let Ok(Text::Content { variables: found, .. }) =
            variables(r#"{"1":"482913"}"#).map(|outgoing| outgoing.text)
        else {
            panic!("it is a template")
        };

        assert_eq!(found["1"], "482913");
        for wrong in ["[]", "{", r#"{"1":482913}"#] {
            assert_eq!(variables(wrong).map(|_| ()), Err(21_656), "{wrong}");
        }
    }

    #[test]
    fn a_service_needs_no_number() {
        let sid = format!("MG{}", "0".repeat(32));

        let outgoing = parsed(&[GOOD[0], GOOD[2], ("MessagingServiceSid", &sid)]).unwrap();

        assert!(matches!(outgoing.from, From::Service(found) if found == sid));
    }

    const NAMES: [&str; 9] = [
        "To",
        "From",
        "MessagingServiceSid",
        "Body",
        "ContentSid",
        "ContentVariables",
        "StatusCallback",
        "ValidityPeriod",
        "Other",
    ];

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Outgoing::parse(&body);
        }

        #[test]
        fn any_fields_are_read_or_refused(
            fields in prop::collection::vec((prop::sample::select(&NAMES[..]), ".{0,40}"), 0..10)
        ) {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let _ = parsed(&fields);
        }

        #[test]
        fn a_good_number_and_any_body_that_fits_are_taken(body in ".{1,400}") {
            prop_assert!(with("Body", &body).is_ok());
        }
    }
}
