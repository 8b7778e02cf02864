"""What holds for each sample ruler and the Default (A1, A4, A13, D6): their steps as plain data."""

import re
import sys
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from worlds import WEEKDAYS

from dunning.calendar import ContactCalendar
from dunning.course import contact_day
from dunning.ladder import Ladder, Step

ADD_ON = Path(__file__).parents[2] / "collection_ruler"
STAGES = ("upcoming", "reminded", "call", "firm", "review")
CALENDAR = ContactCalendar("UTC", WEEKDAYS)
DUES = [date(2026, 3, 2) + timedelta(days=n) for n in range(7)]


def samples():
    """The module of the samples, without Odoo: its texts are only marked for translation there."""
    tools = ModuleType("odoo.tools")
    tools.LazyTranslate = lambda _name: str
    code = (ADD_ON / "wizards/sample_rulers.py").read_text()
    module = ModuleType("sample_rulers")
    kept = {name: sys.modules.get(name) for name in ("odoo", "odoo.tools", "sample_rulers")}
    sys.modules |= {"odoo": ModuleType("odoo"), "odoo.tools": tools, "sample_rulers": module}
    try:
        exec(compile(code, "sample_rulers.py", "exec"), module.__dict__)
    finally:
        for name, old in kept.items():
            sys.modules.pop(name)
            if old:
                sys.modules[name] = old
    return module.SAMPLES


SAMPLES = samples()


@pytest.mark.parametrize("key", SAMPLES)
def test_people_take_over_after_a_limit_that_is_not_before_the_last_step(key):
    sample = SAMPLES[key]
    assert sample.max_days_overdue > max(step.offset for step in sample.steps)


@pytest.mark.parametrize("key", SAMPLES)
def test_stages_never_run_backwards(key):
    order = [STAGES.index(step.stage) for step in sorted(SAMPLES[key].steps)]
    assert order == sorted(order)


@pytest.mark.parametrize("due", DUES)
@pytest.mark.parametrize("key", [key for key in SAMPLES if key != "default"])
def test_a_call_comes_two_working_days_before_the_first_firm_word(key, due):
    steps = SAMPLES[key].steps
    ladder = Ladder(1, tuple(Step(n, s.offset, str(n)) for n, s in enumerate(steps)))
    firm = min(s.offset for s in steps if s.is_firm)
    call = max(s.offset for s in steps if s.call and s.offset < firm)
    called, written = (contact_day(ladder, CALENDAR, offset, due) for offset in (call, firm))
    between = (called + timedelta(days=n) for n in range(1, (written - called).days + 1))
    assert sum(CALENDAR.is_open_day(day) for day in between) >= 2


def test_in_the_short_default_the_call_is_three_days_before_the_firm_word():
    """A weekend between them is for whoever decides: firmer words wait for the call."""
    offsets = {s.offset for s in SAMPLES["default"].steps if s.call or s.is_firm}
    assert offsets == {5, 8}


@pytest.mark.parametrize("key", SAMPLES)
def test_a_letter_is_never_the_first_firm_word(key):
    formal = [s for s in SAMPLES[key].steps if s.is_firm and not s.words]
    assert all(
        any(s.is_firm and s.words and s.offset < f.offset for s in SAMPLES[key].steps)
        for f in formal
    )


def test_in_brazil_nobody_is_left_alone_from_the_second_to_the_tenth_day():
    offsets = [s.offset for s in SAMPLES["brazil"].steps]
    assert [o for o in offsets if 2 <= o <= 10] == [2, 5, 9]
    assert [s.offset for s in SAMPLES["brazil"].steps if s.call] == [5]


def test_companies_get_the_invoice_once_it_is_posted():
    for key in ("business", "eu_business"):
        assert min(s.offset for s in SAMPLES[key].steps if s.delivers) <= -90


def test_the_default_is_the_first_sample():
    """The ruler in the data, and the sample of the same steps."""
    records = ElementTree.parse(ADD_ON / "data/collection_ruler.xml").getroot()
    steps = []
    for record in records.iter("record"):
        values = {field.get("name"): field for field in record}
        if record.get("model") != "collection.ruler.step" or "trigger" in values:
            continue
        stage = re.sub("collection_stage_", "", values["stage_id"].get("ref"))
        steps.append(
            (
                int(values["offset_days"].text if "offset_days" in values else 0),
                stage,
                "spares_turn_of_year" in values,
            )
        )
    sample = SAMPLES["default"]
    assert steps == [(s.offset, s.stage, s.is_firm) for s in sample.steps]
    limit = records.find(".//field[@name='max_days_overdue']")
    assert int(limit.text) == sample.max_days_overdue
