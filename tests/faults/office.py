"""An office on a busy morning: some dozens of customers, to each of whom a step comes.

The database is made once and copied for each fault. What the customers pay is booked through Odoo.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2

from provision.configuration import Odoo
from provision.progress import SetupError
from world import OdooServer, World
from world.odoo_server import BUSY_SESSIONS, DUE_JOBS

TEMPLATE, COPY = "office", "fault"
ZONE = ZoneInfo("Europe/Dublin")
ACTIVATION = datetime(2026, 10, 20, 10, 0, tzinfo=ZONE)
MORNING = datetime(2026, 10, 21, 9, 5, tzinfo=ZONE)
FOLLOW_UP = "collection_ruler.ir_cron_follow_up"
MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"
LIMIT = 90  # seconds in which whatever is waited for must come true

# the steps that come on that morning, by due date
DUE = {
    "A week before": date(2026, 10, 28),
    "Due today": date(2026, 10, 21),
    "Forgot?": date(2026, 10, 19),
    "Call: is anything wrong?": date(2026, 10, 16),
    "Firm and polite": date(2026, 10, 13),
}


@dataclass(frozen=True)
class Customer:
    """:param steps: that come for an invoice each, on the morning"""

    name: str
    address: str | None
    steps: tuple[str, ...]


def _customers() -> tuple[Customer, ...]:
    """48: most get a message, some are to be called, some have two invoices or no address."""
    kinds = [
        *([("A week before",)] * 2 + [("Due today",)] * 14 + [("Forgot?",)] * 10),
        *([("Firm and polite",)] * 6 + [("Due today", "Forgot?")] * 4),
        *([("Forgot?", "Firm and polite")] * 4 + [("Call: is anything wrong?",)] * 6),
    ]
    customers = [
        Customer(f"Customer {number}", f"c{number}@customers.example.com", steps)
        for number, steps in enumerate(kinds)
    ]
    return (*customers, *(Customer(f"Nowhere {n}", None, ("Due today",)) for n in range(2)))


CUSTOMERS = _customers()
WRITTEN_TO = {
    customer.address
    for customer in CUSTOMERS
    if customer.address and customer.steps[0] != "Call: is anything wrong?"
}

PREPARE = """
import sys; sys.path.insert(0, {folder!r})
import preparation; preparation.prepare(env)
"""
# a manager said that this copy is the one that speaks (decision 10)
SPEAKS = """
    UPDATE ir_config_parameter
       SET value = (SELECT system_identifier || '/' || (SELECT oid FROM pg_database
                     WHERE datname = current_database()) FROM pg_control_system())
     WHERE key = 'collection_ruler.database_identity'
"""
OPEN_LINES = """
    SELECT l.id FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
     WHERE p.email = %s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.balance > 0
"""
PAYMENTS = """
    SELECT y.id FROM account_payment y JOIN res_partner p ON p.id = y.partner_id
     WHERE p.email = %s AND y.state IN ('in_process', 'paid')
