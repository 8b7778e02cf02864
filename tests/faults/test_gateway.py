"""Mail servers that refuse, put off, hang up, are slow, or are not there."""

from datetime import timedelta

import ledger
from office import MORNING, WRITTEN_TO

from world import Behaviour

STATES = """
    SELECT f.address, f.state, f.reason FROM collection_followup f WHERE f.address = ANY(%s)
"""
REFUSED = {
    "c0@customers.example.com": Behaviour.REFUSE,
    "c1@customers.example.com": Behaviour.REFUSE_AFTER_DATA,
}
PUT_OFF = {f"c{number}@customers.example.com": Behaviour.DEFER for number in (2, 3)}
PUT_OFF_FOR_EVER = "c3@customers.example.com"
IN_DOUBT = {
    "c4@customers.example.com": Behaviour.DISCONNECT_BEFORE_DATA,
    "c5@customers.example.com": Behaviour.DISCONNECT_AFTER_DATA,
    "c6@customers.example.com": Behaviour.DISCONNECT_AFTER_DATA,
}
SLOW = {f"c{number}@customers.example.com": Behaviour.SLOW for number in (7, 8)}


def test_a_mail_server_that_misbehaves_harms_its_own_message_only(office):
    """Refused: failed. Put off: later. Gone without an answer: uncertain. All others: sent."""
    office.mail.slowness = 1.0
    office.mail.behaviours.update(REFUSED | PUT_OFF | IN_DOUBT | SLOW)
    office.schedule()
    office.tick(MORNING)
    arrived = {message.recipients[0] for message in office.mail.received}
    troubled = {*REFUSED, *PUT_OFF, "c4@customers.example.com"}
    assert arrived == WRITTEN_TO - troubled
    for address in PUT_OFF.keys() - {PUT_OFF_FOR_EVER}:
        del office.mail.behaviours[address]
    for _attempt in range(6):
        office.tick(office.clock.now() + timedelta(minutes=16))
    assert not ledger.broken(office)
    assert states(office, REFUSED) == {("failed", "refused")}
    assert states(office, IN_DOUBT) == {("uncertain", "uncertain")}
    # it is asked again for two days
    assert states(office, [PUT_OFF_FOR_EVER]) <= {("planned", "due"), ("queued", "due")}
    assert states(office, WRITTEN_TO - {*REFUSED, *IN_DOUBT, PUT_OFF_FOR_EVER}) == {("sent", "due")}


def test_a_mail_server_that_goes_away_gets_the_rest_when_it_is_back(office):
    office.schedule()
    office.clock.set(MORNING)
    office.go_until(lambda: len(office.mail.received) >= 10)
    office.mail.stop()
    for _half_hour in range(2):
        office.tick(office.clock.now() + timedelta(minutes=30))
    assert office.count("queued")
    office.mail.start()
    office.settle()
    assert not ledger.broken(office)
    # the one that was under way when it went
    assert office.count("sent") >= len(WRITTEN_TO) - 1


def states(office, addresses) -> set[tuple]:
    return {row[1:] for row in office.query(STATES, [list(addresses)])}
