"""What an answer of a mail server means: one table for what is said at sending and comes back (H2, C5)."""

import smtplib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.answers import Answer, in_words, of_refusals, of_smtp_error, pause_after
from dunning.mail_answers import OURS, Meaning, clean, meaning_of, take_apart

BAD, MESSAGE, LATER = Meaning.BAD_ADDRESS, Meaning.MESSAGE, Meaning.LATER
SENDER, SERVER, LIMIT, LOGIN = OURS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("550 5.1.1 no such user", BAD),
        ("550 5.1.2 bad domain", BAD),
        ("501 5.1.3 syntax", BAD),
        ("550 5.1.6 moved", BAD),
        ("556 5.1.10 null MX", BAD),
        ("550 5.2.1 disabled", BAD),
        ("550 5.7.17 another owner", BAD),
        ("550 No such user", BAD),
        ("550-5.1.1 The account\n550 5.1.1 does not exist", BAD),
        # codes for a mailbox that is not there, beside words for something else
        ("550 5.2.1 the user is receiving mail at a rate that prevents more messages", LATER),
        ("550 5.1.1 <a@x.example>: mailbox full", LATER),
        ("550 5.1.1 recipient rejected, over quota", LATER),
        ("550 5.1.1 rejected, 192.0.2.1 is listed at Spamhaus", SERVER),
        ("550 5.1.1 recipient address rejected: blocked by SPF", SENDER),
        ("550 5.1.1 user unknown (see Spamhaus for help)", BAD),
        ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", SERVER),
        ("550 5.7.1 sender blocked by recipient", MESSAGE),
        ("550 5.7.1 the recipient has blocked this sender", MESSAGE),
        ("550 5.1.4 ambiguous", MESSAGE),
        ("552 5.3.4 too big", MESSAGE),
        ("552 5.2.3 too long", MESSAGE),
        ("552 message exceeds fixed limit", MESSAGE),
        ("554 5.6.0 bad content", Meaning.UNKNOWN),
        ("550 5.7.1 policy", Meaning.UNKNOWN),
        ("550 5.7.1 No such user here", Meaning.UNKNOWN),
        ("550 5.7.1 classified as spam", MESSAGE),
        ("550 mailbox unavailable", Meaning.UNKNOWN),
        ("450 4.1.1 user unknown, for now", LATER),
        ("550 5.2.2 mailbox full", LATER),
        ("452 4.2.2 over quota", LATER),
        ("451 4.7.1 Greylisted", LATER),
        ("451 4.3.0 lookup failed", LATER),
        ("450 4.2.1 receiving mail at a rate that is too high", LATER),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", SENDER),
        ("553 5.7.1 <a@b.example>: Sender address rejected: not owned by user x", SENDER),
        ("550 5.7.26 DMARC", SENDER),
        ("554 Email address is not verified", SENDER),
        ("554 5.7.1 Relay access denied", SERVER),
        ("554 5.7.1 Client host [192.0.2.1] blocked using list", SERVER),
        ("421 4.3.2 shutting down", SERVER),
        ("450 4.7.0 rate limit", LIMIT),
        ("452 4.5.3 too many recipients", LIMIT),
        ("452 quota exceeded", LIMIT),
        ("550 5.4.5 Daily user sending quota exceeded", LIMIT),
        ("554 5.7.1 insufficient credit", LIMIT),
        ("550 Credits exhausted", LIMIT),
        ("451 Maximum credits exceeded", LIMIT),
        ("550 Your subscription has expired", LIMIT),
        ("550 5.7.1 Your account has been suspended", LOGIN),
        ("550 Your account is disabled, contact support", LOGIN),
        ("550 This account is disabled", BAD),
        ("535 5.7.8 bad credentials", LOGIN),
        ("530 5.7.0 Must issue a STARTTLS command first", LOGIN),
        ("454 4.7.0 Temporary authentication failure", LOGIN),
    ],
)
def test_what_is_said_at_sending(said, expected):
    assert meaning_of(take_apart(said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("5.1.1", BAD),
        ("5.0.0 554 delivery error", Meaning.UNKNOWN),
        ("5.0.0 550 User unknown", BAD),
        ("5.4.4 Host or domain name not found", BAD),
        ("5.4.4 unable to route", Meaning.UNKNOWN),
        ("5.7.1 550 rejected", Meaning.UNKNOWN),
        ("5.7.1 554 Relay access denied", MESSAGE),
        ("5.7.23 550 SPF", SENDER),
        ("usuário desconhecido", BAD),
        ("destinataire inconnu", BAD),
        ("", Meaning.UNKNOWN),
    ],
)
def test_what_comes_back(said, expected):
    assert meaning_of(take_apart(said), is_report=True) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPSenderRefused(550, b"no", "a@b.example"), Answer.OURS),
        (smtplib.SMTPSenderRefused(552, b"5.3.4 too big", "a@b.example"), Answer.REFUSED),
        (smtplib.SMTPAuthenticationError(535, b"no"), Answer.OURS),
        (smtplib.SMTPHeloError(501, b"no"), Answer.OURS),
        (smtplib.SMTPDataError(550, b"5.1.1 gone"), Answer.BAD_ADDRESS),
        (smtplib.SMTPDataError(554, b"5.7.1 no"), Answer.REFUSED),
        (smtplib.SMTPDataError(451, b"later"), Answer.DEFERRED),
        (smtplib.SMTPDataError(421, b"bye"), Answer.OURS),
        (smtplib.SMTPServerDisconnected("gone"), Answer.UNCERTAIN),
        (TimeoutError(), Answer.UNCERTAIN),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), Answer.REFUSED),
        (ValueError("header"), Answer.REFUSED),
    ],
)
def test_where_it_was_said_counts_too(error, expected):
    assert of_smtp_error(error) == expected


def test_copies_do_not_count_beside_the_customer():
    gone, later = (550, b"5.1.1 gone"), (450, b"4.2.0 later")
    refused = {"Ana@customer.example.com": gone, "seller@school.example.com": later}
    assert of_refusals(refused, ["ana@customer.example.com"]) == Answer.BAD_ADDRESS
    assert of_refusals(refused) == Answer.DEFERRED
    assert (
        of_smtp_error(smtplib.SMTPRecipientsRefused({"a": gone, "b": gone})) == Answer.BAD_ADDRESS
    )


def test_pauses_grow_and_end_after_two_days():
    pauses = [pause_after(n) for n in range(1, 40)]
    known = [pause for pause in pauses if pause]
    assert known == sorted(known)
    assert 40 < sum(pause.total_seconds() for pause in known) / 3600 <= 48
    assert pauses[-1] is None


@given(st.text() | st.binary(), st.integers(400, 599))
def test_what_others_said_is_text_that_can_be_kept(said, code):
    words = clean(said)
    assert not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in words)
    assert len(words) <= 500
    words.encode()
    meaning = meaning_of(take_apart(said, code))
    assert meaning in Meaning
    assert code >= 500 or meaning != BAD, "nothing that is for now makes an address bad"
    assert "\0" not in in_words(smtplib.SMTPDataError(code, said))
