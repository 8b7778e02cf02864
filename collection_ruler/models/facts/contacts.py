"""On which days customers heard from us, or are about to (B1, B4)."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from odoo.tools import SQL

from ...dunning.purpose import Purpose

# the kind of a contact by which a person wrote
LETTER = "letter"
# what is to leave later than that is no word of these days yet
AHEAD = timedelta(days=4)


class Contacts(NamedTuple):
    """When a customer hears from us, in days of theirs; the names are those of a dunning Snapshot."""

    contacts: tuple[date, ...]
    thanks_on: frozenset[date]
    siblings: dict
    return_notice_on: date | None
    conversation_on: date | None
    wrote: bool


def contacts_of(debtor, calendar, batch):
    """What counts in caps, and why there is silence. What stands at a door at this moment is no contact yet.

    A word about a payment that came back may wait for approval: then nothing else is said before (A14).

    :param debtor: OpenDebtor
    :param batch: Batch
    """
    days, thanks_on, siblings, notice_waits = [], set(), defaultdict(tuple), False
    for followup, instant, kind, decided_at in debtor.contacts or ():
        day = calendar.local_day(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        if kind == Purpose.THANKS:
            thanks_on.add(day)
        elif kind == "return_waits":
            notice_waits |= followup not in batch.leaving
        elif followup not in batch.leaving:
            days.append((day, kind))
            siblings[decided_at] += (day,)
    for instant in debtor.letters or ():
        at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        days.append((calendar.local_day(at), LETTER))
    notices = [day for day, kind in days if kind == "return_notice"]
    talks = [(d, kind != LETTER) for d, kind in days if kind in (Purpose.CONVERSATION, LETTER)]
    talked_on, spoke = max(talks, default=(None, True))
    return Contacts(
        tuple(sorted(day for day, _kind in days)),
        frozenset(thanks_on),
        siblings,
        date.max if notice_waits else max(notices, default=None),
        talked_on,
        not spoke,
    )


def letters(debtor: str, now) -> SQL:
    """When the messages leave that people have put off, as a JSON list of naive UTC instants.

    :param debtor: the alias of collection_debtor in the query
    :param now: aware UTC
    """
    return SQL(
        """
        (SELECT json_agg(s.scheduled_date ORDER BY s.scheduled_date) FROM mail_scheduled_message s
          WHERE s.model = 'collection.debtor' AND s.res_id = %s.id AND s.is_note IS NOT TRUE
            AND s.scheduled_date <= %s)
        """,
        SQL.identifier(debtor),
        now.replace(tzinfo=None) + AHEAD,
    )