"""
IN_STATE = "SELECT count(*) FROM collection_followup WHERE state = %s AND channel = 'email'"
STATES = "SELECT state, reason, count(*) FROM collection_followup GROUP BY 1, 2 ORDER BY 1, 2"


@dataclass
class Payment:
    """Money of a customer: between which messages that the mail server received it was in the books.

    :param since: the number of messages when it was booked
    :param until: when it was taken back, None if it never was
    """

    address: str
    since: int
    until: int | None = None


def prepare(world: World) -> None:
    """Make the database that each fault gets a copy of."""
    world.clock.set(ACTIVATION)
    database = world.create_database(TEMPLATE)
    result = subprocess.run(
        world.odoo.command("shell", "-d", database, "--no-http", "--log-level=error"),
        input=PREPARE.format(folder=str(Path(__file__).parent)),
        text=True,
        capture_output=True,
        env={**world.odoo.environment(), **world.clock.env()},
        check=False,
    )
    if result.returncode or "Traceback" in result.stderr:
        raise SetupError(f"the office was not made: {result.stderr[-3000:]}")
    world.databases.query("ANALYZE", database=database)


class Office:
    """A copy of the prepared database, and the servers that run on it.

    :param world: entered already, with the template
    """

    def __init__(self, world: World):
        self.world = world
        self.mail = world.mail
        self.clock = world.clock
        self.payments: list[Payment] = []
        self._servers: list[OdooServer] = []
        self._connection = None
        self.is_supervised = False
        world.mail.reset()
        world.clock.set(MORNING - timedelta(hours=1))
        self.database = world.databases.copy(TEMPLATE, COPY)
        self.server = world.server(self.database)  # not started: `query` works all the same
        self.query(SPEAKS)

    def query(self, statement: str, values=()) -> list[tuple]:
        """Run one statement and return its rows, in a connection that is kept: it is asked often."""
        if self._connection is None or self._connection.closed:
            self._connection = self.server.connect()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.OperationalError:  # PostgreSQL was restarted meanwhile
            self._connection.close()
            return self.server.query(statement, values)

    def count(self, state: str) -> int:
        """How many messages are in a state."""
        return self.query(IN_STATE, [state])[0][0]

    # ------------------------------------------------------------------ processes

    def serve(self, name: str = "odoo", odoo: Odoo | None = None) -> OdooServer:
        """Start a server with HTTP and one thread for scheduled actions.

        :param name: of its log
        :param odoo: instead of the world's
        """
        self.server = self.world.server(self.database, name=name)
        self.server.odoo = odoo or self.world.odoo
        self._servers.append(self.server)
        self.server.log.unlink(missing_ok=True)
        self.server.start()
        self.server.wait_ready()
        return self.server

    def schedule(self, *options: str, is_supervised: bool = False) -> OdooServer:
        """Start a server that only does scheduled actions, in a worker that is replaced when it dies.

        A new worker is there at once, since it is a fork of the first process.

        :param is_supervised: whether `go_until` starts it anew when it has ended
        """
        self.is_supervised = is_supervised
        self.server = self.world.server(self.database, "--workers=1", "--no-http", *options)
        self._servers.append(self.server)
        self.server.log.unlink(missing_ok=True)
        self.server.start()
        self.go_until(lambda: self.server.workers)
        return self.server

    def kill_workers(self) -> None:
        """Kill whoever works for a server that was started by `schedule`."""
        for worker in self.server.workers:
            os.kill(worker, signal.SIGKILL)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self.mail.release()
        for server in self._servers:
            server.kill()

    # ------------------------------------------------------------------ time

    def tick(self, moment: datetime, seconds: float = LIMIT) -> None:
        """Set the clock and let the scheduler do all that is due by then."""
        self.server.tick(moment, seconds)

    def go_until(self, condition: Callable[[], object], seconds: float = LIMIT) -> None:
        """Keep the scheduler awake until something has come true.

        :raises AssertionError: with the end of the log, when it does not
        """
        deadline = time.monotonic() + seconds
        next_wake = 0.0
        while not condition():
            assert time.monotonic() < deadline, f"{self.query(STATES)}\n{self.server.log_end()}"
            if time.monotonic() >= next_wake:  # one that comes while nobody listens is lost
                if self.is_supervised and not self.server.is_running:
                    self.server.start()
                self.server.wake()
                next_wake = time.monotonic() + 0.3
            time.sleep(0.004)

    def go_on(self) -> None:
        """Pass some minutes when nobody has anything to do: Odoo puts off a job that died thrice."""
        if not self.query(BUSY_SESSIONS)[0][0] and not self.query(DUE_JOBS):
            self.clock.advance(timedelta(minutes=11))

    def settle(self) -> None:
        """Let the morning pass: retries, and what nobody answered for ten minutes."""
        for minutes in (12, 17, 17, 17):
            self.tick(self.clock.now() + timedelta(minutes=minutes))

    # ------------------------------------------------------------------ people

    def pay(self, address: str) -> Payment:
        """Book a customer's payment of everything, and note when."""
        lines = [line for (line,) in self.query(OPEN_LINES, [address])]
        context = {"active_model": "account.move.line", "active_ids": lines}
        values = {"group_payment": True}
        wizard = self.server.rpc("account.payment.register", "create", values, context=context)
        self.server.rpc(
            "account.payment.register", "action_create_payments", [wizard], context=context
        )
        payment = Payment(address, len(self.mail.received))
        self.payments.append(payment)
        return payment

    def undo(self, payment: Payment) -> None:
        """Take a payment back, as when the bank returns it."""
        payment.until = len(self.mail.received)
        ids = [number for (number,) in self.query(PAYMENTS, [payment.address])]
        self.server.rpc("account.payment", "action_draft", ids)
        self.server.rpc("account.payment", "action_cancel", ids)
