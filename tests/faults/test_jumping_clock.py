"""A clock that jumps, and nights on which an hour comes twice or not at all."""

from datetime import datetime, timedelta

import ledger
from office import CUSTOMERS, MORNING, WRITTEN_TO, ZONE

SPEAKS_AT_NIGHT = """
    WITH hours AS (
        INSERT INTO resource_calendar (name, tz, company_id, active, schedule_type)
        SELECT 'Night', 'Europe/Dublin', company_id, true, 'fixed' FROM collection_ruler LIMIT 1
        RETURNING id),
    attendance AS (
        INSERT INTO resource_calendar_attendance
               (name, calendar_id, dayofweek, hour_from, hour_to, day_period)
        SELECT 'Night', id, '6', 1, 2, 'morning' FROM hours UNION ALL
        SELECT 'Day', id, '0', 9, 18, 'morning' FROM hours UNION ALL
        SELECT 'Day', id, '1', 9, 18, 'morning' FROM hours)
    UPDATE res_company SET collection_calendar_id = hours.id FROM hours
"""


def test_a_clock_a_day_forward_and_back_repeats_nothing(office):
    office.schedule()
    office.clock.set(MORNING)
    office.go_until(lambda: len(office.mail.received) >= 10)
    office.tick(MORNING + timedelta(days=1))
    arrived = len(office.mail.received)
    heard = {message.recipients[0] for message in office.mail.received}
    # "is due today" of the day before is not said any more; the next step is
    assert heard >= {c.address for c in CUSTOMERS if c.steps[0] != "Due today"} & WRITTEN_TO
    office.clock.set(MORNING + timedelta(minutes=20))
    office.server.wake()
    office.tick(MORNING + timedelta(hours=8))
    assert len(office.mail.received) == arrived
    for day in (1, 2, 6):  # a weekend and a holiday lie between
        for hours in (0, 8):
            office.tick(MORNING + timedelta(days=day, hours=hours, minutes=30))
    assert not ledger.broken(office, later=True)


def test_in_the_night_that_has_an_hour_twice_it_is_used_once(office):
    """On Sunday 25 October, one to two o'clock is there in summer time and again in winter time."""
    office.query(SPEAKS_AT_NIGHT)
    office.schedule()
    before, first = (datetime(2026, 10, 25, *at, tzinfo=ZONE) for at in ((0, 55), (1, 5)))
    second = first.replace(fold=1)
    for moment in (MORNING, before):
        office.tick(moment)
        assert not office.mail.received
    office.clock.set(first)
    office.go_until(lambda: len(office.mail.received) >= 20)
    office.tick(second)
    arrived = [message.recipients[0] for message in office.mail.received]
    assert set(arrived) >= WRITTEN_TO
    office.settle()
    assert len(office.mail.received) == len(arrived)
    assert not ledger.broken(office, later=True)


def test_in_the_night_that_lacks_an_hour_its_messages_wait(office):
    """On Sunday 28 March, one to two o'clock is not there: they leave at the next opening."""
    office.query(SPEAKS_AT_NIGHT)
    office.query("UPDATE collection_ruler SET max_days_overdue = 0")  # they fell due in October
    office.schedule()
    for moment in (
        datetime(2027, 3, 28, 0, 55, tzinfo=ZONE),
        datetime(2027, 3, 28, 2, 5, tzinfo=ZONE),
        datetime(2027, 3, 28, 3, 5, tzinfo=ZONE),
    ):
        office.tick(moment)
        assert not office.mail.received
    # Easter Monday is a holiday; then Tuesday
    office.tick(datetime(2027, 3, 29, 9, 5, tzinfo=ZONE))
    office.tick(datetime(2027, 3, 30, 9, 5, tzinfo=ZONE))
    assert {message.recipients[0] for message in office.mail.received} >= WRITTEN_TO
    assert not ledger.broken(office, later=True)
