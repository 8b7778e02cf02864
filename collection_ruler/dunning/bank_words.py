"""What banks make of names and numbers, so that both sides of a comparison read alike (D3).

Banks write in capitals, drop accents, punctuation and leading zeros, turn names round and lose blanks. What
they leave is words: runs of letters, and runs of digits. A number is always a whole run: one that stands
inside a longer one is another number.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import NamedTuple

# a number, reference or name that is shorter would be found in any text of a bank
LEAST = 5
# put together from several words, so much makes an accident unlikely
LEAST_JOINED = 8
# no reference has more parts or letters; a text that is longer is cut
_PARTS, _LETTERS, _MOST_WORDS = 8, 40, 150
_LONGEST_NAME = 200
# so many parts of a name are tried in each order
_MOST_ORDERED = 4

_WORD = re.compile(r"[^\W\d_]+|\d+")
_RUN = re.compile(r"[^\W_]+")
# what stands between the groups of one long number
_GLUE = frozenset("-./,'’")
_GLUE_OF_GROUPS = _GLUE | {" "}
_UNLIKE = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ø": "o", "æ": "ae", "œ": "oe"}
)
# as German banks write without accents
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})

# forms of companies, titles, and small words between names: a bank leaves them out as it likes
_FORMS = (
    "ab ag as asa aps bv bvba cia co company corp corporation cv cvba doo eeig ei eireli ek ev epp eurl gbr "
    "gmbh gmbhcokg inc incorporated kft kg lda limited limitada llc llp lp ltd ltda me mei mbh nv ohg oy oyj "
    "plc pty sa sarl sas sasu sca scs se sem sl sll slne slu snc sp spa spzoo srl srls sro ug unipessoal zoo"
)
_TITLES = "dr dra dona frau herr m miss mlle mme mr mrs ms prof sr sra srta"
_SMALL = "and d da das de del della der di do dos du e et i la le les los und van von y"
_UNSAID = frozenset(f"{_FORMS} {_TITLES} {_SMALL}".split())


class Words(NamedTuple):
    """What a text of a bank says.

    :param words: of letters and digits
    :param joined: words that follow each other, written as one; numbers without zeros before them
    :param paths: the same, parted by "/", each number as it stands and without zeros before it
    """

    words: frozenset[str]
    joined: frozenset[str]
    paths: frozenset[str]


def folded(text: str | None) -> str:
    """A text without case and accents."""
    if (text or "").isascii():  # most are, and there are many
        return (text or "").lower()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return text.translate(_UNLIKE)


def spellings(text: str | None) -> tuple[str, ...]:
    """A text as banks may write it: with "u" for "ü", and where it matters also with "ue"."""
    if (text or "").isascii():
        return ((text or "").lower(),)
    text = unicodedata.normalize("NFC", text).casefold()
    german = text.translate(_GERMAN)
    return (folded(text),) if german == text else (folded(text), folded(german))


def words_of(*texts: str | None) -> Words:
    """All that may be found in texts of a bank; what stands in two of them is never put together."""
    words, joined, paths = set(), set(), set()
    for text in texts:
        for spelling in spellings((text or "")[:2000]):
            found = list(_WORD.finditer(spelling))[:_MOST_WORDS]
            words.update(word[0] for word in found)
            words.update(_initials_joined([word[0] for word in found]))
            _put_together(spelling, found, joined, paths)
            for run in _RUN.findall(spelling)[:_MOST_WORDS]:
                parts = _WORD.findall(run)
                if len(parts) > 1:
                    paths.add("".join(map(_short, parts)))
    return Words(frozenset(words), frozenset(joined), frozenset(paths))


def _put_together(text: str, found: list, joined: set[str], paths: set[str]) -> None:
    for first in range(len(found)):
        parts: list[str] = []
        for word in found[first : first + _PARTS]:
            parts.append(word[0])
            whole = "".join(parts)
            if len(whole) > _LETTERS:
                break
            glue = _GLUE if len(parts) == 1 else _GLUE_OF_GROUPS
            if whole.isdigit() and _is_glued(text, found[first].start(), word.end(), glue):
                continue
            if len(whole) >= LEAST_JOINED:
                joined.add(whole.lstrip("0"))
            if any(map(str.isdigit, parts)):
                paths.add("/".join(parts))
                paths.add("/".join(map(_short, parts)))


def _is_glued(text: str, start: int, end: int, glue: frozenset[str]) -> bool:
    """Whether a number is a part of a longer one that is written in groups, as 12345 of 99-12345-678."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (len(before) == 2 and before[0].isdigit() and before[1] in glue) or (
        len(after) == 2 and after[0] in glue and after[1].isdigit()
    )


def _short(part: str) -> str:
    return part.lstrip("0") or "0" if part.isdigit() else part


def number_keys(name: str | None) -> Iterator[tuple[int, str]]:
    """What a number looks like among `Words`: yields (place of the set, what stands in it).

    Nothing for a number that would be found in any text.
    """
    parts = _WORD.findall(folded((name or "")[:_LONGEST_NAME]))
    whole = "".join(parts)
    if len(whole) < LEAST:
        return
    short = [*map(_short, parts)]
    if len(whole) >= LEAST_JOINED:
        yield 1, whole.lstrip("0")
    if not any(map(str.isdigit, parts)):
        return
    yield 2, "/".join(short if len("".join(short)) >= LEAST else parts)
    if len(short) > 1 and len("".join(short)) >= LEAST_JOINED:
        yield 2, "".join(short)
    # without the letters that begin it, as it stands: 2026/00011
    tail = "".join(parts[1:])
    if len(parts) > 2 and tail.isdigit() and len(tail) >= LEAST_JOINED:
        yield 1, tail.lstrip("0")


def names_in(name: str | None) -> Iterator[tuple[str, ...]]:
    """The parts of a name that count, in each spelling: without form of company, titles and small words."""
    for spelling in spellings((name or "")[:_LONGEST_NAME]):
        parts = _initials_joined(_WORD.findall(spelling))
        counting = tuple(part for part in parts if part not in _UNSAID)
        yield counting or tuple(parts)
        if len(counting) == 1 < len(parts):  # so little may need the rest: "Sol Ltda"
            yield tuple(parts)


def _initials_joined(parts: Iterable[str]) -> list[str]:
    """Letters that stand alone, put together: "S. A." is "sa"."""
    result: list[str] = []
    alone = False
    for part in parts:
        is_alone = len(part) == 1 and part.isalpha()
        if alone and is_alone:
            result[-1] += part
        else:
            result.append(part)
        alone = is_alone
    return result


def orders(parts: tuple[str, ...]) -> Iterator[str]:
    """A name without blanks, its parts in each order; of a long name only as it is written."""
    several = permutations(parts) if len(parts) <= _MOST_ORDERED else [parts]
    yield from map("".join, several)
