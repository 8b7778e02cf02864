"""What must never happen, looked for in what the mail server received and in the accounts.

Written against the messages, not against the add-on's own code: hours, weekends and holidays are named
here once more, for the school in Dublin.
"""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import holidays

from . import report
from .school import School

DUBLIN = ZoneInfo("Europe/Dublin")
OPENS, CLOSES = 9, 18
MONEY = ("dunning", "returned")

STILL_PLANNED = """
    SELECT count(*) FROM collection_followup
     WHERE state = 'planned' AND reason = 'due' AND scheduled_at < now() AT TIME ZONE 'UTC' - interval '1 day'
"""
FORGOTTEN = """
    SELECT count(*) FROM collection_followup f
     WHERE f.state IN ('failed', 'uncertain')
       AND NOT EXISTS (SELECT FROM mail_activity a
                        WHERE a.res_model = 'collection.debtor' AND a.res_id = f.debtor_id)
"""


def problems(lines: list[report.Line], school: School, until: date) -> list[str]:
    """Everything that is wrong, in words; empty when all is well.

    :param until: the last simulated day
    """
    server = school.server
    closed = holidays.country_holidays("IE")
    first = _next_business_day(school.start, closed)
    found = [] if lines or first > until else ["nothing was sent at all"]
    for entry in lines:
        at = report.received_at(entry).astimezone(DUBLIN)
        name = f"{entry.step} to {entry.to} at {at:%Y-%m-%d %H:%M}"
        if entry.followup is None:
            found.append(f"no follow-up belongs to “{entry.subject}” to {entry.to}")
            continue
        if at.weekday() >= 5 or at.date() in closed or not OPENS <= at.hour < CLOSES:
            found.append(f"outside the window: {name}")
        if not report.amount_in_text(entry):
            found.append(f"the amount {entry.amount} is not in the text: {name}")
        if entry.purpose in MONEY and abs(entry.amount - entry.owed) > 0.005:
            found.append(f"asks for {entry.amount}, owed are {entry.owed}: {name}")
    found += _twice(lines)
    found += _thanks(lines, school, until, closed)
    found += _more_than_one_a_day(lines)
    if count := server.query(STILL_PLANNED)[0][0]:
        found.append(f"{count} follow-ups should have left more than a day ago")
    if count := server.query(FORGOTTEN)[0][0]:
        found.append(f"{count} failed follow-ups have no activity")
    return found


def _thanks(lines, school, until, closed):
    """Thanks go out on the next business day, once per customer, and for nothing else."""

    names = {number: name for name, number in school.customers.items()}
    thanked = {
        (names[entry.partner], report.received_at(entry).astimezone(DUBLIN).date())
        for entry in lines
        if entry.purpose == "thanks"
    }
    due = {(name, _next_business_day(day, closed)) for name, day in school.booked}
    due = {(name, day) for name, day in due if day <= until}
    yield from (f"no thanks for {name} on {day}" for name, day in sorted(due - thanked))
    yield from (f"thanks without a payment: {name} on {day}" for name, day in sorted(thanked - due))


def _next_business_day(day, closed):
    day += timedelta(days=1)
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def _twice(lines):
    for name in ("message_id", "followup"):
        counts = Counter(getattr(entry, name) for entry in lines)
        yield from (f"twice: {name} {value}" for value, count in counts.items() if count > 1)


def _more_than_one_a_day(lines):
    days = Counter(
        (entry.customer, report.received_at(entry).astimezone(DUBLIN).date())
        for entry in lines
        if entry.purpose in MONEY
    )
    yield from (
        f"{count} messages to {who} on {day}" for (who, day), count in days.items() if count > 1
    )
