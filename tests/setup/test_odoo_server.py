"""A real Odoo server under a clock of ours: its scheduler, its mail, its death."""

from datetime import UTC, datetime, timedelta

import pytest

from world import Behaviour, NotQuiet, RpcError

MONDAY = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
SEND_MAIL = """
values = {'email_from': 'us@x.test', 'email_to': 'a@x.test', 'subject': 'tick'}
env['mail.mail'].create(values).send()
"""


@pytest.fixture(scope="module")
def server(world):
    world.clock.set(MONDAY)
    world.mail.reset()
    server = world.serve(world.create_database("library", "t_base"))
    server.wait_quiet()
    return server


@pytest.fixture
def job(server):
    """A scheduled action that sends a mail each hour, for the first time within the next hour."""
    number = server.rpc(
        "ir.cron",
        "create",
        {
            "name": "Mail of the hour",
            "model_id": server.query("SELECT id FROM ir_model WHERE model = 'mail.mail'")[0][0],
            "code": SEND_MAIL,
            "interval_number": 1,
            "interval_type": "hours",
            "nextcall": (server.clock.now() + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M:%S"),
        },
    )
    yield number
    server.rpc("ir.cron", "unlink", [number])


def mails(world):
    return [mail for mail in world.mail.received if mail.message["Subject"] == "tick"]


def test_scheduled_actions_follow_the_clock(world, server, job):
    start = world.clock.now()
    for hours in (1, 2, 3):
        server.tick(start + timedelta(hours=hours))
        assert len(mails(world)) == hours
    sent_at = mails(world)[-1].received_at
    assert timedelta(0) <= sent_at - start - timedelta(hours=3) < timedelta(minutes=1)


def test_a_job_that_hangs_is_reported_with_the_log(world, server, job):
    world.mail.behaviours["a@x.test"] = Behaviour.HANG
    try:
        with pytest.raises(NotQuiet, match="Mail of the hour"):
            server.tick(world.clock.now() + timedelta(hours=1), seconds=2)
    finally:
        del world.mail.behaviours["a@x.test"]
        world.mail.release()
    server.wait_quiet()


def test_calls_fail_with_the_servers_words(server):
    assert server.rpc("res.partner", "search_count", [("id", "=", 1)]) == 1
    with pytest.raises(RpcError, match="no_such"):
        server.rpc("res.partner", "no_such")


def test_is_killed_and_started_again(world, server):
    server.kill()
    assert not server.is_running
    with pytest.raises(NotQuiet, match="has ended"):
        server.tick(world.clock.now() + timedelta(days=3))
    server.start()
    server.wait_ready()
    server.wait_quiet()
    assert server.rpc("res.partner", "search_count", [("id", "=", 1)]) == 1
