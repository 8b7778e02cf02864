"""A server that is killed in the middle of its work says nothing twice and forgets nothing.

Two weeks of the guitar school under a shifted clock: over the end of summer time (Sunday 25 October
2026), the Irish bank holiday on the Monday after it, and the end of a month. The same days are lived
twice, undisturbed and with a server that is killed again and again; then what the mail server
received, the ledger and the books are compared. No step attaches PDFs, which saves some seconds for each:
the demo's test looks at those, and the faults' tests at what goes wrong with them.
"""

import random
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, timedelta
from time import monotonic, sleep

import laws
import pytest

from demo import checks
from demo.simulation import WORKING_DAY, Simulation, moment
from world import Behaviour, World

FIRST, LAST = date(2026, 10, 20), date(2026, 11, 3)
BEFORE, CLOSED, AFTER = date(2026, 10, 23), date(2026, 10, 26), date(2026, 10, 27)
MORNING, *LATER = WORKING_DAY

# on the busiest morning the mail server takes this message and gives no answer
HANGS_ON, HANGS_FOR = AFTER, "nora.never@customers.example.com"
# on these mornings the server is killed as soon as there is such a follow-up, or after a moment
KILLED_ON = {
    date(2026, 10, 22): "state = 'planned' AND create_date >= %s",
    date(2026, 10, 29): "state = 'queued' AND write_date >= %s",
    date(2026, 10, 30): "state = 'sent' AND channel = 'email' AND delivered_at >= %s",
    date(2026, 11, 2): None,
}
A_MOMENT = 1.0  # seconds at most: the morning's work takes a bit more

QUEUED = "SELECT id, handed_at FROM collection_followup WHERE state = 'queued'"
# what was said or may have been, tasks included: the day, whom, which step, about what
SAID = """
    SELECT f.id, f.state,
           (f.handed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Dublin')::date,
           p.name, f.channel, f.purpose, f.step_name, f.amount_due, f.amount_paid,
           array_agg((m.name, t.due_date, t.step_name)::text ORDER BY m.name, t.due_date, t.id)
      FROM collection_followup f
      JOIN collection_debtor d ON d.id = f.debtor_id
      JOIN res_partner p ON p.id = d.partner_id
      JOIN collection_followup_item t ON t.followup_id = f.id AND t.state = 'sent'
      JOIN account_move m ON m.id = t.move_id
     WHERE f.handed_at IS NOT NULL
     GROUP BY f.id, p.name
"""
UNANSWERED = "SELECT id FROM collection_followup WHERE state = 'uncertain'"
ASKED_ABOUT = """
    SELECT f.id FROM collection_followup f JOIN mail_activity a ON a.res_id = f.debtor_id
     WHERE a.res_model = 'collection.debtor' AND a.active AND f.state = 'uncertain'
       AND strpos(a.summary, f.step_name) > 0 AND a.create_date >= f.handed_at
"""
LEFT_BEHIND = """
    SELECT id, state, step_name, scheduled_at FROM collection_followup
     WHERE state = 'queued'
        OR (state = 'planned' AND scheduled_at < now() AT TIME ZONE 'UTC')
"""


@dataclass
class Life:
    """What two weeks left behind."""

    wrong: list[str]  # says the demo's own look at them
    entries: list[dict] = field(default_factory=list)  # of the report
    said: dict[int, tuple] = field(default_factory=dict)  # by follow-up: state, and the rest
    uncertain: set[int] = field(default_factory=set)
    asked_about: set[int] = field(default_factory=set)
    left_behind: list[tuple] = field(default_factory=list)
    hung: tuple | None = None  # (follow-up, stamp) when the server was killed
    waiting: set[int] = field(default_factory=set)  # queued and not stamped at that moment
    killed: int = 0

    @classmethod
    def of(cls, school: Simulation) -> "Life":
        server = school.server
        life = cls(checks.problems(school.lines, school.school, LAST))
        life.entries = [asdict(line) for line in school.lines]
        life.said = {key: (*row, tuple(about)) for key, *row, about in server.query(SAID)}
        life.uncertain = {row[0] for row in server.query(UNANSWERED)}
        life.asked_about = {row[0] for row in server.query(ASKED_ABOUT)}
        life.left_behind = server.query(LEFT_BEHIND)
        return life

    def messages(self, followup: int) -> list[dict]:
        return [entry for entry in self.entries if entry["followup"] == followup]


@pytest.fixture(scope="module")
def quiet(world) -> Life:
    """Two weeks in which nothing happens to the server."""
    with begin(world, "quiet") as school:
        for day in days():
            school.play(day)
        return Life.of(school)


@pytest.fixture(scope="module")
def killed(world) -> Life:
    """The same two weeks with a server that is killed, and started again, on five mornings."""
    hung = waiting = None
    count = 0
    with begin(world, "killed") as school:
        for day in days():
            school.book(day)
            if day == HANGS_ON:
                hung, waiting = kill_while_it_waits_for_the_answer(school, day)
            elif day in KILLED_ON:
                kill_early(school, day, KILLED_ON[day])
            else:
                school.tick(day, MORNING)
            if day == HANGS_ON or day in KILLED_ON:
                count += 1
                start_again(school, day)
            for hour in LATER:
                school.tick(day, hour)
        life = Life.of(school)
    life.hung, life.waiting, life.killed = hung, waiting, count
    return life


