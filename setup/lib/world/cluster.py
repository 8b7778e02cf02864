"""A PostgreSQL cluster whose `now()` follows a clock of ours."""

import os
import subprocess
import time
from pathlib import Path

from provision import postgres
from provision.progress import SetupError

from .clock import Clock
from .processes import dies_with_parent


class Cluster(postgres.Cluster):
    """A cluster that runs under a clock and ends with the process that started it."""

    def __init__(self, home: Path, clock: Clock):
        super().__init__(home, clock.env())
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the server and wait until it answers; create the cluster at the first start."""
        programs = self.prepare()
        with open(self.home / "log", "a") as log:
            self._process = subprocess.Popen(
                [
                    *(*postgres.as_ordinary_user(), *dies_with_parent("INT")),
                    *(programs / "postgres", "-D", self.data),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.process_environment(programs),
                cwd=self.home,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SetupError(f"PostgreSQL did not start; see {self.home / 'log'}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server, ending its sessions."""
        super().stop()
        self._reap()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        super().kill()
        self._reap()

    def answers(self) -> bool:
        """Return whether a session can be opened (while it recovers, it cannot)."""
        ready = postgres.binaries() / "pg_isready"
        command = [ready, "-q", "-h", self.socket_folder, "-U", postgres.USER, "-d", "postgres"]
        environment = {"PATH": os.defpath}
        return (
            self.is_running()
            and not subprocess.run(command, env=environment, check=False).returncode
        )

    def _reap(self) -> None:
        if self._process:
            self._process.wait(30)
            self._process = None
