//! Reading the settings.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;

/// Every setting with its comment and default.
const DEFAULTS: &str = include_str!("../../config.default.toml");
const DEFAULT_FILE: &str = "countersign.toml";

/// Settings that cannot be used: one line each.
#[derive(Debug)]
pub(crate) struct ConfigError(pub(crate) Vec<String>);

/// Where settings are looked for beside the file.
pub(crate) trait Environment {
    fn get(&self, name: &str) -> Option<String>;
}

/// The environment of the process.
pub(crate) struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn get(&self, name: &str) -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "this is where the binary reads it")]
        std::env::var(name).ok()
    }
}

impl Config {
    /// Reads the defaults, then `file` (or `countersign.toml`, if it is there), then the
    /// environment.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: &dyn Environment,
    ) -> Result<Self, ConfigError> {
        Self::load_over(&Table::new(), file, environment)
    }

    /// The same with other defaults for some settings.
    pub(crate) fn load_over(
        overlay: &Table,
        file: Option<&Path>,
        environment: &dyn Environment,
    ) -> Result<Self, ConfigError> {
        let defaults: Table = parse(DEFAULTS, "the defaults")?;
        let mut table = defaults.clone();
        table.extend(overlay.clone());
        let mut problems = Vec::new();
        for (name, value) in read_file(file)? {
            match table.get_mut(&name) {
                Some(known) => *known = value,
                None => problems.push(format!("{name}: there is no such setting")),
            }
        }
        for (name, value) in &mut table {
            // The file may have one text where a list is meant.
            let default = defaults.get(name).unwrap_or(value);
            match from_environment(name, default, environment) {
                Ok(Some(given)) => *value = given,
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        let config = Self::deserialize(Value::Table(table.clone()));
        if config.is_err() {
            problems.extend(wrong_types(&table)?);
        }
        match config {
            Ok(config) if problems.is_empty() => Ok(config),
            Ok(_) | Err(_) => Err(ConfigError(problems)),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the settings cannot be used:")?;
        self.0.iter().try_for_each(|line| write!(formatter, "\n  {line}"))
    }
}

impl std::error::Error for ConfigError {}

fn read_file(file: Option<&Path>) -> Result<Table, ConfigError> {
    let path = file.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_owned);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path.display().to_string()),
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Table::new())
        }
        Err(error) => Err(ConfigError(vec![format!("{}: {error}", path.display())])),
    }
}

fn parse(text: &str, name: &str) -> Result<Table, ConfigError> {
    // The excerpt that the parser prints could hold a secret.
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        ConfigError(vec![format!("{name}, line {line}: {}", error.message())])
    })
}

// A value of the environment has the type of the default.
fn from_environment(
    name: &str,
    default: &Value,
    environment: &dyn Environment,
) -> Result<Option<Value>, String> {
    let variable = name.to_uppercase();
    let Some(text) = environment_text(&variable, environment)? else { return Ok(None) };
    let text = text.trim();
    let value = match default {
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
        Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => {
            Some(Value::String(text.to_owned()))
        }
    };
    let kind = if default.is_bool() { "true or false" } else { "a whole number" };
    value.map(Some).ok_or_else(|| format!("{name}: write {kind} in {variable}"))
}

fn environment_text(
    variable: &str,
    environment: &dyn Environment,
) -> Result<Option<String>, String> {
    if let Some(text) = environment.get(variable) {
        return Ok(Some(text));
    }
    let Some(path) = environment.get(&format!("{variable}_FILE")) else { return Ok(None) };
    std::fs::read_to_string(&path)
        .map(Some)
        .map_err(|error| format!("{}: could not read {path}: {error}", variable.to_lowercase()))
}

