"""What the user sees: a line per step with its seconds, and errors of one line."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from . import paths

QUIET_SECONDS = 20  # a log file gets a sign of life this often during a long step


class SetupError(Exception):
    """Something cannot be had. The message is one line: what is missing, and how to provide it."""


@contextmanager
def step(title: str):
    """Announce a step, show that it moves, and close it with the seconds it took.

    On a terminal the seconds count up in place; elsewhere plain lines are written now and then.
    Everything goes to stderr, so that the output of the command proper stays clean.
    """
    started = time.monotonic()
    live = sys.stderr.isatty()
    over = threading.Event()

    def seconds() -> int:
        return round(time.monotonic() - started)

    def show(text: str, end: str = "\n"):
        sys.stderr.write((f"\r\033[K{text}" if live else text) + end)
        sys.stderr.flush()

    def move():
        while not over.wait(0.5 if live else QUIET_SECONDS):
            show(f"… {title} ({seconds()} s)", end="" if live else "\n")

    show(f"… {title}", end="" if live else "\n")
    mover = threading.Thread(target=move, daemon=True)
    mover.start()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        over.set()
        mover.join()
        show(f"{'✓' if outcome == 'done' else '✗'} {title} ({seconds()} s)")


def run(command: list, failure: str, log: str | None = None, **options) -> str:
    """Run a command quietly and return its output.

    :param failure: what to tell the user when it fails; the command's last words are added
    :param log: name of a file under `.odoo/log` that keeps the whole output
    :raises SetupError: when it ends with anything but 0, or is not there
    """
    try:
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if "input" not in options else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError as error:
        raise SetupError(f"{failure}: {command[0]} is missing") from error
    kept = ""
    if log:
        path = paths.HOME / "log" / f"{log}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(result.stdout)
        kept = f" (all of it: {shown(path)})"
    if result.returncode:
        raise SetupError(f"{failure}: {last_words(result.stdout) or result.returncode}{kept}")
    return result.stdout


def last_words(output: str) -> str:
    """Return the last line that says something, errors preferred."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "e:", "fatal"))]
    return (errors or lines or [""])[-1]


def shown(path: Path) -> str:
    """Return a path as the user would write it."""
    try:
        return str(path.relative_to(paths.ROOT))
    except ValueError:
        return str(path)


@contextmanager
def plain_errors():
    """Turn errors that the user can do something about into one line and exit code 1."""
    try:
        yield
    except SetupError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
