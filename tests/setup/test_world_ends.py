"""Nothing that a world has started survives the process that started it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from provision import paths, postgres

PROGRAM = """
import time
from provision import everything
from world import World

with World("ends", everything.ensure()) as world:
    server = world.server(world.create_database("ends", "t_base"))
    server.start()
    print(server._process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(number):
    environment = {**os.environ, "PYTHONPATH": str(paths.LIB)}
    with subprocess.Popen(
        # what runs in the background of a shell does not hear Ctrl-C, nor do its children
        ["env", "--default-signal=INT", sys.executable, "-c", PROGRAM],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        server = int(child.stdout.readline())
        cluster = postgres.Cluster(paths.HOME / "world" / "ends" / "pg")
        assert cluster.is_running()
        child.send_signal(number)
        child.wait(30)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (cluster.is_running() or is_alive(server)):
        time.sleep(0.05)
    assert not cluster.is_running()
    assert not is_alive(server)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
