"""`setup/demo` as a user runs it, judged by its report; and what is left when it is ended."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from datetime import date
from pathlib import Path

import laws
import pytest

from provision import paths, postgres

DEMO = paths.SETUP / "demo"
BOOKED = re.compile(r"^(\d{4}-\d\d-\d\d) +(\w+) pays ([\d.]+)$", re.MULTILINE)
RETURNED = re.compile(r"^(\d{4}-\d\d-\d\d) +returned: the bank takes", re.MULTILINE)
WORLD = "demo-test"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `setup/demo` printed, and its report."""
    report = tmp_path_factory.mktemp("demo") / "r.jsonl"
    result = subprocess.run(
        [DEMO, "--no-serve", "--report", report, "--world", WORLD],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=900,
    )
    print(result.stdout)
    assert result.returncode == 0, result.stdout[-3000:]
    return result.stdout, [json.loads(line) for line in report.read_text().splitlines()]


def test_report_obeys_the_laws(demo):
    _output, entries = demo
    assert not laws.broken(entries)
    assert {entry["step"] for entry in entries} >= laws.WITH_PDF | {"Due today", "Thank you"}


def test_links_lead_to_this_odoo(demo):
    output, entries = demo
    (url,) = re.findall(r"^Odoo is at (http://127\.0\.0\.1:\d+)/", output, re.MULTILINE)
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


# what runs in the background of a shell does not hear Ctrl-C, nor do its children
HEARS_CTRL_C = ("env", "--default-signal=INT")


@pytest.mark.parametrize("moment", ["while the days pass", "while it serves"])
def test_ctrl_c_leaves_nothing_running(moment):
    waited_for = "Odoo is at" if moment == "while the days pass" else "Ctrl-C ends it"
    with subprocess.Popen(
        [*HEARS_CTRL_C, DEMO, "--days", "2", "--world", WORLD],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        try:
            line = next(line for line in demo.stdout if waited_for in line)
            ports = [int(re.search(r":(\d+)/odoo", line)[1]), smtp_port()]
            assert all(map(is_open, ports))
            assert processes()
            os.killpg(demo.pid, signal.SIGINT)  # as a terminal does: to the whole group
            demo.communicate(timeout=60)
        finally:
            demo.kill()
    assert demo.returncode == (130 if moment == "while the days pass" else 0)
    deadline = time.monotonic() + 10
    while processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes()
    assert not any(map(is_open, ports))
    assert not postgres.Cluster(home() / "pg").is_running()


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
