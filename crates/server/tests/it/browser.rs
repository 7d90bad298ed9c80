//! Somebody's browser without scripts: it keeps cookies, follows redirects and sends forms.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;

use crate::harness::{Answer, PUBLIC_URL, TestServer};

pub struct Browser<'a> {
    server: &'a TestServer,
    pub cookies: BTreeMap<String, String>,
    pub languages: &'static str,
}

/// What a form sends, by name.
pub type Fields<'a> = &'a [(&'a str, &'a str)];

impl<'a> Browser<'a> {
    pub fn new(server: &'a TestServer) -> Self {
        Self { server, cookies: BTreeMap::new(), languages: "en" }
    }

    /// Opens an address, wherever it leads.
    pub async fn open(&mut self, address: &str) -> Answer {
        let path = address.strip_prefix(PUBLIC_URL).unwrap_or(address).to_owned();
        let answer = self.get(&path).await;
        self.follow(answer).await
    }

    /// Opens an address, and goes no further.
    pub async fn get(&mut self, path: &str) -> Answer {
        let call = self.server.call(Method::GET, path).header("accept", "text/html,*/*;q=0.8");
        let answer = self.dress(call).send().await;
        self.keep(&answer);
        answer
    }

    /// Sends a form, and follows where it leads.
    pub async fn submit(&mut self, path: &str, fields: Fields<'_>) -> Answer {
        let answer = self.post(path, fields).await;
        self.follow(answer).await
    }

    /// Sends a form, and goes no further.
    pub async fn post(&mut self, path: &str, fields: Fields<'_>) -> Answer {
        let call = self.form(path, fields).header("accept", "text/html,*/*;q=0.8");
        let answer = call.send().await;
        self.keep(&answer);
        answer
    }

    /// Sends a form as the page's script does, and answers what it is told.
    pub async fn ask(&mut self, path: &str, fields: Fields<'_>) -> Value {
        let answer = self.form(path, fields).header("accept", "application/json").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.keep(&answer);
        answer.json()["state"].clone()
    }

    pub async fn state(&self, base: &str) -> Value {
        let call = self.server.call(Method::GET, &format!("{base}/status"));
        let answer = self.dress(call).header("accept", "application/json").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["state"].clone()
    }

    /// A form that is sent from a page of the server.
    pub fn form(&self, path: &str, fields: Fields<'_>) -> crate::harness::Call<'a> {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let call = self
            .server
            .call(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(pairs.join("&"));
        self.dress(call)
    }

    pub fn dress(&self, call: crate::harness::Call<'a>) -> crate::harness::Call<'a> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let call = call.header("accept-language", self.languages);
        if cookies.is_empty() { call } else { call.header("cookie", &cookies.join("; ")) }
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..5 {
            if answer.status != 303 {
                return answer;
            }
            let path = answer.header("location").to_owned();
            answer = self.get(&path).await;
        }
        panic!("it leads in circles");
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The page's own path, without what its address says besides.
pub fn base(url: &str) -> String {
    let path = url.strip_prefix(PUBLIC_URL).unwrap_or(url);
    path.split('?').next().unwrap().to_owned()
}

/// The value of a field that nobody sees.
pub fn hidden(html: &str, name: &str) -> String {
    let inputs = html.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let input = inputs.into_iter().find(|input| input.contains(&format!("name=\"{name}\"")));
    let input = input.unwrap_or_else(|| panic!("no {name} in {html}"));
    input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Where the forms of a page go.
pub fn actions(html: &str) -> Vec<String> {
    let forms = html.split("<form").skip(1).filter_map(|rest| rest.split('>').next());
    forms.filter_map(|form| form.split("action=\"").nth(1)?.split('"').next().map(plain)).collect()
}

/// What the page's script begins with.
pub fn boot(html: &str) -> Value {
    let json = html.split("id=\"boot\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(json).unwrap()
}

fn plain(text: &str) -> String {
    text.replace("&#x2f;", "/").replace("&amp;", "&")
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
