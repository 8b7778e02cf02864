"""Two Odoo servers on one database, both with a scheduler, while customers pay."""

import ledger
from office import MORNING, WRITTEN_TO

from world import Behaviour

HOLDS_UP = "c0@customers.example.com"
PAYS_IN_TIME = [f"c{number}@customers.example.com" for number in (31, 33, 35)]
CHANGES_HIS_MIND = "c32@customers.example.com"
PAYS_MEANWHILE = [f"c{number}@customers.example.com" for number in (38, 39)]


def test_two_schedulers_and_payments_meanwhile_say_nothing_twice(office):
    """And nobody is asked who has paid: some while the first message is held up, some later."""
    office.mail.behaviours[HOLDS_UP] = Behaviour.HANG
    office.serve(name="first")
    office.serve(name="second")
    office.clock.set(MORNING)
    office.go_until(lambda: office.mail.received)
    undone = office.pay(CHANGES_HIS_MIND)
    for address in PAYS_IN_TIME:
        office.pay(address)
    office.undo(undone)
    office.mail.release()
    office.server.wake()
    for address in PAYS_MEANWHILE:
        office.pay(address)
        office.server.wake()
    office.settle()
    assert not ledger.broken(office)
    arrived = {message.recipients[0] for message in office.mail.received}
    assert not arrived & set(PAYS_IN_TIME)
    assert arrived >= WRITTEN_TO - {*PAYS_IN_TIME, *PAYS_MEANWHILE}
