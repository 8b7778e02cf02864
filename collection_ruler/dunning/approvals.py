"""One message to a person waits for approval, as one a day leaves (A13, A14; decision 7)."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Row:
    """What a message says about one instalment.

    :param id: of the row of the ledger
    :param claim: what tells the instalment
    :param offset: of the step that is due for it
    """

    id: int
    claim: Hashable
    due_date: date
    offset: int


@dataclass(frozen=True)
class Waiting:
    """A message that waits for approval.

    :param hearing: who hears it, from whom, by which channel and in which role
    :param rows: what it is about, not empty
    """

    id: int
    hearing: Hashable
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Joining:
    """What becomes of messages that wait together.

    :param rows: where each row belongs that goes to another message: {row id: message id}
    :param emptied: what each message that is left without rows went into: {message id: message id}
    :param overtaken: ids of rows about which a further step waits as well (A9)
    """

    rows: Mapping[int, int]
    emptied: Mapping[int, int]
    overtaken: frozenset[int]


def join(waiting: Iterable[Waiting]) -> Joining:
    """Messages to one person become one, as the daily message has it.

    The one about what is due longest leads, and the others' instalments join it. Of two steps of one
    instalment the further is said.
    """
    groups: dict[Hashable, list[Waiting]] = {}
    for message in waiting:
        groups.setdefault(message.hearing, []).append(message)
    moved: dict[int, int] = {}
    emptied: dict[int, int] = {}
    overtaken: set[int] = set()
    for own in groups.values():
        left = _furthest(own)
        overtaken.update(row.id for m in own for row in m.rows if row.id not in left)
        _due, lead_id = min((row.due_date, m.id) for m in own for row in m.rows if row.id in left)
        for message in own:
            if message.id != lead_id:
                emptied[message.id] = lead_id
                moved |= {row.id: lead_id for row in message.rows if row.id in left}
    return Joining(moved, emptied, frozenset(overtaken))


def _furthest(messages: Iterable[Waiting]) -> set[int]:
    """Ids of the rows that are said: of each instalment the furthest."""
    said: dict[Hashable, Row] = {}
    for row in (row for message in messages for row in message.rows):
        known = said.setdefault(row.claim, row)
        if (row.offset, row.id) > (known.offset, known.id):
            said[row.claim] = row
    return {row.id for row in said.values()}
