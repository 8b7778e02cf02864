"""A real Odoo server, its scheduler included, as a process that can be driven and killed."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2

from provision.configuration import Odoo

from .clock import Clock
from .processes import dies_with_parent, end_group

START_SECONDS = 90
STOP_SECONDS = 30
ADMINISTRATOR = ("admin", "admin")

# What the scheduler would still do at this moment, as ir.cron itself decides it.
DUE_JOBS = """
    SELECT cron_name
      FROM ir_cron
     WHERE active
       AND (nextcall <= now() AT TIME ZONE 'UTC'
            OR id IN (SELECT cron_id FROM ir_cron_trigger
                       WHERE call_at <= now() AT TIME ZONE 'UTC'))
"""
# A job at work keeps a transaction open, and so does a request. Odoo names its sessions.
BUSY_SESSIONS = """
    SELECT count(*)
      FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'odoo-%' AND state != 'idle'
"""


class NotQuiet(Exception):
    """The server was still at work, or had work to do, when the deadline came."""


class RpcError(Exception):
    """A call ended with an error on the server; the text is that of the server."""


class OdooServer:
    """One server process on one database: HTTP on a free port, one thread for scheduled actions.

    :param odoo: what to run; its configuration is written already
    :param clock: the clock that the process follows
    :param log: the file that its log is added to
    :param options: further options for odoo-bin
    """

    def __init__(
        self, odoo: Odoo, database: str, clock: Clock, log: Path, options: tuple[str, ...] = ()
    ):
        self.odoo = odoo
        self.database = database
        self.clock = clock
        self.log = log
        self.options = options
        self.http_port = 0
        self._process: subprocess.Popen | None = None
        self._uid: int | None = None

    def __enter__(self):
        self.start()
        self.wait_ready()
        return self

    def __exit__(self, *exc):
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self.is_running else None

    @property
    def workers(self) -> list[int]:
        """The ids of the processes that it has started; it works in them if run with --workers."""
        if not (number := self.process_id):
            return []
        children = Path(f"/proc/{number}/task/{number}/children")
        return [int(number) for number in children.read_text().split()]

    # ------------------------------------------------------------------ life

    def start(self, http_port: int = 0) -> None:
        """Start the process; `wait_ready` says when it serves.

        :param http_port: 0 takes a free one
        """
        self.http_port = http_port or free_port()
        command = self.odoo.command(
            *("--database", self.database, "--db-filter", f"^{self.database}$"),
            *("--http-port", self.http_port, "--max-cron-threads", 1, *self.options),
        )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "a") as log:
            self._process = subprocess.Popen(
                [*dies_with_parent("KILL"), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self.odoo.environment(), **self.clock.env()},
                start_new_session=True,
            )

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server answers requests.

        :raises RuntimeError: when it ends or does not answer in time
        """
        deadline = time.monotonic() + seconds
        while not self._answers():
            if not self.is_running or time.monotonic() > deadline:
                raise RuntimeError(f"Odoo did not start:\n{self.log_end()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask the server to end (SIGTERM), and wait."""
        if self._process:
            end_group(self._process, signal.SIGTERM, STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill the server and whatever it started (SIGKILL)."""
        if self._process:
            end_group(self._process, signal.SIGKILL, STOP_SECONDS)
            self._process = None

    # ------------------------------------------------------------------ time

    def tick(self, until: datetime, seconds: float = 120) -> None:
        """Set the clock and let the scheduler do all that is due by then.

        :param until: aware moment
        :param seconds: real time after which to give up
        :raises NotQuiet: with the end of the log
        """
        self.clock.set(until)
        self.wait_quiet(seconds)

    def wake(self) -> None:
        """Tell the scheduler to look at its jobs now."""
        self._query("postgres", "SELECT pg_notify('cron_trigger', %s)", [self.database])

    def wait_quiet(self, seconds: float = 120) -> None:
        """Wake the scheduler until nothing is due and nobody is at work.

        :raises NotQuiet: when that takes too long or the server has ended; with the end of the log
        """
        deadline = time.monotonic() + seconds
        next_wake = 0.0
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            while True:
                cursor.execute(DUE_JOBS)
                due = [name for (name,) in cursor.fetchall()]
                cursor.execute(BUSY_SESSIONS)
                busy = cursor.fetchone()[0]
                if not due and not busy:
                    return
                if not self.is_running or time.monotonic() > deadline:
                    state = "is at work" if self.is_running else "has ended"
                    raise NotQuiet(
                        f"server {state}, {busy} busy sessions, due: {due}\n{self.log_end()}"
                    )
                # A wake-up is lost while the scheduler is not listening yet, and a job that was
                # only done in part waits a minute for the next one.
                if due and not busy and time.monotonic() >= next_wake:
                    self.wake()
                    next_wake = time.monotonic() + 0.5
                time.sleep(0.03)

    # ------------------------------------------------------------------ access

    def rpc(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method of a model as the administrator, over HTTP.

        :raises RpcError: with the server's message when it fails
        """
        if not self._uid:
            self._uid = self._jsonrpc("common", "login", self.database, *ADMINISTRATOR)
        if not self._uid:
            raise RpcError("the administrator cannot log in")
        who = (self.database, self._uid, ADMINISTRATOR[1])
        return self._jsonrpc("object", "execute_kw", *who, model, method, args, kwargs)

    def connect(self):
        """Return a connection to the database, in autocommit mode."""
        return self._connect(self.database)

    def query(self, statement: str, values=()) -> list[tuple]:
        """Run one statement on the database and return its rows."""
        return self._query(self.database, statement, values)

    def log_end(self, lines: int = 40) -> str:
        """Return the last lines of the log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _connect(self, database: str):
        server = self.odoo.server
        connection = psycopg2.connect(dbname=database, host=server.host, user=server.user)
        connection.autocommit = True
        return connection

    def _query(self, database: str, statement: str, values=()) -> list[tuple]:
        with closing(self._connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=10) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def _jsonrpc(self, service: str, method: str, *args: Any) -> Any:
        call = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "params": call, "id": 1}
        request = urllib.request.Request(
            f"{self.url}/jsonrpc",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=600) as response:
            answer = json.load(response)
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise RpcError(data.get("message") or data.get("debug") or answer["error"]["message"])
        return answer.get("result")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
