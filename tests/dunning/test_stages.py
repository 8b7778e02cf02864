"""Where instalments and debtors stand (decision 14)."""

from typing import NamedTuple

from dunning.stages import heaviest, kind_of_hold, stage_of


class Stage(NamedTuple):
    id: int
    kind: str
    sequence: int = 10


KINDS = ("settled", "upcoming", "review", "hold", "dispute", "promise", "reminder")
OF_KIND = {kind: Stage(number, kind) for number, kind in enumerate(KINDS, 1)}
FIRST, SECOND = Stage(11, "reminder", 20), Stage(12, "reminder", 30)
STEPS = ((10, SECOND), (3, FIRST))


def kind(**facts):
    return stage_of(OF_KIND, **{"is_open": True} | facts).kind


def test_facts_put_an_instalment_into_one_stage():
    assert kind(is_open=False, is_past_limit=True, hold=OF_KIND["hold"]) == "settled"
    assert kind(is_past_limit=True, hold=OF_KIND["hold"]) == "review"
    assert kind(hold=OF_KIND["dispute"], was_contacted=True, steps=STEPS) == "dispute"
    assert kind(watermark=10, steps=STEPS) == "upcoming", "nobody heard from us"
    assert kind(watermark=10, steps=STEPS, is_over=True) == "review"
    assert stage_of({}, is_open=True) is None


def test_who_was_contacted_stands_where_the_furthest_step_puts_them():
    facts = {"is_open": True, "was_contacted": True, "steps": STEPS}
    assert stage_of(OF_KIND, **facts, watermark=30) == SECOND
    assert stage_of(OF_KIND, **facts, watermark=9) == FIRST
    assert stage_of(OF_KIND, **facts, watermark=2) == OF_KIND["upcoming"]


def test_the_gravest_stage_is_the_debtors_unless_only_part_is_disputed():
    assert heaviest([]) is None
    assert heaviest([FIRST, OF_KIND["dispute"]]) == FIRST
    assert heaviest([OF_KIND["dispute"], OF_KIND["hold"]]) == OF_KIND["dispute"]
    assert heaviest([FIRST, OF_KIND["promise"], SECOND]) == OF_KIND["promise"]
    assert heaviest([FIRST, SECOND]) == SECOND


def test_holds_have_a_kind_of_stage():
    assert kind_of_hold("manual") == "hold"
    assert kind_of_hold("reply") == "waiting_for_us"
