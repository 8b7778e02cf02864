"""Puts together clock, PostgreSQL, SMTP server and Odoo, and takes all of them down again."""

import dataclasses
import fcntl
import signal
from contextlib import ExitStack, contextmanager

from provision import configuration, databases, paths, postgres
from provision.progress import SetupError, step

from .clock import Clock
from .cluster import Cluster
from .mail_server import MailServer
from .odoo_server import OdooServer

# The template was made at another time: what it planned is planned anew from this world's present.
INSTALLED_NOW = """
    UPDATE ir_cron
       SET nextcall = date_trunc('second', nextcall + (now() AT TIME ZONE 'UTC' - create_date)),
           lastcall = NULL;
    UPDATE ir_cron_trigger
       SET call_at = date_trunc('second', call_at + (now() AT TIME ZONE 'UTC' - create_date));
"""


class World:
    """A clock, a PostgreSQL cluster and an SMTP server; Odoo servers are added by `serve`.

    It lives in `.odoo/world/NAME` and is kept between runs; one process at a time can be in it.
    What it started ends with it, in reverse order, also on Ctrl-C and SIGTERM.

    :param name: worlds of different names do not disturb each other
    :param odoo: where Odoo's code comes from; its server makes the templates
    """

    def __init__(self, name: str, odoo: configuration.Odoo):
        self.name = name
        self.home = paths.HOME / "world" / name
        self._origin = odoo
        self._stack = ExitStack()
        self.clock: Clock
        self.cluster: Cluster
        self.mail: MailServer
        self.odoo: configuration.Odoo
        self.databases: databases.Databases

    def __enter__(self):
        with ExitStack() as stack:
            stack.enter_context(_sigterm_unwinds())
            self.home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(self._alone())
            self.clock = Clock(self.home / "clock")
            self.clock.reset()
            stack.callback(self.clock.close)
            self.cluster = Cluster(self.home / "pg", self.clock)
            self.cluster.stop()  # a leftover would follow a clock that is gone
            stack.callback(self.cluster.stop)
            self.cluster.start()
            self.mail = stack.enter_context(MailServer(now=self.clock.now))
            self.odoo = self._configure()
            self.databases = databases.Databases(self.odoo)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc):
        self._stack.close()

    def create_database(self, name: str, template: str = "t_module") -> str:
        """Make a database, replacing an old one, as if installed at this world's present.

        Its scheduled actions are due as they would be after an installation now.

        :param template: `t_module` has the project's add-ons, `t_base` only what they depend on
        """
        self._ensure_template(template)
        database = self.databases.copy(template, name)
        self.databases.query(INSTALLED_NOW, database=database)
        return database

    def server(self, database: str, *options: str, name: str = "odoo") -> OdooServer:
        """Return a server of this world that is not started yet; the world ends it in any case."""
        server = OdooServer(self.odoo, database, self.clock, self.home / f"{name}.log", options)
        self._stack.callback(server.stop)
        return server

    def serve(
        self, database: str, *options: str, name: str = "odoo", http_port: int = 0
    ) -> OdooServer:
        """Start a server, with an empty log, and return it when it answers.

        :param options: further options for odoo-bin
        :param name: of its log; two servers on one database need two
        :param http_port: 0 takes a free one
        """
        server = self.server(database, *options, name=name)
        server.log.unlink(missing_ok=True)
        server.start(http_port)
        server.wait_ready()
        return server

    def _configure(self) -> configuration.Odoo:
        settings = {
            "smtp_server": "127.0.0.1",
            "smtp_port": self.mail.port,
            "smtp_ssl": False,
            # our own calls come by the protocol that Odoo 20 will drop
            "log_handler": ":INFO,odoo.addons.rpc.controllers.jsonrpc:ERROR",
            # these limits compare wall clocks, and ours jumps
            "limit_time_real": 0,
            "limit_time_real_cron": 0,
        }
        odoo = dataclasses.replace(
            self._origin,
            server=self.cluster.server,
            home=self.home,
            settings=tuple(settings.items()),
        )
        odoo.configure()
        return odoo

    def _ensure_template(self, template: str) -> None:
        """Bring the template from the project's own cluster, where it is made once for all."""
        with paths.exclusive():
            source = dataclasses.replace(self._origin, server=_own_server())
            source.configure()
            made = databases.Databases(source)
            key = made.ensure_module() if template == "t_module" else made.ensure_base()
            self._origin.configure()
            if self.databases.made_from(template) == key:
                return
            with step(f"Template database of the world “{self.name}”"):
                self.databases.receive(made, template, key)

    @contextmanager
    def _alone(self):
        with open(self.home / "lock", "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SetupError(
                    f"another command is running in the world “{self.name}”; end it first"
                ) from None
            yield


def _own_server() -> postgres.Server:
    cluster = postgres.Cluster(paths.HOME / "pg")
    cluster.start()
    return cluster.server


@contextmanager
def _sigterm_unwinds():
    """Let SIGTERM end the program as Ctrl-C does: by an exception, so that all is stopped."""

    def interrupt(_number, _frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
