//! Signing and checking compact tokens with HS256, and nothing else.
//!
//! What a newcomer would get wrong: `jsonwebtoken` is here for its signatures alone. It comes without a
//! backend, ours knows HMAC only, and its own judgement of claims is never used (60 s of leeway, a future
//! `nbf` accepted): tokens are judged by `policy::token`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::model::secret::{SignedToken, SigningKey};

static HMAC_ONLY: CryptoProvider = CryptoProvider {
    signer_factory: new_signer,
    verifier_factory: new_verifier,
    // Only JWK code calls these, and there is none.
    key_utils: KeyUtils::new_unimplemented(),
};

/// What a signature is worth under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum SignatureCheck {
    /// It fits.
    Valid,
    /// It does not.
    Invalid,
    /// It does not, but fits the bytes that the key's text means as base64 (field report A17).
    FitsDecodedKey,
}

/// Makes our HMAC-only provider the one that `jsonwebtoken` uses; a second call changes nothing.
pub fn install() {
    // The error only says that a provider is there already, and nobody but us installs one.
    let _ = HMAC_ONLY.install_default();
}

/// Signs header and payload, given as JSON text, into a compact token.
#[must_use]
pub fn sign_compact(header_json: &str, payload_json: &str, key: &SigningKey) -> SignedToken {
    install();
    let mut token = URL_SAFE_NO_PAD.encode(header_json);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload_json, &mut token);
    let secret = EncodingKey::from_secret(key.expose());
    let signature = jsonwebtoken::crypto::sign(token.as_bytes(), &secret, Algorithm::HS256)
        .expect("HMAC takes a key of any length and our provider knows HS256");
    token.push('.');
    token.push_str(&signature);
    SignedToken::new(token)
}

/// A compact token with an empty signature (RFC 7519 §6): nobody may accept it.
#[must_use]
pub fn unsigned(header_json: &str, payload_json: &str) -> SignedToken {
    let mut token = URL_SAFE_NO_PAD.encode(header_json);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload_json, &mut token);
    token.push('.');
    SignedToken::new(token)
}

/// Checks the signature bytes of a token over its first two segments as they were written.
pub fn check(signing_input: &str, signature: &[u8], key: &SigningKey) -> SignatureCheck {
    if fits(signing_input, signature, key.expose()) {
        return SignatureCheck::Valid;
    }
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    let readings = engines.iter().filter_map(|engine| engine.decode(key.expose()).ok());
    for decoded in readings.map(Zeroizing::new) {
        if fits(signing_input, signature, &decoded) {
            return SignatureCheck::FitsDecodedKey;
        }
    }
    SignatureCheck::Invalid
}

fn fits(signing_input: &str, signature: &[u8], key: &[u8]) -> bool {
    install();
    let signature = URL_SAFE_NO_PAD.encode(signature);
    let secret = DecodingKey::from_secret(key);
    jsonwebtoken::crypto::verify(&signature, signing_input.as_bytes(), &secret, Algorithm::HS256).unwrap_or(false)
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, key: &[u8]) -> JwtResult<Self> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::UnsupportedAlgorithm.into());
        }
        if family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidKeyFormat.into());
        }
        let state = Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Self(state))
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(message)
    }
}

fn new_signer(algorithm: &Algorithm, key: &EncodingKey) -> JwtResult<Box<dyn JwtSigner>> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.as_bytes())?))
}

fn new_verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        // Compares in constant time, the length included.
        self.over(message).verify_slice(signature).map_err(SignatureError::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
