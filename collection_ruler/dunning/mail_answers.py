"""What a mail server's answer means, said by SMTP at sending or in a report that came back later: one table.

It is read in this order: the enhanced status code (RFC 3463, 3.2 to 3.8, and IANA's registry of RFC 5248),
the words beside a code that says little, the basic code (RFC 5321, 4.2.2). An address is bad only where the
mailbox itself is spoken of; all other refusals are about the message, or about us.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from .mail_words import meant_by_words, says_otherwise

# so much of an answer is kept: enough for all lines of a long one
LONGEST = 500


class Meaning(StrEnum):
    """Whom or what an answer is about."""

    BAD_ADDRESS = "bad_address"  # the mailbox, or its domain, is not there: nothing will arrive
    MESSAGE = "message"  # this message is not taken: a person looks
    SENDER = "sender"  # ours: who we write as
    SERVER = "server"  # ours: the server that sends for us, its name, its reputation
    LIMIT = "limit"  # ours: as much as we may send
    LOGIN = "login"  # ours: how we log in
    LATER = "later"  # something of the recipient's that passes, a full mailbox too
    UNKNOWN = "unknown"  # it does not say


OURS = (Meaning.SENDER, Meaning.SERVER, Meaning.LIMIT, Meaning.LOGIN)


class Said(NamedTuple):
    """An answer, taken apart.

    :param basic: code of RFC 5321; None where only an enhanced one is known
    :param detail: subject and detail of the enhanced code, such as "1.1"; empty for none
    :param is_final: whether it is a no for good (5yz), not for now (4yz)
    """

    basic: int | None
    detail: str
    is_final: bool
    text: str


# subject.detail of RFC 3463 and the registry, where it is for good
FOR_GOOD = {
    # addresses
    "1.1": Meaning.BAD_ADDRESS,  # bad destination mailbox address
    "1.2": Meaning.BAD_ADDRESS,  # bad destination system: right of the @ nothing takes mail
    "1.3": Meaning.BAD_ADDRESS,  # bad syntax of the destination mailbox
    "1.4": Meaning.MESSAGE,  # ambiguous: it fits several mailboxes
    "1.6": Meaning.BAD_ADDRESS,  # the mailbox has moved, nobody says where to
    "1.7": Meaning.SENDER,  # bad syntax of the sender's mailbox
    "1.8": Meaning.SENDER,  # bad sender's system; at Exchange Online a sender that is blocked
    "1.9": Meaning.MESSAGE,  # relayed to a mailer that reports nothing
    "1.10": Meaning.BAD_ADDRESS,  # the domain takes no mail (RFC 7505)
    "1.90": Meaning.LIMIT,  # Exchange Online: so many recipients a day
    # mailboxes
    "2.1": Meaning.BAD_ADDRESS,  # disabled, and for good
    "2.2": Meaning.LATER,  # full: it is there, and somebody may empty it
    "2.3": Meaning.MESSAGE,  # longer than this mailbox takes
    "2.4": Meaning.MESSAGE,  # a list that cannot be expanded
    "2.121": Meaning.LATER,  # Exchange Online: the recipient gets too much at once
    "2.122": Meaning.LATER,
    # the mail system that was asked
    "3.1": Meaning.LATER,  # its disk is full
    "3.2": Meaning.LATER,  # it takes nothing now
    "3.3": Meaning.MESSAGE,
    "3.4": Meaning.MESSAGE,  # larger than it takes
    # network and routing: nothing about the mailbox
    "4.5": Meaning.MESSAGE,
    "4.6": Meaning.MESSAGE,
    "4.7": Meaning.MESSAGE,  # tried for too long
    "4.310": Meaning.BAD_ADDRESS,  # Exchange Online: the domain is not there
    # the protocol, which we or our server speak
    "5.1": Meaning.SERVER,
    "5.2": Meaning.SERVER,
    "5.3": Meaning.LIMIT,  # too many recipients
    "5.4": Meaning.SERVER,
    "5.6": Meaning.LOGIN,
    # policy: who may write to whom
    "7.2": Meaning.MESSAGE,  # who may write to a list
    "7.8": Meaning.LOGIN,
    "7.9": Meaning.LOGIN,
    "7.10": Meaning.SERVER,
    "7.11": Meaning.LOGIN,
    "7.12": Meaning.LOGIN,
    "7.13": Meaning.LOGIN,  # our account is disabled (registry: after authentication)
    "7.14": Meaning.LOGIN,
    "7.16": Meaning.MESSAGE,
    "7.17": Meaning.BAD_ADDRESS,  # the mailbox has another owner (RFC 7293)
    "7.18": Meaning.BAD_ADDRESS,  # so has the domain
    "7.19": Meaning.LATER,
    **dict.fromkeys(("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.27"), Meaning.SENDER),
    "7.25": Meaning.SERVER,  # the name of our server's address
    "7.28": Meaning.LIMIT,  # a flood of mail
    "7.29": Meaning.SENDER,
    "7.30": Meaning.SERVER,
    # Exchange and Exchange Online, as Microsoft lists them
    "7.57": Meaning.LOGIN,  # not authenticated
    "7.60": Meaning.SENDER,  # SendAsDenied
    "7.64": Meaning.SERVER,
    "7.124": Meaning.MESSAGE,  # groups and mailboxes that take mail of some only
    "7.133": Meaning.MESSAGE,
    "7.134": Meaning.MESSAGE,
    "7.136": Meaning.MESSAGE,
    **dict.fromkeys(("7.501", "7.502", "7.503", "7.509", "7.515", "7.750"), Meaning.SENDER),
    **dict.fromkeys(("7.506", "7.507", "7.508", "7.511", "7.512", "7.708"), Meaning.SERVER),
    **{f"7.{number}": Meaning.SERVER for number in range(606, 650)},  # a banned sending address
    **dict.fromkeys(("7.705", "7.703"), Meaning.LIMIT),
}
# the same where it is for now: what is not named passes by itself
FOR_NOW = {
    "1.7": Meaning.SENDER,
    "1.8": Meaning.SENDER,
    "5.3": Meaning.LIMIT,
    "7.0": Meaning.LIMIT,
    "7.8": Meaning.LOGIN,
    "7.12": Meaning.LOGIN,
    "7.28": Meaning.LIMIT,
}
# codes that leave it to the words beside them
SAYS_LITTLE = {"", "4.1", "4.4", "4.5", "7.0", "7.1"} | {f"{subject}.0" for subject in range(8)}
SAYS_LITTLE |= {"3.5", "5.1"}
# codes that some servers say where the words beside them speak of a full mailbox, or of us
DOUBTED = ("1.1", "2.1")
BASIC = {
    421: Meaning.SERVER,  # the service closes the connection
    450: Meaning.LATER,  # mailbox unavailable: busy, or asked to come again
    451: Meaning.LATER,
    452: Meaning.LIMIT,  # no room, or too many
    454: Meaning.LOGIN,
    455: Meaning.SERVER,
    432: Meaning.LOGIN,
    **dict.fromkeys((500, 501, 502, 503, 504, 521), Meaning.SERVER),
    **dict.fromkeys((530, 534, 535, 538), Meaning.LOGIN),
    552: Meaning.MESSAGE,  # more than it takes
    556: Meaning.BAD_ADDRESS,  # the domain takes no mail (RFC 7504)
}
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s#:-])")
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def clean(said: object, longest: int = LONGEST) -> str:
    """What somebody else's program said, as text that may be stored and shown anywhere as text: one line,
    without control characters (PostgreSQL keeps no NUL) and marks that turn the direction of writing.

    :param said: bytes, text or anything with a text
    """
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = re.sub(r"\s+", " ", _UNSAFE.sub(" ", text[: longest * 8])).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def take_apart(text: object, basic: int | None = None) -> Said:
    """The codes in an answer.

    :param text: the answer, with or without its codes
    :param basic: the basic code where it is known
    """
    words = clean(text, 2000)
    if basic is None and (found := _BASIC.search(words)):
        basic = int(found[1])
    enhanced = [match.groups() for match in _ENHANCED.finditer(words)]
    wanted = str(basic)[0] if basic else None
    # of several, the one that fits the basic code; a generic one before a precise one says nothing
    fitting = [one for one in enhanced if one[0] == wanted] or enhanced
    precise = [one for one in fitting if one[2] != "0"] or fitting
    first, subject, detail = precise[0] if precise else (wanted or "", "", "")
    is_final = (wanted or first or "5") == "5"  # without any code: it came back for good
    return Said(basic, f"{int(subject)}.{int(detail)}" if subject else "", is_final, words)


def meaning_of(said: Said, is_report: bool = False) -> Meaning:
    """Whom or what an answer is about.

    :param is_report: it came back by mail: another server than ours said it, later
    """
    table = FOR_GOOD if said.is_final else FOR_NOW
    meaning = Meaning.UNKNOWN
    if said.detail in SAYS_LITTLE or said.detail not in table:
        meaning = _by_words(said, is_report)
    if meaning == Meaning.UNKNOWN:
        meaning = table.get(said.detail, Meaning.UNKNOWN)
    if meaning == Meaning.BAD_ADDRESS and said.detail in DOUBTED:
        meaning = Meaning(says_otherwise(said.text) or meaning)
    if meaning == Meaning.UNKNOWN and not said.detail.strip("0."):
        meaning = BASIC.get(said.basic, Meaning.UNKNOWN)
    if is_report and meaning in (Meaning.LIMIT, Meaning.LOGIN):
        return Meaning.MESSAGE  # two other servers had it out with each other
    if meaning == Meaning.UNKNOWN and said.basic == 421:
        return Meaning.SERVER
    return Meaning.LATER if meaning == Meaning.UNKNOWN and not said.is_final else meaning


def _by_words(said: Said, is_report: bool) -> Meaning:
    """What the words say, where a code says little. Of policy (7.x) they never tell that a mailbox is not
    there: who keeps others out says so too."""
    meaning = Meaning(meant_by_words(said.text) or Meaning.UNKNOWN)
    if meaning == Meaning.BAD_ADDRESS and (not said.is_final or said.detail.startswith("7.")):
        return Meaning.UNKNOWN
    if is_report and meaning == Meaning.SERVER and "relay" in said.text.lower():
        return Meaning.MESSAGE  # their servers do not know their own domain
    return meaning
