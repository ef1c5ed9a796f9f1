//! Just enough HTTP/1.1 to ask the reference app: one request a connection, whole bodies, JSON.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Above the 5 s that the app waits for a locked database, with room for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends one request and returns status and body; a body that is not JSON comes back as a JSON string.
///
/// The token goes out as it is, trimmed: an HTTP header cannot end in a line break.
///
/// # Errors
/// When the connection fails, or what comes back is no HTTP response.
pub fn ask(port: u16, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> io::Result<(u16, Value)> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let authorization =
        token.map(|token| format!("Authorization: Bearer {}\r\n", token.trim_end())).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{authorization}\r\n{body}",
        body.len()
    );

    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    parsed(&response).ok_or_else(|| io::Error::other(format!("not a response: {}", String::from_utf8_lossy(&response))))
}

fn parsed(response: &[u8]) -> Option<(u16, Value)> {
    let text = std::str::from_utf8(response).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let value = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    Some((status, value))
}
