"""Two Odoo servers on one database, both with a scheduler, while customers pay."""

import ledger
from office import MORNING, WRITTEN_TO

from world import Behaviour

PAYING = sorted(WRITTEN_TO)[10:17]


def test_two_schedulers_and_payments_meanwhile_say_nothing_twice(office):
    """And nobody is asked who has paid: some while the first message is held up, some later."""
    office.mail.behave = lambda address: None if office.mail.received else Behaviour.HANG
    office.serve(name="first")
    office.serve(name="second")
    office.clock.set(MORNING)
    office.go_until(lambda: office.mail.received)
    held_up = office.mail.received[0].recipients[0]
    undone, *paying = [address for address in PAYING if address != held_up]
    in_time, meanwhile = paying[:3], paying[3:]
    payment = office.pay(undone)
    for address in in_time:
        office.pay(address)
    office.undo(payment)
    office.mail.release()
    for address in meanwhile:
        office.server.wake()
        office.pay(address)
    office.settle()
    assert not ledger.broken(office)
    arrived = {message.recipients[0] for message in office.mail.received}
    assert not arrived & set(in_time)
    assert arrived >= WRITTEN_TO - set(paying)
