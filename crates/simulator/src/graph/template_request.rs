//! What is asked for when a template is created, and Meta's rules for it.

use serde_json::{Map, Value};

use crate::{
    graph::error::GraphError,
    templates::{App, Button, Design},
};

const LONGEST_NAME: usize = 512;
const LONGEST_LABEL: usize = 25;
const LONGEST_PACKAGE: usize = 224;
const CATEGORIES: [&str; 3] = ["AUTHENTICATION", "MARKETING", "UTILITY"];
const USUAL_TTL: i64 = 600;
const LANGUAGES: &str = "af sq ar ar_AE ar_EG ar_LB ar_MA ar_QA ar_SA az bn bg ca zh_CN zh_HK zh_TW \
    hr cs da nl en en_AU en_CA en_GB en_IN en_US et fil fi fr fr_BE fr_CA ka de el gu ha he hi hu \
    id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl \
    es es_AR es_CL es_CO es_ES es_MX es_PE es_VE sw sv ta te th tr uk ur uz vi zu";

#[derive(Debug)]
pub(super) struct TemplateRequest {
    pub(super) name: String,
    pub(super) languages: Vec<String>,
    pub(super) design: Design,
}

type Parameters = Map<String, Value>;

impl TemplateRequest {
    pub(super) fn in_one(parameters: &Parameters) -> Result<Self, GraphError> {
        let language = text(parameters, "language")?;
        Self::parse(parameters, vec![language.to_owned()])
    }

    pub(super) fn in_many(parameters: &Parameters) -> Result<Self, GraphError> {
        let languages = parameters.get("languages").and_then(Value::as_array);
        let languages = languages.filter(|languages| !languages.is_empty());
        let languages = languages.ok_or_else(|| GraphError::required("languages"))?;
        let language = |language: &Value| language.as_str().map(str::to_owned);
        let languages: Option<Vec<_>> = languages.iter().map(language).collect();
        Self::parse(parameters, languages.ok_or_else(|| wrong("languages"))?)
    }

    fn parse(parameters: &Parameters, languages: Vec<String>) -> Result<Self, GraphError> {
        let name = text(parameters, "name")?;
        let is_known =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.len() > LONGEST_NAME || name.is_empty() || !name.bytes().all(is_known) {
            return Err(wrong("name: lower-case letters, digits and underscores only"));
        }
        if let Some(unknown) = languages.iter().find(|language| !is_language(language)) {
            return Err(wrong(&format!("language: {unknown} is not supported")));
        }
        let category = text(parameters, "category")?;
        if category != "AUTHENTICATION" {
            let message = if CATEGORIES.contains(&category) {
                "The simulator creates authentication templates only.".to_owned()
            } else {
                format!("Param category must be one of {{{}}}", CATEGORIES.join(", "))
            };
            return Err(GraphError::parameter(message));
        }
        let design = design(parameters)?;
        Ok(Self { name: name.to_owned(), languages, design })
    }
}

fn design(parameters: &Parameters) -> Result<Design, GraphError> {
    let ttl = parameters.get("message_send_ttl_seconds");
    let ttl_seconds = ttl.map_or(Some(USUAL_TTL), Value::as_i64);
    let ttl_seconds = ttl_seconds.filter(|ttl| *ttl == -1 || (30..=900).contains(ttl));
    let mut design = Design {
        button: Button::CopyCode,
        has_security_recommendation: false,
        expiration_minutes: None,
        ttl_seconds: ttl_seconds
            .ok_or_else(|| wrong("message_send_ttl_seconds: -1, or 30 to 900"))?,
    };
    let components = parameters.get("components").and_then(Value::as_array);
    let components = components.ok_or_else(|| GraphError::required("components"))?;
    let mut has_button = false;
    for component in components {
        let kind = component["type"].as_str().unwrap_or_default().to_ascii_uppercase();
        match kind.as_str() {
            "BODY" if component.get("text").is_none() => {
                let wanted = component.get("add_security_recommendation");
                design.has_security_recommendation = wanted
                    .map_or(Some(false), Value::as_bool)
                    .ok_or_else(|| wrong("add_security_recommendation"))?;
            }
            "BODY" => return Err(wrong("body: the text of an authentication template is Meta's")),
            "FOOTER" => {
                let minutes = component["code_expiration_minutes"].as_u64();
                let minutes = minutes.filter(|minutes| (1..=90).contains(minutes));
                let minutes = minutes.ok_or_else(|| wrong("code_expiration_minutes: 1 to 90"))?;
                design.expiration_minutes = Some(minutes);
            }
            "BUTTONS" => {
                design.button = the_button(&component["buttons"])?;
                has_button = true;
            }
            other => return Err(wrong(&format!("components: {other} does not belong here"))),
        }
    }
    has_button.then_some(design).ok_or_else(|| wrong("components: a button is missing"))
}

fn the_button(buttons: &Value) -> Result<Button, GraphError> {
    let Some([button]) = buttons.as_array().map(Vec::as_slice) else {
        return Err(wrong("buttons: there is exactly one"));
    };
    let is = |key: &str, value: &str| {
        button[key].as_str().is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    if !is("type", "OTP") {
        return Err(wrong("buttons: the type is OTP"));
    }
    for label in ["text", "autofill_text"] {
        let text = button[label].as_str().unwrap_or_default();
        if text.chars().count() > LONGEST_LABEL {
            return Err(GraphError::template(2_388_040, format!("{label}: at most 25 characters")));
        }
    }
    if is("otp_type", "COPY_CODE") {
        Ok(Button::CopyCode)
    } else if is("otp_type", "ONE_TAP") {
        apps(button).map(Button::OneTap)
    } else if is("otp_type", "ZERO_TAP") {
        if button["zero_tap_terms_accepted"] != true {
            return Err(wrong("zero_tap_terms_accepted: must be true"));
        }
        apps(button).map(Button::ZeroTap)
    } else {
        Err(wrong("otp_type: COPY_CODE, ONE_TAP or ZERO_TAP"))
    }
}

fn apps(button: &Value) -> Result<Vec<App>, GraphError> {
    let apps = button["supported_apps"].as_array();
    let apps = apps.filter(|apps| (1..=5).contains(&apps.len()));
    let apps = apps.ok_or_else(|| wrong("supported_apps: one to five"))?;
    apps.iter().map(app).collect()
}

fn app(app: &Value) -> Result<App, GraphError> {
    let word = |key: &str| app[key].as_str().unwrap_or_default().to_owned();
    let (package_name, signature_hash) = (word("package_name"), word("signature_hash"));
    let is_segment = |segment: &str| {
        segment.starts_with(|first: char| first.is_ascii_alphabetic())
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_package = package_name.contains('.')
        && package_name.len() <= LONGEST_PACKAGE
        && package_name.split('.').all(is_segment);
    if !is_package {
        return Err(wrong("package_name: such as com.example.shop"));
    }
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    if signature_hash.len() != 11 || !signature_hash.bytes().all(is_base64) {
        return Err(wrong("signature_hash: 11 characters of base64"));
    }
    Ok(App { package_name, signature_hash })
}

fn is_language(language: &str) -> bool {
    LANGUAGES.split(' ').any(|known| known == language)
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, GraphError> {
    parameters.get(name).and_then(Value::as_str).ok_or_else(|| GraphError::required(name))
}

fn wrong(what: &str) -> GraphError {
    GraphError::parameter(format!("Invalid parameter: {what}"))
}
