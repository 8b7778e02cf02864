"""Two Odoo servers on one database, both with a scheduler, while customers pay."""

import ledger
from office import MORNING, WRITTEN_TO

PAYING = [f"c{number}@customers.example.com" for number in (30, 33, 35, 38, 39)]
CHANGES_HIS_MIND = "c31@customers.example.com"


def test_two_schedulers_and_payments_meanwhile_say_nothing_twice(office):
    """And nobody is asked who has paid."""
    office.serve(name="first")
    office.serve(name="second")
    office.clock.set(MORNING)
    office.go_until(lambda: office.count("planned") or office.count("queued"))
    undone = office.pay(CHANGES_HIS_MIND)
    for address in PAYING:
        office.server.wake()
        office.pay(address)
    office.undo(undone)
    office.settle()
    assert not ledger.broken(office, gateways=2)
    arrived = {message.recipients[0] for message in office.mail.received}
    assert arrived >= WRITTEN_TO - {*PAYING, CHANGES_HIS_MIND}
