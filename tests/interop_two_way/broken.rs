//! Tokens that are broken on purpose, as the running app answers to them: what the help says of it.

use crate::pair::{Form, Pair, text};
use crate::support::TokenLib;

/// Kinds, and the app's answer with python-jose and with PyJWT.
const KINDS: [(&str, u16, u16); 7] = [
    ("expired", 401, 401),
    ("not-yet", 401, 401),
    ("signature", 401, 401),
    ("alg-none", 401, 401),
    ("type", 200, 200),
    ("no-user", 401, 401),
    ("future-iat", 200, 401),
];

fn the_app_answers_what_the_help_says(form: Form) {
    let pair = Pair::start(form);
    pair.account("mia-test");
    for (kind, jose, pyjwt) in KINDS {
        let document = pair.tool.run(&["token", "issue", "mia-test", "--broken", kind]).done().document();
        let wanted = match form.lib {
            TokenLib::Jose => jose,
            TokenLib::PyJwt => pyjwt,
        };
        let (status, answer) = pair.app.me(text(&document["token"]));
        assert_eq!(status, wanted, "{kind} with {:?}: {answer}", form.lib);
    }
    let sound = pair.tool.run(&["token", "issue", "mia-test", "--count", "2"]).done().document();
    for document in sound.as_array().expect("an array") {
        assert_eq!(pair.app.me(text(&document["token"])).0, 200);
    }
}

#[test]
fn broken_tokens_on_a_live_file_with_python_jose() {
    the_app_answers_what_the_help_says(Form::LIVE.with(TokenLib::Jose));
}

#[test]
fn broken_tokens_on_a_live_file_with_pyjwt() {
    the_app_answers_what_the_help_says(Form::LIVE.with(TokenLib::PyJwt));
}

#[test]
fn broken_tokens_on_the_newest_layout_with_python_jose() {
    the_app_answers_what_the_help_says(Form::NEWEST.with(TokenLib::Jose));
}

#[test]
fn broken_tokens_on_the_newest_layout_with_pyjwt() {
    the_app_answers_what_the_help_says(Form::NEWEST.with(TokenLib::PyJwt));
}
