"""What came in by mail: written by a person, by a machine, or a report about a message of ours.

Reports are of many kinds and come from many programs; what they say about a recipient is judged by
`mail_answers`, as what is said at sending is.
"""

import email.policy
import logging
import re
from email.message import Message
from email.parser import BytesParser
from enum import StrEnum
from typing import NamedTuple

from flufl.bounce import all_failures

from .answers import NOT_FINAL, is_automatic, subject_of
from .incoming_words import (
    ABSENCE,
    BOUNCE_SENDER,
    BOUNCE_SUBJECT,
    COMPLAINT_SUBJECT,
    DELAY,
    ENDED,
    FORWARDED_BELOW,
)
from .mail_answers import Meaning, clean, meaning_of, take_apart
from .mail_parts import ADDRESS, first_word, message_ids, own_parts, text_of

# so much of a message is looked at; what comes below is what was returned
READ = 600_000
WORDS_READ = 50_000
NAMED = re.compile(rf"[ \t]*<?{ADDRESS.pattern}>?[ \t]*(:|\(|$)")
_logger = logging.getLogger(__name__)
# it logs each part of each message
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


class Kind(StrEnum):
    """Who or what wrote a message."""

    PERSON = "person"
    MACHINE = "machine"  # an absence note, an acknowledgement
    BOUNCE = "bounce"  # a message will not arrive
    DELAY = "delay"  # it may arrive yet
    RECEIPT = "receipt"  # it arrived, or was read
    COMPLAINT = "complaint"  # somebody called it spam


class Failure(NamedTuple):
    """What a report says of one recipient.

    :param recipients: the address that failed and the one that we wrote to, as far as it names them; in
        small letters
    :param said: codes and words, as text; empty where it says nothing
    """

    recipients: tuple[str, ...]
    said: str


class Incoming(NamedTuple):
    """What is known of a message that came in.

    :param message_ids: what may be ids of messages that it is about, each with its angle brackets
    :param failures: of a bounce; empty where it names nobody
    """

    kind: Kind
    message_ids: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def read(raw: bytes) -> Incoming:
    """What a message is; of one that cannot be read, what its headers tell.

    :param raw: as it came in
    """
    try:
        message = BytesParser(policy=email.policy.compat32).parsebytes(raw[:READ])
        parts = list(own_parts(message))
        kind, failures = _kind_of(raw, message, parts)
        return Incoming(kind, message_ids(raw[:READ], message), failures)
    except Exception:  # whatever stands in it, the mail gate goes on
        _logger.warning("A message that came in cannot be read: by its headers", exc_info=True)
        return Incoming(Kind.MACHINE if is_automatic(raw) else Kind.PERSON)


def _kind_of(raw: bytes, message: Message, parts: list[Message]) -> tuple[Kind, tuple]:
    """(kind, failures)"""
    types = {part.get_content_type() for part in parts}
    subject = subject_of(message)
    is_machine = is_automatic(raw) or message.get_content_type() == "multipart/report"
    if "message/feedback-report" in types or COMPLAINT_SUBJECT.search(subject):
        return _kind_of_feedback(parts, types, is_machine), ()
    if not is_machine and "X-Failed-Recipients" not in message:
        return Kind.PERSON, ()
    # by a rule of the reader's (RFC 5429)
    is_refused = "rejected" in str(message.get("Auto-Submitted", "")).lower()
    if "message/disposition-notification" in types and not is_refused:
        return Kind.RECEIPT, ()
    blocks = [block for part in parts for block in _status_blocks(part)]
    actions = {first_word(block, "Action") for block in blocks} - {""}
    if actions and actions <= set(NOT_FINAL):
        return (Kind.DELAY if "delayed" in actions else Kind.RECEIPT), ()
    if actions or any(str(block.get("Status", "")).strip()[:1] == "5" for block in blocks):
        return Kind.BOUNCE, tuple(map(_failure, _failed(blocks)))
    return _kind_by_words(message, parts, subject)


def _kind_of_feedback(parts, types, is_machine):
    """A complaint by ARF (RFC 5965), or as it was said before; a failed check of a signature is none."""
    told = [text_of(part) for part in parts if part.get_content_type() == "message/feedback-report"]
    told = [re.search(r"^feedback-type:\s*([\w-]+)", text, re.I | re.M) for text in told]
    if told and told[0] and told[0][1].lower() in ("auth-failure", "dmarc", "not-spam"):
        return Kind.MACHINE
    if told or "message/rfc822" in types or is_machine:
        return Kind.COMPLAINT
    return Kind.PERSON


