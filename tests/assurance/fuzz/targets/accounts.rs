//! E-mail addresses, and how an account is named.

use authctl::model::user::UserSpec;
use authctl::policy::email::{Email, is_normal_form};

use super::{class, rough, shape, text};

/// An address that is taken is its own normal form, and holds nothing that must not stand in a row.
pub fn email(data: &[u8]) -> u64 {
    let given = text(data);
    let email = match Email::parse(&given) {
        Ok(email) => email,
        Err(refusal) => {
            let said = refusal.to_string();
            assert!(!said.is_empty() && !said.contains(['\u{1b}', '\n', '\0']), "{given:?}: {said:?}");
            assert!(!is_normal_form(&given), "{given:?}");
            return class(("refused", shape(&said), given.is_ascii()));
        }
    };
    let stored = email.as_str();
    assert!(is_normal_form(stored), "{given:?} becomes {stored:?}, which is not its own normal form");
    assert!(stored.len() <= 254, "{given:?}");
    assert_eq!(stored.matches('@').count(), 1, "{given:?}");
    assert!(!stored.chars().any(|c| c.is_control() || c.is_whitespace()), "{given:?}");
    let (local, domain) = stored.split_once('@').expect("an @");
    assert!(!local.is_empty() && domain.contains('.') && !domain.ends_with('.'), "{given:?}");
    // The Cherokee letters are the ones whose folded form is the upper one (Unicode, CaseFolding.txt).
    let cherokee = |c: char| ('\u{13a0}'..='\u{13f5}').contains(&c);
    assert!(domain.chars().all(|c| cherokee(c) || c.to_lowercase().eq([c])), "{given:?} becomes {stored:?}");
    class(("taken", stored == given, given.is_ascii(), rough(local.len()), rough(domain.len())))
}

/// What names an account is printed in a form that names the same.
pub fn user_spec(data: &[u8]) -> u64 {
    let given = text(data);
    let Ok(spec) = UserSpec::parse(&given) else {
        let rest = given.strip_prefix("id:").expect("only an id can be wrong");
        assert!(rest.parse::<i64>().is_err(), "{given:?}");
        return class(("refused", rough(rest.len())));
    };
    assert_eq!(UserSpec::parse(&spec.to_string()), Ok(spec.clone()), "{given:?}");
    match &spec {
        UserSpec::Id(id) => assert_eq!(given[3..].parse(), Ok(id.0), "{given:?}"),
        UserSpec::Username(_) | UserSpec::Email(_) | UserSpec::Either(_) => assert_eq!(spec.to_string(), given),
    }
    class(("read", std::mem::discriminant(&spec), rough(given.len())))
}
