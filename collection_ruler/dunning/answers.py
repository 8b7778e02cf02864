"""What a gateway's answer means for the message that it was handed, and whether a person wrote a reply."""

import email
import email.policy
import smtplib
from enum import StrEnum


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
    """Whether headers say that no person wrote a message (RFC 3834 and what mailers did before it).

    :param message: as it came in
    """
    head = email.message_from_bytes(message, policy=email.policy.SMTP)
    return (
        (head.get("Auto-Submitted") or "no").strip().lower() != "no"
        or any(name in head for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
        or (head.get("Precedence") or "").strip().lower() in ("auto_reply", "bulk", "junk")
    )