def _kind_by_words(message, parts, subject):
    """Of a machine's message without a report that a machine can read.

    Only where the sender or the subject speaks of a bounce: `flufl.bounce` takes many a letter for one.
    """
    named = re.sub(r"@[^\s<>,;]+", "", str(message.get("From", "")))
    text = _above_what_was_returned("\n".join(map(text_of, parts))[:WORDS_READ])
    is_report = (
        BOUNCE_SENDER.search(named)
        or BOUNCE_SUBJECT.search(subject)
        or "X-Failed-Recipients" in message
        or message.get_content_type() == "multipart/report"
    )
    if not is_report or _is_absence(subject):
        return Kind.MACHINE, ()
    try:
        later, failed = all_failures(message)
    except Exception:  # a report that is broken says nothing more precise
        _logger.warning("A report about a message cannot be read: by its words", exc_info=True)
        later, failed = (), ()
    addresses = sorted({one.decode("ascii", "replace").lower() for one in failed})
    listed = ADDRESS.findall(str(message.get("X-Failed-Recipients", "")).lower())
    goes_on = DELAY.search(subject) or DELAY.search(text) or (later and not failed)
    if goes_on and not _has_ended(text):
        return Kind.DELAY, ()
    if not (addresses or listed or BOUNCE_SUBJECT.search(subject) or BOUNCE_SENDER.search(named)):
        return Kind.MACHINE, ()
    said = _what_is_said(text)
    if not addresses and not listed:  # one that stands at the beginning of a line is named
        listed = [found[0].lower() for found in map(NAMED.match, text.splitlines()) if found]
        listed = [ADDRESS.findall(one)[0] for one in listed]
    return Kind.BOUNCE, tuple(
        Failure((address,), said) for address in dict.fromkeys([*addresses, *listed])
    ) or (Failure((), said),)


def _is_absence(subject: str) -> bool:
    """Whether a subject is that of an absence note; what follows the words of a bounce is of ours."""
    absence, bounce = ABSENCE.search(subject), BOUNCE_SUBJECT.search(subject)
    return bool(absence) and not (bounce and bounce.start() < absence.start())


def _has_ended(text: str) -> bool:
    """Whether a report says that nobody tries any more, whatever else it says of delays."""
    said = meaning_of(take_apart(_what_is_said(text)))
    return bool(ENDED.search(text)) or said == Meaning.BAD_ADDRESS


def _status_blocks(part: Message) -> list[Message]:
    """What a delivery report says of each recipient (RFC 3464, 2.1); the first block is about the server."""
    if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
        return []
    blocks = part.get_payload() if part.is_multipart() else []
    named = ("Final-Recipient", "Original-Recipient", "Action", "Status")
    return [block for block in blocks if any(name in block for name in named)]


def _failed(blocks):
    failed = [block for block in blocks if first_word(block, "Action") not in NOT_FINAL]
    return failed or blocks


def _failure(block: Message) -> Failure:
    named = [str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient")]
    addresses = [
        found[0].lower()
        for one in named
        if (found := ADDRESS.findall(one.partition(";")[2] or one))
    ]
    _kind, semicolon, words = str(block.get("Diagnostic-Code", "")).partition(";")
    status = clean(block.get("Status", ""))
    said = clean(f"{status.partition(' ')[0]} {words if semicolon else _kind}")
    return Failure(tuple(dict.fromkeys(addresses)), said)


def _what_is_said(text: str) -> str:
    """The lines of a text in which a server speaks, or all of it where none is plain."""
    lines = [line.strip() for line in text.splitlines()]
    plain = [
        line for line in lines if re.search(r"(?<![\d.])[45]\d\d[ -]|(?<![\d.])[45]\.\d\.\d", line)
    ]
    found = plain[:3] or [
        line for line in lines if meaning_of(take_apart(line, 550)) != Meaning.UNKNOWN
    ]
    return clean(" ".join(found[:3] or lines))


def _above_what_was_returned(text: str) -> str:
    """A text without the message of ours that it returns."""
    return FORWARDED_BELOW.split(text, maxsplit=1)[0]
