"""A message template that never comes to an end."""

from contextlib import suppress

import ledger
import psutil
from office import MORNING, WRITTEN_TO

TEMPLATE = """
    UPDATE mail_template t
       SET body_html = jsonb_build_object('en_US', %s::text)
      FROM ir_model_data d
     WHERE d.model = 'mail.template' AND d.res_id = t.id AND d.name = 'mail_template_forgot'
"""
HANGS_FOR_ONE = """
    <p>Hello <t t-out="object.first_name"/>, please pay.</p>
    <t t-if="object.customer_name == 'Customer 17'">
        <t t-foreach="range(10 ** 10)" t-as="number"><t t-set="rest" t-value="number % 7"/></t>
    </t>
"""
HANGS_FOR = "c17@customers.example.com"
LIMIT = 4
HANGS_AFTER = (
    1.0  # seconds of work without a question to the database, in the midst of a transaction
)
SILENT = """
    SELECT pid, state_change FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'odoo-%'
       AND state = 'idle in transaction' AND query NOT LIKE '%ir_cron%'
"""


class Watch:
    """Sees workers work on and on; those that merely wait, on a busy machine, do not hang."""

    def __init__(self, office):
        self.office = office
        self.since = {}  # seconds that they had worked when a session fell silent

    def sees_one_hang(self) -> bool:
        """Whether they have worked for so long since one of their sessions asked the database anything."""
        worked = sum(map(_worked, self.office.server.workers))
        silent = self.office.query(SILENT)
        self.since = {session: self.since.get(session, worked) for session in silent}
        return any(worked - since > HANGS_AFTER for since in self.since.values())


def _worked(pid: int) -> float:
    """Seconds of a process on a processor, 0 for one that has ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).cpu_times().user
    return 0.0


def test_a_template_that_hangs_stops_its_own_message_only(office, request):
    """The process is ended over it, as by Odoo's time limit; who is behind it is served all the same.

    In the long form Odoo ends it; else it is ended as soon as it is seen to hang.
    """
    office.query(TEMPLATE, [HANGS_FOR_ONE])
    office.clock.set(MORNING)
    by_odoo = request.config.getoption("--long")
    office.schedule(*([f"--limit-time-real-cron={LIMIT}"] if by_odoo else []))
    watch, deaths = Watch(office), 0

    def is_through() -> bool:
        nonlocal deaths
        if not by_odoo and watch.sees_one_hang():
            office.kill_workers()
            deaths += 1
        office.go_on()
        return office.count("failed") == 3 and office.count("sent") == len(WRITTEN_TO) - 1

    office.go_until(is_through)
    assert deaths or by_odoo
    office.settle()
    assert not ledger.broken(office)
    assert HANGS_FOR not in {message.recipients[0] for message in office.mail.received}
