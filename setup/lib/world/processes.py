"""Starting processes so that they never outlive the one that wants them."""

import contextlib
import os
import shutil
import signal
import subprocess


def dies_with_parent(signal_name: str) -> list[str]:
    """Return the start of a command line: the kernel sends that signal when the parent dies."""
    return ["setpriv", "--pdeathsig", signal_name] if shutil.which("setpriv") else []


def end_group(process: subprocess.Popen, number: int, seconds: float) -> None:
    """Send a signal to a process and its children, and kill them when they do not end in time.

    The process must lead a group of its own.
    """
    _signal_group(process.pid, number)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait(10)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
