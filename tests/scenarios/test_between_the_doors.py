"""People pay between the two doors: their message does not leave, and everybody else's does.

In a real server, since Odoo's transaction and door 2's own stand in each other's way only there.
"""

from datetime import date, time

import pytest

from demo.school import School
from demo.simulation import Simulation, moment

START, DAY = date(2026, 10, 7), date(2026, 10, 12)
MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"
QUEUED = """
    SELECT f.id, p.id FROM collection_followup f JOIN collection_debtor d ON d.id = f.debtor_id
      JOIN res_partner p ON p.id = d.partner_id WHERE f.state = 'queued' ORDER BY f.id
"""


@pytest.fixture(scope="module")
def school(world):
    with Simulation(world, START, "doors") as school:
        school.activate()
        yield school


def test_a_payment_between_the_doors_stops_its_own_message_and_no_other(school):
    server = school.server
    (queue,) = server.query(
        "SELECT res_id FROM ir_model_data WHERE module || '.' || name = %s", [MAIL_QUEUE]
    )[0]
    server.rpc("ir.cron", "write", [queue], {"active": False})
    school.tick(DAY, time(9, 5))
    queued = server.query(QUEUED)
    assert len(queued) >= 4, "the morning was meant to be busy"
    assert not school.lines

    # the second in the queue pays, so that some stand before it and some behind
    followup, partner = queued[1]
    pay_everything(school.school, school.school.name_of(partner))
    server.rpc("ir.cron", "write", [queue], {"active": True})
    server.clock.set(moment(DAY, time(9, 10)))
    server.wake()
    school.tick(DAY, time(9, 11))

    heard = {entry.followup for entry in school.lines}
    assert heard == {number for number, _partner in queued} - {followup}
    assert server.query(
        "SELECT state, reason FROM collection_followup WHERE id = %s", [followup]
    ) == [("cancelled", "paid")]
    assert "Failed processing mail queue" not in server.log.read_text()


def pay_everything(school: School, customer: str) -> None:
    for name, instalment, residual, due in school._open_instalments():
        if name == customer and due <= DAY:
            school._pay(name, instalment, residual, DAY)
