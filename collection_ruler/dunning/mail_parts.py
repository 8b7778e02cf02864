"""The parts of a message that came in: its words, the addresses and the ids in it."""

import base64
import re
from email.message import Message

MOST_IDS = 100
# each begins where no such letter stands before, so that a long line is gone through once
_LETTERS = r"A-Za-z0-9.!#$%&'*+/=?^_`{|}~-"
ADDRESS = re.compile(rf"(?<![{_LETTERS}])[{_LETTERS}]{{1,200}}@[\w-]{{1,200}}(?:\.[\w-]{{1,200}})+")
_ID = re.compile(rf"(?<![{_LETTERS}])[{_LETTERS}]{{1,200}}@[A-Za-z0-9][A-Za-z0-9._-]{{0,200}}")


def own_parts(message: Message):
    """The parts of a message, without those of a message that it carries."""
    yield message
    is_carried = message.get_content_maintype() == "message" or not message.is_multipart()
    for part in () if is_carried else message.get_payload():
        yield from own_parts(part)


def text_of(part: Message) -> str:
    """The words of a text part or report, empty for anything else."""
    if part.get_content_type() == "message/feedback-report":
        return str(part.get_payload(0) if part.is_multipart() else part.get_payload())
    if part.get_content_maintype() != "text" or part.is_multipart():
        return ""
    raw = part.get_payload(decode=True) or b""
    try:
        words = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        words = raw.decode("utf-8", "replace")
    is_html = part.get_content_subtype() == "html"
    return re.sub(r"<[^<>]{0,500}>", " ", words) if is_html else words


def message_ids(raw: bytes, message: Message) -> tuple[str, ...]:
    """What may be the id of a message, anywhere in it: in headers, in what is returned, in the text."""
    texts = [raw.decode("ascii", "replace")]
    for part in message.walk():
        is_encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if not part.is_multipart() and is_encoded in ("base64", "quoted-printable"):
            texts.append((part.get_payload(decode=True) or b"").decode("utf-8", "replace"))
    texts += map(_carried, message.walk())
    texts.insert(0, re.sub(r"=\r?\n", "", texts[0]))
    found = dict.fromkeys(one for text in texts for one in _ID.findall(text.replace("=3D", "=")))
    # ids of ours are long; addresses stand in it as well, and are seldom
    longest = sorted(found, key=lambda one: -len(one.partition("@")[0]))
    return tuple(f"<{one.strip('.')}>" for one in longest[:MOST_IDS])


def _carried(part: Message) -> str:
    """A returned message that is encoded, against RFC 2046: the parser takes its letters for its text."""
    is_encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
    if part.get_content_maintype() != "message" or not is_encoded or not part.is_multipart():
        return ""
    try:
        letters = "".join(str(part.get_payload(0)).split())
        return base64.b64decode(letters + "==").decode("utf-8", "replace")
    except ValueError:
        return ""


def first_word(head: Message, name: str) -> str:
    """The first word of a header, in small letters; empty for none."""
    return re.split(r"[\s;(]", str(head.get(name, "")).strip(), maxsplit=1)[0].lower()
