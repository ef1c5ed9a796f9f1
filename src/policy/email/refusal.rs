//! Why a text is no e-mail address, in the app's words: what its answer 422 says after
//! `value is not a valid email address: `.

use std::fmt;

use thiserror::Error;

use super::label::LabelRefusal;

/// The most bytes of an address, `@` included (RFC 3696, errata 1690).
pub(super) const ADDRESS_MAX: usize = 254;
/// The most characters before the `@` (RFC 5321 §4.5.3.1.1).
pub(super) const LOCAL_MAX: usize = 64;
/// The most bytes of the domain in its ASCII form (RFC 1035 §2.3.4).
pub(super) const DOMAIN_MAX: usize = 253;
/// The most bytes of one label in its ASCII form (RFC 1035 §2.3.1).
pub(super) const LABEL_MAX: usize = 63;
/// The most characters of the whole input, display name included (pydantic's guard).
pub(super) const INPUT_MAX: usize = 2_048;

/// Why a text is refused as an e-mail address.
///
/// `characters` and `character` hold what is shown: a visible character in quotes, else its name or number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// More than 2,048 characters.
    #[error("Length must not exceed {INPUT_MAX} characters")]
    InputTooLong,
    /// No `@`, or only one between quotes.
    #[error("An email address must have an @-sign.")]
    NoAtSign,
    /// Something follows the closing quote.
    #[error("Extra character(s) found after close quote: {characters}")]
    AfterCloseQuote {
        /// What follows, in order.
        characters: String,
    },
    /// A display name without quotes has characters that need them.
    #[error("The display name contains invalid characters when not quoted: {characters}.")]
    DisplayName {
        /// The characters that need quotes.
        characters: String,
    },
    /// `<` without `>`.
    #[error(
        "An open angle bracket at the start of the email address has to be followed by a close angle bracket at the end."
    )]
    OpenBracket,
    /// Something follows the `>`.
    #[error("There can't be anything after the email address.")]
    AfterAddress,
    /// A display name in a form that is not taken.
    #[error("A display name and angle brackets around the email address are not permitted here.")]
    DisplayNameForm,
    /// Nothing before the `@`.
    #[error("There must be something before the @-sign.")]
    EmptyLocal,
    /// Nothing after the `@`.
    #[error("There must be something after the @-sign.")]
    EmptyDomain,
    /// Too many characters before the `@`.
    #[error("The email address is too long before the @-sign {}.", too_many(*excess, "character"))]
    LocalTooLong {
        /// Characters too many.
        excess: usize,
    },
    /// Characters that are not allowed before the `@`.
    #[error("The email address contains invalid characters before the @-sign: {characters}.")]
    LocalCharacters {
        /// The characters.
        characters: String,
    },
    /// Characters that are not even allowed between quotes.
    #[error("The email address contains invalid characters in quotes before the @-sign: {characters}.")]
    QuotedCharacters {
        /// The characters.
        characters: String,
    },
    /// A local part in quotes.
    #[error("Quoting the part before the @-sign is not allowed here.")]
    QuotedLocal,
    /// Control, format, unassigned or private characters, blanks, or a mark with nothing to combine with.
    #[error("The email address contains unsafe characters: {characters}.")]
    Unsafe {
        /// The characters.
        characters: String,
    },
    /// The local part breaks a rule once it is in Normalization Form C.
    #[error("After Unicode normalization: {0}")]
    AfterNormalization(Box<Refusal>),
    /// A period at the start.
    #[error("An email address cannot start with a period.")]
    LocalStart,
    /// A period before the `@`.
    #[error("An email address cannot have a period immediately before the @-sign.")]
    LocalEnd,
    /// Two periods in a row.
    #[error("An email address cannot have two periods in a row.")]
    TwoPeriods,
    /// A period or a hyphen after the `@`.
    #[error("An email address cannot have a {0} immediately after the @-sign.")]
    DomainStart(Edge),
    /// A period or a hyphen at the end.
    #[error("An email address cannot end with a {0}.")]
    DomainEnd(Edge),
    /// A label that starts or ends with a hyphen.
    #[error("An email address cannot have a period and a hyphen next to each other.")]
    PeriodAndHyphen,
    /// A label with two hyphens in the third and fourth place.
    #[error(
        "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode."
    )]
    TwoHyphens,
    /// Characters that no host name has.
    #[error("The part after the @-sign contains invalid characters: {characters}.")]
    DomainCharacters {
        /// The characters.
        characters: String,
    },
    /// A character that UTS 46 disallows.
    #[error("The part after the @-sign contains invalid characters ({0}).")]
    Unmappable(LabelRefusal),
    /// Characters that no host name has, once UTS 46 has mapped the domain.
    #[error("The part after the @-sign contains invalid characters after Unicode normalization: {characters}.")]
    MappedCharacters {
        /// The characters.
        characters: String,
    },
    /// A label of a domain with non-ASCII characters breaks a rule of IDNA 2008.
    #[error("The part after the @-sign is invalid ({0}).")]
    Label(LabelRefusal),
    /// A label in Punycode breaks a rule of IDNA 2008.
    #[error("The part after the @-sign is not valid IDNA ({0}).")]
    Punycode(LabelRefusal),
    /// An ASCII domain that was given as it is and is too long.
    #[error("The email address is too long after the @-sign {}.", too_many(*excess, "character"))]
    DomainTooLong {
        /// Characters too many.
        excess: usize,
    },
    /// A domain that is too long in its ASCII form.
    #[error("The email address is too long after the @-sign ({excess} byte{} too many after IDNA encoding).", plural(*excess))]
    EncodedDomainTooLong {
        /// Bytes too many.
        excess: usize,
    },
    /// A label that is too long.
    #[error("After the @-sign, periods cannot be separated by so many characters {}.", too_many(*excess, "character"))]
    LabelTooLong {
        /// Characters too many.
        excess: usize,
    },
    /// A domain of one label.
    #[error("The part after the @-sign is not valid. It should have a period.")]
    NoPeriod,
    /// A top-level domain that does not end with a letter.
    #[error("The part after the @-sign is not valid. It is not within a valid top-level domain.")]
    TopLevel,
    /// `.test`, `.local` and the like.
    #[error("The part after the @-sign is a special-use or reserved name that cannot be used with email.")]
    SpecialUse,
    /// An IP address in brackets.
    #[error("A bracketed IP address after the @-sign is not allowed here.")]
    Literal,
    /// Brackets with digits and periods that are no IPv4 address.
    #[error(
        "The address in brackets after the @-sign is not valid: It is not an IPv4 address or is missing an address literal tag."
    )]
    LiteralIpv4,
    /// Brackets with `IPv6:` and no IPv6 address.
    #[error("The IPv6 address in brackets after the @-sign is not valid.")]
    LiteralIpv6,
    /// Brackets with neither.
    #[error("The part after the @-sign in brackets is not an IPv4 address and has no address literal tag.")]
    LiteralNoTag,
    /// Brackets with a tag and characters that no literal has.
    #[error("The part after the @-sign contains invalid characters in brackets: {characters}.")]
    LiteralCharacters {
        /// The characters.
        characters: String,
    },
    /// Brackets with another tag than `IPv6:`.
    #[error("The part after the @-sign contains an invalid address literal tag in brackets.")]
    LiteralTag,
    /// An address that is too long as it was given.
    #[error("The email address is too long {}.", too_many_as_given(*excess, *widest))]
    TooLong {
        /// Bytes too many.
        excess: usize,
        /// Bytes of the address's widest character.
        widest: usize,
    },
    /// An address that is too long in its normal form.
    #[error("The email address is too long after normalization {}.", too_many(*excess, "byte"))]
    NormalFormTooLong {
        /// Bytes too many.
        excess: usize,
    },
    /// An address that is too long with its domain in ASCII form.
    #[error("The email address is too long when the part after the @-sign is converted to IDNA ASCII {}.", too_many(*excess, "byte"))]
    EncodedTooLong {
        /// Bytes too many.
        excess: usize,
    },
}

/// What stands where no domain may start or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// `.`
    Period,
    /// `-`
    Hyphen,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Period => "period",
            Self::Hyphen => "hyphen",
        })
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn too_many(excess: usize, unit: &str) -> String {
    format!("({excess} {unit}{} too many)", plural(excess))
}

/// Bytes are too many but characters are named: as few as would do if all were the widest, to as many as bytes.
fn too_many_as_given(excess: usize, widest: usize) -> String {
    let fewest = (excess / widest.max(1)).max(1);
    if fewest == excess { too_many(excess, "character") } else { format!("({fewest}-{excess} characters too many)") }
}
