"""The school's days in a world: its bookkeeper, Odoo's scheduler, the customers' answers."""

import socket
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from provision import progress
from world import World

from . import report
from .banners import Banners, by_partner
from .school import School

ZONE = ZoneInfo("Europe/Dublin")
PORT = 8069  # Odoo's usual one, if nobody else has it

MORNING = time(7, 0)
BOOKKEEPING = time(8, 30)
# when the scheduler is looked at: through the working day, and once when nobody may be written to
WORKING_DAY = (time(9, 5), time(13, 0), time(17, 30))
NIGHT = time(22, 0)
NOON = time(12, 0)

LOAD = """
from odoo.tools import convert_file
convert_file(env, 'collection_ruler', 'demo/guitar_school.xml', {}, 'init', noupdate=True)
school = env.ref('collection_ruler.school')
env.ref('base.user_admin').company_id = school
# nothing of the demo is to call home, and Odoo's own statistics are no messages of the school
for name in ('mail.ir_cron_module_update_notification', 'digest.ir_cron_digest_scheduler_action'):
    if cron := env.ref(name, raise_if_not_found=False):
        cron.active = False
env['mail.mail'].search([('state', '=', 'outgoing')]).write({'state': 'cancel'})
# Odoo's own provider for trying out: the pay button leads to a page where somebody can pay
env['ir.module.module'].search([('name', '=', 'payment_demo')]).button_immediate_install()
env = env(context=dict(env.context))
demo = env.ref('payment.payment_provider_demo')
own = {'company_id': school.id, 'state': 'test', 'is_published': True, 'name': 'Cards'}
demo.copy({**own, 'payment_method_ids': [(6, 0, demo.payment_method_ids.ids)]})
env.cr.commit()
"""


class Simulation:
    """A guitar school on a running server, and everything that its mail server received.

    It prints what happens, as it happens.

    :param world: entered already
    :param start: the first day; on its morning the demo data is loaded
    :param database: its name; an old one is replaced
    """

    def __init__(self, world: World, start: date, database: str = "demo"):
        self.world = world
        self.start = start
        self.lines: list[report.Line] = []
        self._heard = len(world.mail.received)
        world.clock.set(moment(start, MORNING))
        self._database = world.create_database(database)
        with progress.step("The school's customers and invoices"):
            self._load()
        self.server = self._start_server()
        self.school = School(self.server, start)
        self.banners = Banners(self.server, self.school.context)
        self._known_tasks: set[int] = set()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.stop()

    def activate(self) -> None:
        """Switch the ruler on."""
        counts = self.school.activate()
        print(
            f"Activated on {self.start}: {counts['instalment_count']} open instalments of "
            f"{counts['customer_count']} customers; {counts['joining_count']} join silently, "
            f"nobody is written to at once.\n"
        )
        # the first run comes soon, here at an hour at which nobody may be written to
        self.server.tick(moment(self.start, NIGHT))
        self.banners.read(self.start)

    def play(self, day: date) -> None:
        """Live through a day, and hold what left on it against what was announced in the evening before."""
        first = len(self.lines)
        self.book(day)
        tasks = [task for hour in hours(day) for task in self.tick(day, hour)]
        messages = [
            (entry.partner, entry.channel, entry.step)
            for entry in self.lines[first:]
            if entry.partner
        ]
        left = by_partner(messages + [(partner, "activity", step) for partner, step in tasks])
        self.banners.compare(day, left, self.school.acted_on(day))
        self.banners.read(day)

    def book(self, day: date) -> None:
        """Let the bookkeeper do the morning's work."""
        self.world.clock.set(moment(day, BOOKKEEPING))
        for words in self.school.book(day):
            print(f"{day}            {words}")

    def tick(self, day: date, hour: time) -> list[tuple[int, str]]:
        """Let the scheduler do all that is due by then, and the customers react.

        :return: (partner, step) of the tasks that were made
        """
        self.server.tick(moment(day, hour))
        self.hear(day)
        made = [row for row in self._tasks() if row[0] not in self._known_tasks]
        for number, _partner, customer, step in made:
            self._known_tasks.add(number)
            print(f"{day} {hour:%H:%M}      {customer:24} {step:26} task")
        return [(partner, step) for _number, partner, _customer, step in made]

    def hear(self, day: date) -> None:
        """Join what has arrived since the last time with the books of this moment."""
        received = self.world.mail.received
        for message in received[self._heard :]:
            entry = report.line(self.server, message)
            said = self.banners.sentence(entry.partner, self.school.acted_on(day))
            entry = replace(entry, announced=said)
            self.lines.append(entry)
            tell(entry)
            if words := self.school.answer(message, day):
                print(f"{day}            {words}")
        self._heard = len(received)

    def _load(self) -> None:
        """Load the add-on's demo data as of this world's present."""
        odoo = self.world.odoo
        result = subprocess.run(
            odoo.command("shell", "-d", self._database, "--no-http", "--log-level=error"),
            input=LOAD,
            text=True,
            capture_output=True,
            env={**odoo.environment(), **self.world.clock.env()},
            check=False,
        )
        if result.returncode or "Traceback" in result.stderr:
            raise progress.SetupError(f"the demo data was not loaded: {result.stderr[-2000:]}")

    def _start_server(self):
        """Serve on Odoo's usual port if it is free: links in messages and PDFs point there."""
        server = self.world.serve(self._database, http_port=PORT if is_free(PORT) else 0)
        for key, value in (("web.base.url", server.url), ("web.base.url.freeze", "True")):
            server.rpc("ir.config_parameter", "set_param", key, value)
        return server

    def _tasks(self) -> list[tuple[int, int, str, str]]:
        """(follow-up, partner, customer, step) of what the ruler asked of people; not what they did by
        themselves."""
        return self.server.query(
            "SELECT f.id, p.id, p.name, f.step_name FROM collection_followup f "
            "JOIN collection_debtor d ON d.id = f.debtor_id "
            "JOIN res_partner p ON p.id = d.partner_id "
            "WHERE f.channel = 'activity' AND f.state IN ('queued', 'sent') AND f.purpose = 'dunning' "
            "ORDER BY f.id"
        )


def hours(day: date) -> tuple[time, ...]:
    """When the scheduler is looked at on a day."""
    usual = WORKING_DAY if day.weekday() < 5 else (NOON,)
    return (*usual, NIGHT) if day.day % 7 == 0 else usual


def tell(entry: report.Line) -> None:
    """Print a received message in a line."""
    at = report.received_at(entry).astimezone(ZONE)
    amount = f"{entry.amount:10.2f} {entry.currency}" if entry.amount is not None else ""
    print(
        f"{at:%Y-%m-%d %H:%M}      {entry.customer or entry.to:24} {entry.step or '?':26} "
        f"{entry.channel:8} {amount}",
        flush=True,
    )


def moment(day: date, hour: time) -> datetime:
    """The instant of a wall clock in Dublin."""
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
