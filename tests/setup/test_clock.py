"""Processes believe the clock that is set here."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from provision import postgres
from world import Clock, Cluster

NEW_YEAR = datetime(2031, 1, 1, 0, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(tmp_path):
    with closing(Clock(tmp_path / "clock")) as clock:
        clock.set(NEW_YEAR)
        yield clock


def test_runs_on_from_where_it_was_set(clock):
    assert NEW_YEAR <= clock.now() <= NEW_YEAR + 3 * SECOND
    clock.advance(timedelta(days=2))
    assert NEW_YEAR + timedelta(days=2) <= clock.now()


def test_a_child_follows_while_it_runs(clock):
    code = """
import datetime, time
for _ in range(2):
    print(datetime.datetime.now(datetime.UTC).year, time.monotonic() > 0, flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=clock.env(),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout.readline() == "2031 True\n"
        clock.set(NEW_YEAR.replace(year=2019))
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "2019 True\n"
        child.stdin.write("\n")
        child.stdin.close()


def test_postgresql_follows_and_leaves_nothing_behind(clock, tmp_path):
    cluster = Cluster(tmp_path / "pg", clock)
    cluster.start()
    try:
        assert postgres_year(cluster) == 2031
        clock.set(NEW_YEAR.replace(year=2019))
        assert postgres_year(cluster) == 2019
        cluster.kill()
        cluster.start()
        assert postgres_year(cluster) == 2019
    finally:
        cluster.stop()
    assert not cluster.is_running()
    assert not (cluster.data / "postmaster.pid").exists()


def test_a_number_left_by_a_dead_server_does_not_matter(clock, tmp_path):
    cluster = Cluster(tmp_path / "pg", clock)
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"1\n{cluster.data}\n")
    cluster.start()
    try:
        assert cluster.answers()
    finally:
        cluster.stop()


def postgres_year(cluster: Cluster) -> int:
    options = {"dbname": "postgres", "host": str(cluster.socket_folder), "user": postgres.USER}
    with closing(psycopg2.connect(**options)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT extract(year FROM now())::int")
        return cursor.fetchone()[0]
