//! A token taken apart, with what differs from one token to the next taken out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Header and payload as text, and the claims read.
pub struct Parts {
    pub header: String,
    pub payload: String,
    pub claims: Value,
}

/// Takes a compact token apart.
#[track_caller]
pub fn parts(token: &str) -> Parts {
    let segments: Vec<&str> = token.split('.').collect();
    let [header, payload, _signature] = segments[..] else { panic!("{token} has not three segments") };
    let decode = |segment: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(segment).expect("segments are unpadded base64url");
        String::from_utf8(bytes).expect("segments are UTF-8")
    };
    let (header, payload) = (decode(header), decode(payload));
    let claims = serde_json::from_str(&payload).expect("claims are JSON");
    Parts { header, payload, claims }
}

impl Parts {
    /// Header and payload, byte for byte, with `iat`, `exp` and `jti` masked: they are checked for themselves first.
    #[track_caller]
    pub fn masked(&self) -> String {
        let claims = &self.claims;
        let (iat, exp) =
            (claims["iat"].as_i64().expect("iat is an int"), claims["exp"].as_i64().expect("exp is an int"));
        let jti = claims["jti"].as_str().expect("jti is text");
        assert!(jti.len() == 32 && jti.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{jti}");
        let payload = self
            .payload
            .replace(&format!(r#""exp":{exp},"#), &format!(r#""exp":iat+{},"#, exp - iat))
            .replace(&format!(r#""iat":{iat},"#), r#""iat":iat,"#)
            .replace(jti, "jti");
        format!("{}.{payload}", self.header)
    }
}
