//! A call, taken apart: which object, which edge of it, by whose token.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::Query,
    http::{HeaderMap, Method, Uri, header},
};
use serde_json::{Map, Value};

use crate::{
    graph::{error::GraphError, version},
    settings::Settings,
};

pub(super) struct Call {
    pub(super) method: Method,
    pub(super) version: u32,
    pub(super) object: String,
    /// What follows the object in the path; empty for the object itself.
    pub(super) edge: String,
    pub(super) query: HashMap<String, String>,
    pub(super) body: Bytes,
    /// By what name the simulator was called.
    pub(super) host: String,
    bearer: Option<String>,
}

impl Call {
    pub(super) fn new(method: Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Self {
        let mut segments = uri.path().split('/').filter(|segment| !segment.is_empty()).peekable();
        let named = segments.peek().and_then(|first| version::serving(first));
        if named.is_some() {
            segments.next();
        }
        let object = segments.next().unwrap_or_default().to_owned();
        let edge = segments.collect::<Vec<_>>().join("/");
        let query = Query::try_from_uri(uri).map(|Query(query)| query).unwrap_or_default();
        let version = named.unwrap_or(version::UNVERSIONED);
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or("localhost").to_owned();
        Self { method, version, object, edge, query, body, host, bearer: bearer(headers) }
    }

    pub(super) fn check_token(&self, settings: &Settings) -> Result<(), GraphError> {
        match self.token() {
            None | Some("") => Err(GraphError::no_token()),
            Some(token) if token == settings.access_token => Ok(()),
            Some(_) => Err(GraphError::bad_token()),
        }
    }

    pub(super) fn token(&self) -> Option<&str> {
        let in_query = || self.query.get("access_token");
        self.bearer.as_ref().or_else(in_query).map(String::as_str)
    }

    /// The body as a JSON object. An empty body has no parameters.
    pub(super) fn parameters(&self) -> Result<Map<String, Value>, GraphError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(parameters)) => Ok(parameters),
            Ok(_) => Err(GraphError::parameter("Invalid parameter: the body must be an object")),
            Err(error) => Err(GraphError::parameter(format!("Invalid JSON: {error}"))),
        }
    }

    /// An object with only the fields that were asked for; by default with `usual` ones.
    pub(super) fn pick(&self, all: Value, usual: &[&str]) -> Value {
        let Value::Object(mut all) = all else { return all };
        let asked = self.query.get("fields").map(|fields| fields.split(',').map(str::trim));
        match asked {
            Some(fields) => {
                let fields: Vec<_> = fields.collect();
                all.retain(|name, _| name == "id" || fields.contains(&name.as_str()));
            }
            None => all.retain(|name, _| usual.contains(&name.as_str())),
        }
        Value::Object(all)
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
    is_known.then(|| token.trim().to_owned())
}
