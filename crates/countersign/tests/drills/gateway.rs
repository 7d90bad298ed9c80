//! An SMS gateway that is known only by its settings: it takes messages, and reports on them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Client, Request};
use crate::process::eventually;
use crate::report::report;
use crate::stage::{Stage, check, phone};

const KEY: &str = "Bearer of-the-gateway-drill-51c0";

/// A request that came to the gateway.
pub(crate) struct Taken {
    authorization: String,
    pub(crate) message: Value,
}

#[test]
fn a_gateway_known_only_by_its_settings_sends_and_reports() {
    let (address, taken) = gateway();
    let url = format!("http://{address}/v1/messages");
    let server = crate::process::free_address();
    let public = format!("http://{server}");
    let header = format!("Authorization: {KEY}");
    let stage = Stage::sqlite_at(
        server,
        &[
            ("PUBLIC_URL", public.as_str()),
            ("SMS_GATEWAY_URL", &url),
            ("SMS_GATEWAY_HEADERS", &header),
            (
                "SMS_GATEWAY_BODY",
                r#"{"to":"{to_digits}","from":"{sender}","text":"{text}","report":"{callback_url}"}"#,
            ),
            ("SMS_GATEWAY_SENDER", "Drill \"shop\""),
            ("SMS_GATEWAY_SUCCESS", "/status=accepted"),
            ("SMS_GATEWAY_MESSAGE_ID", "/id"),
            ("SMS_GATEWAY_CALLBACK_SECRET", "secret-of-the-gateway-drill"),
            ("SMS_GATEWAY_CALLBACK_STATUS", "/status"),
            ("SMS_GATEWAY_CALLBACK_WORDS", "DELIVRD=delivered,UNDELIV=failed"),
        ],
    );
    let mut client = stage.client(0);
    let mut broken = Vec::new();
    let (first, second) = (send(&mut client, &taken, 1), send(&mut client, &taken, 2));
    for (_, taken) in [&first, &second] {
        let is_ours = taken.authorization == KEY && taken.message["from"] == "Drill \"shop\"";
        if !is_ours {
            broken.push(format!("{}", taken.message));
        }
    }

    // The very same body about two messages: only the address tells them apart.
    let reports: Vec<u16> = [&first, &second]
        .map(|(_, taken)| post(server, &target(taken), "status=DELIVRD").status)
        .to_vec();
    let forged = post(server, &target(&first.1).replace("key=", "key=0"), "status=UNDELIV").status;
    let statuses = [&first, &second].map(|(id, _)| status(&mut client, id));
    if reports != [200, 200] || statuses != ["delivered", "delivered"] {
        broken.push(format!("{reports:?} came to {statuses:?}"));
    }
    if forged != 401 {
        broken.push(format!("a report with another key was answered {forged}"));
    }
    let code = code_of(&first.1);
    let answer = check(&mut client, &first.0, &code);
    if answer.field("status") != "approved" {
        broken.push(format!("{answer:?}"));
    }
    report("gateway", &json!({ "n": 2, "reports": reports, "forged": forged }), &broken);
}

fn send(client: &mut Client, taken: &Receiver<Taken>, place: usize) -> (String, Taken) {
    let body = json!({ "phone": phone(700_000 + place), "channel": "sms" });
    let answer = client.post("/v1/verifications", &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    (answer.field("id"), taken.recv_timeout(Duration::from_secs(10)).unwrap())
}

fn status(client: &mut Client, id: &str) -> String {
    let answer = eventually("a report counts", 10, || {
        let answer = client.get(&format!("/v1/verifications/{id}"));
        (answer.json()["messages"][0]["delivered_at"] != Value::Null).then_some(answer)
    });
    answer.json()["messages"][0]["status"].as_str().unwrap().to_owned()
}

fn code_of(taken: &Taken) -> String {
    taken.message["text"].as_str().unwrap().chars().take(6).collect()
}

/// The path that the gateway is to report to.
fn target(taken: &Taken) -> String {
    let url = taken.message["report"].as_str().unwrap();
    url[url.find("/api/").unwrap()..].to_owned()
}

fn post(server: SocketAddr, target: &str, body: &str) -> Answer {
    let request = Request::new("POST", target)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.as_bytes().to_vec());
    Client::new(server).send(&request).unwrap()
}

/// Answers every message, and hands it on.
pub(crate) fn gateway() -> (SocketAddr, Receiver<Taken>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (taken, messages) = channel();
    thread::spawn(move || {
        for (number, socket) in listener.incoming().enumerate() {
            take(&mut socket.unwrap(), number, &taken);
        }
    });
    (address, messages)
}

fn take(socket: &mut TcpStream, number: usize, taken: &Sender<Taken>) {
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let (mut authorization, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut authorization),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let _ = taken.send(Taken { authorization, message: serde_json::from_slice(&body).unwrap() });
    let answer = json!({ "status": "accepted", "id": format!("sms-{number}") }).to_string();
    let head = format!(
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(answer.as_bytes()).unwrap();
}
