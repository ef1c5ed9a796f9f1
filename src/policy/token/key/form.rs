//! Texts that cannot be the key of an HMAC in the eyes of the app's token libraries.
//!
//! What a newcomer would get wrong: a short or guessable key is not refused here, since the app signs with
//! it. What is refused is what the app itself could not sign with.

/// What makes a text useless as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusableKey {
    /// A PEM block.
    #[error("is in PEM form, which the app's token libraries refuse")]
    Pem,
    /// An ssh key.
    #[error("is in ssh form, which the app's token libraries refuse")]
    Ssh,
    /// Not UTF-8, so Python cannot make bytes of it.
    #[error("is not UTF-8 text")]
    NotUtf8,
    /// A NUL, which no environment can hold.
    #[error("has a NUL character in it")]
    Nul,
}

/// What PyJWT 2.10.1 or python-jose 3.5.0 refuses as an HMAC key, and what neither could be given.
///
/// python-jose refuses more: the first line of a PEM block alone, and a key type of ssh anywhere in the
/// text. Whatever one of the two refuses is refused here (`security.md`, Tokens).
#[must_use]
pub(super) fn unusable(key: &[u8]) -> Option<UnusableKey> {
    if std::str::from_utf8(key).is_err() {
        return Some(UnusableKey::NotUtf8);
    }
    if key.contains(&0) {
        return Some(UnusableKey::Nul);
    }
    if has_pem_header(key) {
        return Some(UnusableKey::Pem);
    }
    (has_ssh_type(key) || is_ssh_certificate(key)).then_some(UnusableKey::Ssh)
}

/// The kinds of PEM block (RFC 7468 and OpenSSH's) that the libraries look for.
const PEM_LABELS: [&str; 16] = [
    "CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "NEW CERTIFICATE REQUEST",
    "CERTIFICATE REQUEST",
    "X509 CRL",
    "DH PARAMETERS",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "SSH2 PUBLIC KEY",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "DSA PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "SSH2 ENCRYPTED PRIVATE KEY",
];

/// `----- BEGIN label -----` anywhere, each fifth dash of which may be a blank.
fn has_pem_header(key: &[u8]) -> bool {
    let after_dashes = |rest: &[u8]| {
        let label = rest.strip_prefix(b"-BEGIN ").or_else(|| rest.strip_prefix(b" BEGIN "))?;
        PEM_LABELS.iter().find_map(|name| {
            let end = label.strip_prefix(name.as_bytes())?;
            (end.starts_with(b"-----") || end.starts_with(b" ----")).then_some(())
        })
    };
    (0..key.len()).any(|at| key[at..].strip_prefix(b"----").and_then(after_dashes).is_some())
}

/// The key types of OpenSSH (RFC 4253 §6.6, RFC 5656, RFC 8709) that the libraries look for.
const SSH_TYPES: [&str; 6] =
    ["ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

fn has_ssh_type(key: &[u8]) -> bool {
    SSH_TYPES.iter().any(|name| key.windows(name.len()).any(|window| window == name.as_bytes()))
}

/// A first word with OpenSSH's suffix for certificates, blanks, and another word.
fn is_ssh_certificate(key: &[u8]) -> bool {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let Some(end) = key.iter().position(is_space) else {
        return false;
    };
    let (word, rest) = key.split_at(end);
    let next = rest.iter().find(|byte| !b" \t".contains(byte));
    let blank = b" \t".contains(&rest[0]);
    word.ends_with(b"-cert-v01@openssh.com") && blank && next.is_some_and(|byte| !is_space(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdicts of PyJWT 2.10.1 and python-jose 3.5.0 together.
    #[test]
    fn pem_and_ssh_forms_are_told_from_keys_as_the_libraries_tell_them() {
        let (none, pem, ssh) = (None, Some(UnusableKey::Pem), Some(UnusableKey::Ssh));
        for (key, verdict) in [
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", none),
            ("ssh-rsa AAAA", ssh),
            ("ssh-ed25519", ssh),
            ("ssh-dss", ssh),
            ("ecdsa-sha2-nistp256 x", ssh),
            ("ecdsa-sha2-nistp384", ssh),
            ("ecdsa-sha2-nistp521", ssh),
            (" ssh-rsa AAAA", ssh),
            ("Ssh-rsa A", none),
            ("sk-ssh-ed25519@openssh.com A", ssh),
            ("x-cert-v01@openssh.com AAAA", ssh),
            ("-cert-v01@openssh.com \t A", ssh),
            ("x-cert-v01@openssh.com", none),
            (" -cert-v01@openssh.com A", none),
            ("x-cert-v01@openssh.com\nA", none),
            ("x-cert-v01@openssh.com \nA", none),
            ("x-cert-v01@openssh.com \u{b}A", none),
            ("x-cert-v01@openssh.com ", none),
            ("a b-cert-v01@openssh.com A", none),
            ("x-cert-v01@openssh.com-y A", none),
            ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n", pem),
            ("-----BEGIN PRIVATE KEY-----", pem),
            ("x-----BEGIN CERTIFICATE-----\nabc", pem),
            ("-----BEGIN CERTIFICATE REQUEST-----", pem),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", pem),
            ("-----BEGIN X509 CRL-----", pem),
            ("---- BEGIN SSH2 PUBLIC KEY ----", pem),
            ("----- BEGIN PRIVATE KEY -----", pem),
            ("-----BEGIN PRIVATE KEY ----", pem),
            ("------BEGIN PRIVATE KEY------", pem),
            ("-----BEGIN FOO-----\na\n-----END FOO-----\n", none),
            ("-----BEGIN PRIVATE KEYS-----", none),
            ("----BEGIN PRIVATE KEY----", none),
            ("----BEGIN PRIVATE KEY-----", none),
            ("---- BEGIN PRIVATE KEY----", none),
            ("-----begin private key-----", none),
            ("-----BEGIN PGP PUBLIC KEY BLOCK-----", none),
        ] {
            assert_eq!(unusable(key.as_bytes()), verdict, "{key:?}");
        }
    }

    #[test]
    fn what_no_environment_could_hold_is_refused() {
        assert_eq!(unusable(b"a\0b"), Some(UnusableKey::Nul));
        assert_eq!(unusable(b"a\xffb"), Some(UnusableKey::NotUtf8));
    }
}