# ---------------------------------------------------------------------- what must be true


def test_the_weeks_were_full(quiet, killed):
    """What the other tests look at did take place."""
    assert killed.killed == 1 + len(KILLED_ON)
    for life in (quiet, killed):
        arrivals = [laws.arrived(entry) for entry in life.entries]
        assert {BEFORE, AFTER} <= {at.date() for at in arrivals}
        assert {at.utcoffset() for at in arrivals} == {timedelta(hours=1), timedelta(0)}
        assert CLOSED not in {at.date() for at in arrivals}
        assert len(arrivals) > 25


@pytest.mark.parametrize("name", ["quiet", "killed"])
def test_messages_obey_the_laws(name, request):
    life = request.getfixturevalue(name)
    assert not laws.broken(life.entries, with_pdf={"Send the invoice"})
    assert not life.wrong


def test_what_was_handed_over_without_answer_is_uncertain(killed):
    followup, stamp = killed.hung
    assert followup in killed.uncertain
    assert killed.said[followup][0] == "uncertain"
    (message,) = killed.messages(followup)
    assert message["to"] == HANGS_FOR
    assert laws.arrived(message).date() == HANGS_ON
    received_at = laws.arrived(message).astimezone(UTC).replace(tzinfo=None)
    assert timedelta(0) <= received_at - stamp < timedelta(seconds=30)


def test_everything_uncertain_has_an_activity(quiet, killed):
    assert not quiet.uncertain
    assert killed.uncertain == killed.asked_about


def test_what_was_queued_leaves_after_the_restart(killed):
    assert killed.waiting
    for followup in killed.waiting:
        (message,) = killed.messages(followup)
        assert laws.arrived(message).date() == HANGS_ON


def test_nothing_is_forgotten(quiet, killed):
    """The same was said as without any kill, on the same days, or is uncertain."""
    assert not killed.left_behind
    expected, said = (Counter(row[1:] for row in life.said.values()) for life in (quiet, killed))
    assert sorted(map(str, expected - said)) == []
    assert sorted(map(str, said - expected)) == []
    written = {followup for followup, row in killed.said.items() if "email" in row}
    received = {entry["followup"] for entry in killed.entries}
    assert received <= written
    assert written - received <= killed.uncertain


# ---------------------------------------------------------------------- how it is lived


def begin(world: World, name: str) -> Simulation:
    school = Simulation(world, FIRST, name)
    steps = school.server.rpc("collection.ruler.step", "search", [("attach_invoice", "=", True)])
    school.server.rpc("collection.ruler.step", "write", steps, {"attach_invoice": False})
    school.activate()
    return school


def days() -> list[date]:
    return [FIRST + timedelta(days=number + 1) for number in range((LAST - FIRST).days)]


def kill_while_it_waits_for_the_answer(school: Simulation, day: date) -> tuple[tuple, set[int]]:
    """Kill the server after a message was stamped and handed over, before the answer.

    :return: (follow-up, stamp) of that message, and the follow-ups that are queued behind it
    """
    mail, server = school.world.mail, school.server
    mail.behaviours[HANGS_FOR] = Behaviour.HANG
    go(school, day, lambda: any(got.behaviour == Behaviour.HANG for got in mail.received))
    queued = server.query(QUEUED)
    server.kill()
    assert server.query(QUEUED) == queued
    mail.release()
    mail.behaviours.clear()
    (hung,) = (row for row in queued if row[1])
    return hung, {followup for followup, stamp in queued if not stamp}


def kill_early(school: Simulation, day: date, condition: str | None) -> None:
    """Kill the server while it does the morning's work."""
    if condition:
        query = f"SELECT 1 FROM collection_followup WHERE {condition} LIMIT 1"
        start = moment(day, MORNING).replace(tzinfo=None)
        go(school, day, lambda: school.server.query(query, [start]))
    else:
        seconds = random.uniform(0, A_MOMENT)
        print(f"{day} {MORNING:%H:%M}      killed after {seconds:.3f} s")
        go(school, day, lambda: True)
        sleep(seconds)
    school.server.kill()


def go(school: Simulation, day: date, condition) -> None:
    """Let the scheduler begin its morning's work, and wait until something has come true."""
    school.world.clock.set(moment(day, MORNING))
    deadline = monotonic() + 120
    next_wake = 0.0
    while True:
        if monotonic() >= next_wake:  # one that comes while nobody listens is lost
            school.server.wake()
            next_wake = monotonic() + 0.5
        if condition():
            return
        assert monotonic() < deadline, school.server.log_end()
        sleep(0.005)


def start_again(school: Simulation, day: date) -> None:
    server = school.server
    server.start(server.http_port)
    server.wait_ready()
    server.wait_quiet()
    school.hear(day)
