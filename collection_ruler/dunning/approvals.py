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

    :param hearing: who hears it, from whom, and in which role
    :param rows: what it is about, not empty
    :param decision: what was decided at once by several channels is one contact; None for what stands alone
    """

    id: int
    hearing: Hashable
    rows: tuple[Row, ...]
    channel: str = ""
    decision: Hashable = None


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

    The one about what is due longest leads, and the others' instalments join it; what was decided with it by
    another channel stays beside it, as one contact. Of two steps of one instalment the further is said.
    """
    groups: dict[Hashable, list[Waiting]] = {}
    for message in waiting:
        groups.setdefault(message.hearing, []).append(message)
    moved: dict[int, int] = {}
    emptied: dict[int, int] = {}
    overtaken: set[int] = set()
    for own in groups.values():
        further = _further(own)
        stays = _staying(own, further)
        said = {
            (m.id, r.claim)
            for m in own
            for r in m.rows
            if stays[m.channel] == m.id and r.id in further
        }
        for message in own:
            home = stays[message.channel]
            overtaken.update(row.id for row in message.rows if row.id not in further)
            if message.id == home:
                continue
            emptied[message.id] = home
            for row in (row for row in message.rows if row.id in further):
                if (home, row.claim) in said:
                    overtaken.add(row.id)
                else:
                    said.add((home, row.claim))
                    moved[row.id] = home
    return Joining(moved, emptied, frozenset(overtaken))


def _further(messages: Iterable[Waiting]) -> set[int]:
    """Ids of the rows of the furthest step of each instalment."""
    rows = [row for message in messages for row in message.rows]
    reached: dict[Hashable, int] = {}
    for row in rows:
        reached[row.claim] = max(row.offset, reached.get(row.claim, row.offset))
    return {row.id for row in rows if row.offset == reached[row.claim]}


def _staying(messages: Iterable[Waiting], further: set[int]) -> dict[str, int]:
    """Which message those of each channel become: its own leading one where that was decided with the first
    of all, else the first of all."""
    leads: dict[str, tuple[date, int, Hashable]] = {}
    for message in messages:
        due = min((row.due_date for row in message.rows if row.id in further), default=date.max)
        mine = due, message.id, message.decision
        leads[message.channel] = min(leads.get(message.channel, mine), mine, key=lambda m: m[:2])
    _due, first, decision = min(leads.values(), key=lambda m: m[:2])
    return {
        channel: lead if decision is not None and decided == decision and due < date.max else first
        for channel, (due, lead, decided) in leads.items()
    }
