"""What a gateway's answer means for the message that it was handed, and whether a person wrote a reply."""

import email.policy
import re
import smtplib
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from enum import StrEnum

# headers that only machines write into what they answer
MACHINES_HEADERS = (
    "X-Autoreply",
    "X-Auto-Reply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Response-Suppress",
    "X-MS-Exchange-Inbox-Rules-Loop",
)
# people write through lists, and some of their programs say "bulk"
MACHINES_PRECEDENCE = ("auto_reply", "junk")
# who answers for a mail server (RFC 2142, and one that spells it otherwise)
MACHINES_NAMES = ("mailer-daemon", "postmaster", "post_master")


class Answer(StrEnum):
    """What became of a message at a gateway (H3)."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # later: it is asked again
    REFUSED = "refused"  # a plain no
    UNCERTAIN = "uncertain"  # handed over, and nobody knows whether it was kept
    UNASKED = "unasked"  # never handed over


def of_smtp_error(error: Exception) -> Answer:
    """What an SMTP error means for the message.

    Disconnected or timed out, nobody knows whether the server kept it; any answer is a plain word (RFC 5321,
    4.2.1: 4yz is for now, 5yz for good).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        return Answer.DEFERRED if any(400 <= code < 500 for code in codes) else Answer.REFUSED
    if isinstance(error, smtplib.SMTPResponseException):
        return Answer.DEFERRED if 400 <= error.smtp_code < 500 else Answer.REFUSED
    if isinstance(error, AssertionError | UnicodeEncodeError | ValueError):
        return Answer.REFUSED  # never left: the message itself cannot be sent
    return Answer.UNCERTAIN


def in_words(error: Exception) -> str:
    """What a mail server said, as a person can read it: “550 5.1.1 no such user”."""
    answers = [str(error)]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    words = []
    for answer in answers:
        if isinstance(answer, tuple):
            code, text = answer
            text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            answer = f"{code} {text}"
        words.append(answer)
    return "; ".join(dict.fromkeys(words))


def is_automatic(message: bytes) -> bool:
    """Whether headers say that no person wrote a message: an absence note, a receipt, a report of a server
    (RFC 3834, RFC 5321 4.5.5, and what mail programs did before and beside them).

    :param message: as it came in
    """
    head = BytesHeaderParser(policy=email.policy.compat32).parsebytes(message)
    _name, sender = parseaddr(str(head.get("From", "")))
    return (
        _first_word(head, "Auto-Submitted") not in ("", "no")
        or _first_word(head, "Precedence") in MACHINES_PRECEDENCE
        or _first_word(head, "X-Apple-Action") == "vacation"
        or any(name in head for name in MACHINES_HEADERS)
        or str(head.get("Return-Path", "<somebody>")).strip() in ("<>", "")
        or sender.rpartition("@")[0].lower() in MACHINES_NAMES
    )


def is_final(report: Message) -> bool:
    """Whether what came back says that a message will not arrive: not where each recipient of a delivery
    report is only delayed, or was served (RFC 3464, 2.3.3). What says nothing of the kind counts as final.
    """
    actions = [
        _first_word(block, "Action")
        for part in report.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()
        if "Action" in block
    ]
    return not actions or "failed" in actions


def _first_word(head: Message, name: str) -> str:
    """The value of a header without its parameters and comments, in small letters; empty for none."""
    return re.split(r"[\s;(]", str(head.get(name, "")).strip(), maxsplit=1)[0].lower()