/// The settings that have another type than they need: each is tried alone among the defaults. The
/// value is not repeated, for it may be a secret.
fn wrong_types(table: &Table) -> Result<Vec<String>, ConfigError> {
    let defaults: Table = parse(DEFAULTS, "the defaults")?;
    let mut problems = Vec::new();
    for (name, value) in table {
        let mut alone = defaults.clone();
        let default = alone.insert(name.clone(), value.clone());
        if Config::deserialize(Value::Table(alone)).is_err() {
            let kind = match default {
                Some(Value::Integer(_)) => "a whole number that is not negative and not too large",
                Some(Value::Boolean(_)) => "true or false, without quotes",
                Some(Value::Array(_)) => "a list of texts, such as [\"a\", \"b\"]",
                _ => "a text in quotes",
            };
            problems.push(format!("{name}: write {kind}"));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    impl Environment for HashMap<&str, &str> {
        fn get(&self, name: &str) -> Option<String> {
            HashMap::get(self, name).map(|value| (*value).to_owned())
        }
    }

    fn load(
        file: &str,
        environment: &[(&'static str, &'static str)],
    ) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countersign.toml");
        std::fs::write(&path, file).unwrap();
        let environment: HashMap<&str, &str> = environment.iter().copied().collect();
        Config::load(Some(&path), &environment)
    }

    #[test]
    fn every_setting_has_a_default_with_a_comment_before_it() {
        let config = load("", &[]).unwrap();

        assert_eq!(config.otp_max_attempts, 3);
        let settings =
            DEFAULTS.lines().filter(|line| line.contains(" = ") && !line.starts_with('#'));
        for group in DEFAULTS.split("\n\n").filter(|group| group.contains('\n')) {
            assert!(group.trim_start().starts_with('#'), "no comment: {group}");
        }
        assert!(settings.count() > 40);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let config = load(
            "otp_max_attempts = 2\nlisten = \"127.0.0.1:1\"",
            &[("LISTEN", "127.0.0.1:2"), ("ALLOWED_COUNTRIES", "IN, BR"), ("ACCEPT_RISK", "true")],
        )
        .unwrap();

        assert_eq!(config.listen, "127.0.0.1:2");
        assert_eq!(config.otp_max_attempts, 2);
        assert_eq!(config.allowed_countries, ["IN", "BR"]);
        assert!(config.accept_risk);
    }

    #[test]
    fn a_list_in_the_environment_is_split_whatever_the_file_has() {
        let config = load(
            "twilio_account_sid = \"AC1\"\nretention_days = \"ninety\"",
            &[("TWILIO_ACCOUNT_SID", "AC1, AC2"), ("RETENTION_DAYS", "30")],
        )
        .unwrap();

        assert_eq!(config.twilio_account_sid, ["AC1", "AC2"]);
        assert_eq!(config.retention_days, 30);
    }

    #[test]
    fn settings_of_another_type_are_all_named_and_their_values_are_not() {
        let error = load(
            "retention_days = \"ninety\"\nlisten = 3000\notp_max_attempts = -1\n\
             delivery_enabled = \"no\"\nsecret_key = 402917\nlisen = 1",
            &[],
        )
        .unwrap_err();

        let text = error.to_string();
        for name in [
            "retention_days: write a whole number",
            "listen: write a text in quotes",
            "otp_max_attempts: write a whole number",
            "delivery_enabled: write true or false",
            "secret_key: write a text in quotes",
            "lisen: there is no such setting",
        ] {
            assert!(text.contains(name), "{name} in {text}");
        }
        assert!(!text.contains("402917") && !text.contains("ninety"), "{text}");
    }

    #[test]
    fn unknown_and_unreadable_settings_are_all_named() {
        let error =
            load("otp_digits = 4\nlisen = \"x\"", &[("OTP_MAX_ATTEMPTS", "three")]).unwrap_err();

        let text = error.to_string();
        for name in ["otp_digits", "lisen", "otp_max_attempts"] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn a_server_without_its_keys_is_told_of_every_one() {
        let problems = load("secret_key = \"abc\"", &[]).unwrap().problems().join("\n");

        for name in
            ["secret_key", "whatsapp_access_token", "whatsapp_app_secret", "whatsapp_verify_token"]
        {
            assert!(problems.contains(name), "{problems}");
        }
        assert!(!problems.contains("abc"));
    }

    #[test]
    fn a_sign_in_code_that_is_too_short_needs_consent() {
        let risky = load("otp_sign_in_code_digits = 6", &[]).unwrap();
        let known = load("otp_sign_in_code_digits = 6\naccept_risk = true", &[]).unwrap();

        assert_eq!(risky.policy_problems().len(), 1);
        assert!(known.policy_problems().is_empty());
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_without_showing_its_text() {
        let error = load("secret_key = \"sesame\nlisten", &[]).unwrap_err().to_string();

        assert!(error.contains("line "), "{error}");
        assert!(!error.contains("sesame"), "{error}");
    }
}
