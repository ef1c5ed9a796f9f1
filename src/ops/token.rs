//! Tokens: issue, and judge with key and row.
//!
//! What a newcomer would get wrong: the event with the token's id is committed before the token is printed, so
//! that no token is in the world that the log does not know (save `--offline`, which looks at no database).

mod broken;
mod issue;

pub use broken::{BROKEN_TTL, Broken};
pub use issue::{IssueRequest, Issued, LoginTokens, OfflineHolder, after_login, issue, issue_offline};

use super::error::Error;
use super::settings::Settings;
use crate::crypto::jwt::{self, SignatureCheck};
use crate::model::secret::SigningKey;
use crate::model::time::{Span, Timestamp};
use crate::model::token::TokenType;
use crate::model::user::{Flag, StoredUser, UserId};
use crate::policy::state::is_locked_or_stuck;
use crate::policy::token::{self, Decoded, Judgement, KeyState, Options, Row, RowState, SignatureFact};
use crate::store::View;

impl Settings {
    /// The configured lifetime.
    pub fn ttl(&self, token_type: TokenType) -> Span {
        match token_type {
            TokenType::Access => self.access_ttl,
            TokenType::Refresh => self.refresh_ttl,
        }
    }
}

/// What there is to judge a token with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The key, where it is usable.
    pub key: Option<&'a SigningKey>,
    /// What the key is worth.
    pub key_state: KeyState,
    /// The rows, where there is a database.
    pub view: Option<View<'a>>,
    /// What the token is for.
    pub options: Options,
}

/// A judged token with the row that it speaks of.
#[derive(Debug)]
pub struct Judged {
    /// The judgement, row included.
    pub judgement: Judgement,
    /// The row, where it was looked at and is there.
    pub user: Option<StoredUser>,
}

/// Judges one token: form, signature, times, and the row.
///
/// # Errors
/// The file's.
pub fn judge(bench: &Bench<'_>, settings: &Settings, text: &str, now: Timestamp) -> Result<Judged, Error> {
    let decoded = token::decode(text);
    let signature = bench.key.map_or(SignatureFact::Unchecked, |key| signature(&decoded, key));
    let judgement = token::judge(decoded, bench.key_state, signature, now.micros(), bench.options);
    let (Some(view), Some(id)) = (bench.view, judgement.user_id) else {
        return Ok(Judged { judgement, user: None });
    };
    let Some(user) = view.user(UserId(id))? else {
        return Ok(Judged { judgement: judgement.with_row(&Row::Gone), user: None });
    };
    let row = Row::Found {
        state: row_state(&user, settings, now),
        role: user.role.value().map(String::as_str),
        email: user.email.value().map(String::as_str),
    };
    Ok(Judged { judgement: judgement.with_row(&row), user: Some(user) })
}

/// What the key says of a token's signature; unchecked where the token has none that could be.
pub fn signature(decoded: &Decoded<'_>, key: &SigningKey) -> SignatureFact {
    let Some(signed) = decoded.signed() else {
        return SignatureFact::Unchecked;
    };
    match jwt::check(signed.signing_input, signed.signature, key) {
        SignatureCheck::Valid => SignatureFact::Valid,
        SignatureCheck::Invalid => SignatureFact::Invalid,
        SignatureCheck::FitsDecodedKey => SignatureFact::FitsDecodedKey,
    }
}

fn row_state(user: &StoredUser, settings: &Settings, now: Timestamp) -> RowState {
    if user.is_active == Flag::Off {
        RowState::Inactive
    } else if is_locked_or_stuck(user, now, settings.time_format) {
        RowState::Locked
    } else {
        RowState::Active
    }
}
