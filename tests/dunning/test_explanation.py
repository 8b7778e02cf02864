"""One order of reasons: a table of facts, and the law that what goes before is never hidden (F1)."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.explanation import Facts, Kind, Message, blocked_by, explain, explanations
from dunning.reason import Reason

PLANNED = Message("m", "planned", Reason.DUE)
ORDER = list(Kind)
# nothing has to be done by anybody, and nothing is in the way
GOES_ON = (Kind.PLANNED, Kind.NOTHING_OPEN, Kind.NO_RULER, Kind.COMING)

# each line: what is known, and the one answer (kind, reason, about, whether something stops it)
TABLE = [
    (Facts(), Kind.NO_FURTHER_STEP, None, None, True),
    (Facts(coming="step"), Kind.COMING, None, "step", False),
    (Facts(is_open=False), Kind.NOTHING_OPEN, None, None, False),
    (Facts(is_open=False, is_paused=True, hold="h"), Kind.NOTHING_OPEN, None, None, False),
    (Facts(is_open=False, pending=PLANNED), Kind.PLANNED, Reason.DUE, "m", False),
    (Facts(hold="h", is_paused=True, is_stopped=True), Kind.HOLD, Reason.HELD, "h", True),
    (Facts(is_paused=True, is_stopped=True), Kind.PAUSED, Reason.PAUSED, None, True),
    (Facts(is_stopped=True, pending=PLANNED), Kind.RULER_STOPPED, Reason.RULER_STOPPED, None, True),
    (
        Facts(pending=Message("m", "planned", taken_back=Reason.PAID), hold="h"),
        *(Kind.TAKEN_BACK, Reason.PAID, "m", True),
    ),
    (
        Facts(failed=Message("f", "failed", Reason.REFUSED), pending=PLANNED),
        *(Kind.FAILED, Reason.REFUSED, "f", True),
    ),
    (
        Facts(failed=Message("f", "failed", Reason.BOUNCED), waiting=Reason.BAD_ADDRESS),
        *(Kind.SILENT, Reason.BAD_ADDRESS, None, True),
    ),
    (
        Facts(failed=Message("f", "uncertain", Reason.UNCERTAIN), waiting=Reason.TOO_SOON),
        *(Kind.UNCERTAIN, Reason.UNCERTAIN, "f", True),
    ),
    (
        Facts(is_open=False, failed=Message("f", "uncertain", Reason.UNCERTAIN)),
        *(Kind.NOTHING_OPEN, None, None, False),
    ),
    (
        Facts(
            pending=Message("m", "to_approve", Reason.SKIPPED_TODAY, unreachable=Reason.NO_ADDRESS)
        ),
        *(Kind.UNREACHABLE, Reason.NO_ADDRESS, "m", True),
    ),
    (
        Facts(pending=Message("m", "to_approve", Reason.SKIPPED_TODAY)),
        *(Kind.SKIPPED_TODAY, Reason.SKIPPED_TODAY, "m", True),
    ),
    (
        Facts(pending=Message("m", "planned", Reason.HELD, is_stopped_by_breaker=True)),
        *(Kind.BREAKER, None, "m", True),
    ),
    (
        Facts(pending=Message("m", "to_approve", Reason.DUE)),
        *(Kind.TO_APPROVE, Reason.TO_APPROVE, "m", True),
    ),
    (
        Facts(pending=Message("m", "to_approve", Reason.LOOK_FIRST)),
        *(Kind.TO_APPROVE, Reason.LOOK_FIRST, "m", True),
    ),
    (Facts(pending=Message("m", "queued", Reason.DUE)), Kind.QUEUED, None, "m", False),
    (
        Facts(pending=Message("m", "queued", Reason.DUE, is_stuck=True)),
        *(Kind.QUEUED, None, "m", True),
    ),
    (
        Facts(pending=Message("m", "planned", Reason.CAPPED), waiting=Reason.TOO_SOON),
        *(Kind.WAITS, Reason.CAPPED, "m", True),
    ),
    (Facts(pending=PLANNED, waiting=Reason.TOO_SOON), Kind.PLANNED, Reason.DUE, "m", False),
    (
        Facts(waiting=Reason.PAST_LIMIT, coming="step"),
        *(Kind.SILENT, Reason.PAST_LIMIT, None, True),
    ),
    (
        Facts(nobody=Reason.NO_MATCH, is_never_open=True),
        *(Kind.NO_RULER, Reason.NO_MATCH, None, False),
    ),
    (Facts(is_never_open=True, coming="s"), Kind.NEVER_OPEN, Reason.NEVER_OPEN, None, True),
]


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line[1]}-{line[2]}")
def test_facts_have_one_answer(line):
    facts, kind, reason, about, stops = line
    found = explain(facts)
    assert (found.kind, found.reason, found.about, found.stops) == (kind, reason, about, stops)


def test_each_kind_is_in_the_table():
    assert {line[1] for line in TABLE} == set(Kind)


reasons = st.sampled_from([Reason.DUE, Reason.SKIPPED_TODAY, Reason.HELD, Reason.LOOK_FIRST, None])
messages = st.builds(
    Message,
    st.just("m"),
    st.sampled_from(["planned", "to_approve", "queued"]),
    reasons,
    st.sampled_from([None, Reason.NO_ADDRESS]),
    st.sampled_from([None, Reason.PAID]),
    st.booleans(),
    st.booleans(),
)
failures = st.builds(
    Message, st.just("f"), st.sampled_from(["failed", "uncertain"]), st.just(Reason.ERROR)
)
all_facts = st.builds(
    Facts,
    is_open=st.booleans(),
    hold=st.sampled_from([None, "h"]),
    is_paused=st.booleans(),
    is_stopped=st.booleans(),
    failed=st.none() | failures,
    pending=st.none() | messages,
    waiting=st.sampled_from([None, Reason.TOO_SOON, Reason.BAD_ADDRESS]),
    nobody=st.sampled_from([None, Reason.NO_RULER]),
    is_never_open=st.booleans(),
    coming=st.sampled_from([None, "s"]),
)


@given(all_facts)
def test_the_order_is_total_and_the_first_is_the_answer(facts):
    found = list(explanations(facts))
    assert all(ORDER.index(a.kind) < ORDER.index(b.kind) for a, b in pairwise(found))
    assert explain(facts) == found[0]
    for one in found:
        assert not (one.stops and one.kind in GOES_ON)
        assert one.stops or one.kind in (*GOES_ON, Kind.QUEUED)


@given(all_facts, all_facts, st.sampled_from(sorted(Facts.__dataclass_fields__)))
def test_what_goes_before_is_never_hidden_by_what_comes_after(facts, other, name):
    """Another fact changes the answer only to one that goes before, or takes back what rested on it."""
    more = replace(facts, **{name: getattr(other, name)})
    before, after = explain(facts), explain(more)
    if ORDER.index(after.kind) > ORDER.index(before.kind):
        assert before not in explanations(more)
    else:
        assert after in explanations(more)


@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_what_stops_an_invoice_as_well_is_named_before_a_hold(facts):
    names = ("is_paused", "is_stopped", "is_excluded", "is_held", "is_in_flight", "is_in_bank")
    found = blocked_by(**dict(zip(names, facts, strict=True)))
    first = [
        *(Reason.PAUSED, Reason.RULER_STOPPED, Reason.BLOCKED),
        *(Reason.HELD, Reason.IN_FLIGHT, Reason.IN_BANK),
    ]
    assert found == next((r for r, is_so in zip(first, facts, strict=True) if is_so), None)
