"""`setup/demo` as a user runs it, judged by its report; and what is left when it is ended."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import laws
import pytest

from provision import paths, postgres

DEMO = paths.SETUP / "demo"
BOOKED = re.compile(r"^(\d{4}-\d\d-\d\d) +(\w+) pays ([\d.]+)$", re.MULTILINE)
RETURNED = re.compile(r"^(\d{4}-\d\d-\d\d) +returned: the bank takes", re.MULTILINE)
WORLD = "demo-test"


# what runs in the background of a shell does not hear Ctrl-C, nor do its children
HEARS_CTRL_C = ("env", "--default-signal=INT")
SERVES = "Ctrl-C ends it"


@dataclass
class Demo:
    """`setup/demo` that runs: what it has printed so far, and its process."""

    process: subprocess.Popen
    output: str = ""

    @classmethod
    @contextmanager
    def started(cls, *options):
        with subprocess.Popen(
            [*HEARS_CTRL_C, DEMO, "--world", WORLD, *options],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield cls(process)
            finally:
                process.kill()

    def read_until(self, words: str) -> str:
        """Read what it prints until a line has these words; return that line."""
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {self.output[-3000:]}")

    def press_ctrl_c(self) -> int:
        """As a terminal does: to the whole group; return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The whole demo, which serves now, and its report."""
    report = tmp_path_factory.mktemp("demo") / "r.jsonl"
    with Demo.started("--report", str(report)) as demo:
        demo.read_until(SERVES)
        print(demo.output)
        assert "WRONG" not in demo.output
        yield demo, [json.loads(line) for line in report.read_text().splitlines()]


@pytest.fixture(scope="module")
def demo(served):
    """What `setup/demo` printed, and its report."""
    running, entries = served
    return running.output, entries


def test_report_obeys_the_laws(demo):
    _output, entries = demo
    assert not laws.broken(entries)
    assert {entry["step"] for entry in entries} >= laws.WITH_PDF | {"Due today", "Thank you"}


def test_banners_announce_what_then_leaves(demo):
    """Evening by evening, for all customers: what left was announced, and what was announced left."""
    output, entries = demo
    compared, differ = re.search(
        r"^Banners: (\d+) said .* left or did not, (\d+) did", output, re.M
    ).groups()
    assert int(differ) == 0
    assert int(compared) > 500, "13 customers, 45 evenings"
    assert not list(laws.announced(entries))
    assert sum(entry["announced"] is not None for entry in entries) > 50


def test_links_lead_to_this_odoo(demo):
    output, entries = demo
    (url,) = set(re.findall(r"^Odoo is at (http://127\.0\.0\.1:\d+)/", output, re.MULTILINE))
    assert laws.origins(entries) == {url}


def test_payments_are_thanked_for(demo):
    output, entries = demo
    payments = [
        (name, date.fromisoformat(day), float(amount))
        for day, name, amount in BOOKED.findall(output)
    ]
    (came_back,) = (date.fromisoformat(day) for day in RETURNED.findall(output))
    stayed = [entry for entry in payments if entry[0] != "returned" or entry[1] > came_back]
    assert len(stayed) == len(payments) - 1
    last = max(date.fromisoformat(day) for day in re.findall(r"^\d{4}-\d\d-\d\d", output, re.M))
    assert not list(laws.thanks(entries, stayed, last))


def test_ctrl_c_while_it_serves_leaves_nothing_running(served):
    running, _entries = served
    line = running.output.splitlines()[-1]
    assert nothing_is_left_by_ctrl_c(running, line) == 0


def test_ctrl_c_while_the_days_pass_leaves_nothing_running():
    with Demo.started("--days", "2") as running:
        line = running.read_until("Odoo is at")
        assert nothing_is_left_by_ctrl_c(running, line) == 130


def nothing_is_left_by_ctrl_c(running: Demo, line: str) -> int:
    """Press Ctrl-C and look for what was left; return the exit code.

    :param line: of the output, with the address of Odoo
    """
    ports = [int(re.search(r":(\d+)/odoo", line)[1]), smtp_port()]
    assert all(map(is_open, ports))
    assert processes()
    code = running.press_ctrl_c()
    deadline = time.monotonic() + 10
    while processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes()
    assert not any(map(is_open, ports))
    assert not postgres.Cluster(home() / "pg").is_running()
    return code


def home() -> Path:
    return paths.HOME / "world" / WORLD


def smtp_port() -> int:
    return int(re.search(r"smtp_port = (\d+)", (home() / "odoo.conf").read_text())[1])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes() -> list[str]:
    """The command lines of all processes that name the world's folder, also in their variables."""
    folder = f"{home()}/".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            variables = (process / "environ").read_bytes()
        except OSError:
            continue  # gone, or somebody else's
        if folder in command + variables:
            found.append(command.replace(b"\0", b" ").decode())
    return found
