"""No message goes with a sentence that is not so (C8)."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from debtors import BRAZIL, cases, effective, heard
from hypothesis import event, given
from hypothesis import strategies as st
from worlds import WEEKDAYS

from dunning.calendar import ContactCalendar
from dunning.claims import CONDITIONS, REASONS, History, Says, recalls, untrue
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.recheck import foresee, recheck

ADD_ONS = Path(__file__).parents[2]
DATA = sorted(
    path for add_on in ADD_ONS.glob("collection_ruler*") for path in add_on.glob("data/*.xml")
)
STATED = sorted(set(Says) - {Says.NOTHING, Says.RECEIVED})
away = st.sampled_from([None, 0, 1, 5, 40])
# quiet ones are let through more often
owing = st.one_of(cases(quiet=True), cases(quiet=True), cases())
# words that make a sentence about the customer, and what has to be ticked then; in English
WORDS = {
    r"will be due|is due on|ahead of time|before the due date": {Says.COMING},
    r"due today": {Says.DUE_TODAY},
    r"overdue since|still open|is open,|is open\.|passed its due date|fell due": {Says.OVERDUE},
    r"not seen a payment|not find a payment": {Says.NO_PAYMENT},
    r"slip": {Says.SLIPPED},
    r"not heard from you|had no answer from you": {Says.NOT_HEARD},
    r"written to you .*before|wrote .*before": {Says.WROTE_BEFORE},
    r"your colleagues": {Says.COLLEAGUES},
    r"returned a payment|came back|did not confirm": {Says.RETURNED},
    r"received your payment|we received": {Says.RECEIVED},
    r"is attached|find attached": {Says.ATTACHED},
}


def told(case, contact, statement, heard_days, written_days, went_days):
    """The case at the door, with a history, and words that state something.

    :return: (snapshot, pairs, local day)
    """
    today = case.snapshot.calendar.local_day(contact.at)

    def ago(days):
        return None if days is None else today - timedelta(days=days)

    def stating(ladder):
        steps = tuple(replace(s, says=frozenset({statement})) for s in ladder.steps)
        return replace(ladder, steps=steps)

    claims = tuple(
        replace(c, ladder=stating(c.ladder), money_went_on=ago(went_days))
        for c in case.snapshot.claims
    )
    written = {c.id: ago(written_days) for c in claims if written_days is not None}
    history = History(ago(heard_days), written, {key: frozenset({7}) for key in written}, 8)
    snapshot = replace(case.snapshot, claims=claims, history=history)
    pairs = [
        (claim.id, replace(step, says=frozenset({statement}))) for claim, step in contact.pairs
    ]
    return snapshot, pairs, today


def is_so(statement, snapshot, ids, step, today, heard_days, written_days, went_days):
    """The same conditions once more, naively."""
    asked = sorted((c for c in snapshot.claims if c.id in ids), key=lambda c: (c.due_date, c.id))
    dues = [effective(snapshot.calendar, c) for c in asked]
    first = asked[0].due_date
    if written_days is not None:
        first = min(first, today - timedelta(days=written_days))
    unheard = heard_days is None or today - timedelta(days=heard_days) < first
    no_money = went_days is None
    return {
        "coming": all(c.due_date > today for c in asked),
        "due_today": set(dues) == {today},
        "overdue": dues[0] < today,
        "no_payment": no_money,
        "slipped": no_money and unheard,
        "wrote_before": written_days is not None and written_days > 0,
        "not_heard": unheard,
        "colleagues": written_days is not None and unheard,
        "returned": not no_money,
        "attached": step.attaches,
    }[statement]


@given(owing, away, away, away, st.booleans(), st.sampled_from(["dunning", "returned"]))
def test_no_message_goes_with_an_untrue_sentence_whoever_approved_it(
    case, heard_days, written_days, went_days, approved, purpose
):
    days = heard_days, written_days, went_days
    for contact in heard(case.decide()):
        today = case.snapshot.calendar.local_day(contact.at)
        approved_on = today if approved else None
        plain = [(claim.id, step) for claim, step in contact.pairs]
        without = recheck(case.snapshot, plain, contact.at, purpose, approved_on=approved_on)
        event(f"{without.verdict}")
        for statement in STATED:
            snapshot, pairs, today = told(case, contact, statement, *days)
            check = recheck(snapshot, pairs, contact.at, purpose, approved_on=approved_on)
            if without.verdict != "go":
                assert check.verdict != "go"
                continue
            asked = without.asked or without.keep
            if is_so(statement, snapshot, asked, without.tone, today, *days):
                assert check.verdict == "go"
            else:
                assert (check.verdict, check.reason) == ("ask", REASONS[statement])
                assert foresee(snapshot, pairs, contact.at, purpose).verdict != "go"


@given(owing, st.sampled_from(STATED), away, away, away, st.booleans())
def test_the_plan_asks_a_person_where_the_door_would(
    case, statement, heard_, written, went, unanswered
):
    for contact in heard(case.decide()):
        snapshot, _pairs, _today = told(case, contact, statement, heard_, written, went)
        snapshot = replace(snapshot, unanswered=unanswered)
        for anew in heard(replace(case, snapshot=snapshot).decide()):
            pairs = [(claim.id, step) for claim, step in anew.pairs]
            day = snapshot.calendar.local_day(anew.at)
            check = recheck(snapshot, pairs, anew.at, approved_on=day)
            if anew.asks in REASONS.values():
                assert check.verdict != "go"
            if check.verdict == "ask":
                assert anew.asks == check.reason, "whatever else a person is asked about"


WORKDAYS = ContactCalendar("Europe/Dublin", WEEKDAYS)
TRUTH = [  # (statement, day of March 2026, due days, whether it is so, and what else is known)
    ("nothing", 9, [6], True, {}),
    ("coming", 9, [10], True, {}),
    ("coming", 9, [9], False, {}),
    ("coming", 9, [9, 10], False, {}),
    ("coming", 8, [8], False, {}),  # a Sunday, whose bank day is the 9th: it says the written date
    ("due_today", 9, [9], True, {}),
    ("due_today", 9, [8], True, {}),
    ("due_today", 8, [8], False, {}),
    ("due_today", 9, [9, 10], False, {}),
    ("due_today", 9, [6, 9], False, {}),
    ("overdue", 9, [6], True, {}),
    ("overdue", 9, [9], False, {}),
    ("overdue", 9, [8], False, {}),
    ("overdue", 10, [8, 12], True, {}),
    ("no_payment", 10, [6], True, {}),
    ("no_payment", 10, [5, 6], False, {"went": {2}}),
    ("returned", 10, [6], False, {}),
    ("returned", 10, [5, 6], True, {"went": {2}}),
    ("slipped", 10, [6], True, {}),
    ("slipped", 10, [6], True, {"heard": 5}),
    ("slipped", 10, [6], False, {"heard": 9}),
    ("slipped", 10, [6], False, {"went": {1}}),
    ("not_heard", 10, [6], True, {}),
    ("not_heard", 10, [6], True, {"heard": 5}),
    ("not_heard", 10, [6], False, {"heard": 6}),
    ("not_heard", 10, [6], False, {"heard": 5, "written": {1: 4}}),  # an answer to the notice
    ("not_heard", 10, [6], False, {"heard": 4, "written": {1: 4}}),
    ("not_heard", 10, [6], True, {"heard": 3, "written": {1: 4}}),
    ("not_heard", 10, [6], False, {"heard": 6, "written": {1: 8}}),
    ("not_heard", 10, [5, 6], True, {"heard": 4, "written": {2: 3}}),
    ("wrote_before", 10, [6], False, {}),
    ("wrote_before", 10, [6], True, {"written": {1: 9}}),
    ("wrote_before", 10, [6], False, {"written": {1: 10}}),  # by another channel, in this minute
    ("wrote_before", 10, [5, 6], False, {"written": {1: 9}}),
    ("wrote_before", 10, [6, 12], True, {"written": {1: 9}}),
    ("wrote_before", 10, [12], False, {}),
    ("wrote_before", 10, [12], True, {"written": {1: 9}}),
    ("colleagues", 10, [6], False, {}),
    ("colleagues", 10, [6], True, {"readers": {1: {7}}}),
    ("colleagues", 10, [6], True, {"readers": {1: {7, 8}}}),
    ("colleagues", 10, [6], False, {"readers": {1: {8}}}),
    ("colleagues", 10, [5, 6], False, {"readers": {2: {7}}}),
    ("colleagues", 10, [6], False, {"readers": {1: {7}}, "heard": 9}),
    ("received", 10, [6], False, {}),
    ("attached", 10, [6], True, {"attaches": True}),
    ("attached", 10, [6], False, {}),
]


BARE = Ladder(1, (Step(1, 2, "email"),))


def stands(days, *, heard=None, written=(), readers=(), went=(), ladder=BARE, **_more):
    """What is owed, due on these days of March 2026, with a history whose reader is 8."""

    def march(day):
        return date(2026, 3, day)

    claims = tuple(
        Claim(
            *(key, key, ladder, march(day), march(day), ladder.offsets[-1], None),
            *(Decimal(100), "EUR"),
            money_went_on=march(9) if key in went else None,
        )
        for key, day in enumerate(days, 1)
    )
    history = History(
        march(heard) if heard else None,
        {key: march(day) for key, day in dict(written).items()},
        {key: frozenset(own) for key, own in dict(readers).items()},
        8,
    )
    return Snapshot(WORKDAYS, claims, history=history)


def stating(*statements, attaches=False):
    return Step(1, 2, "email", says=frozenset(map(Says, statements)), attaches=attaches)


@pytest.mark.parametrize(("statement", "day", "days", "truth", "known"), TRUTH)
def test_when_a_statement_is_so(statement, day, days, truth, known):
    """The nearest cases on either side of each condition."""
    snapshot = stands(days, **known)
    step = stating(statement, attaches=known.get("attaches", False))
    found = untrue(snapshot, step, list(snapshot.claims), date(2026, 3, day))
    assert found == (None if truth else f"untrue_{statement}")


def test_each_statement_has_cases_on_both_sides():
    sides = {(statement, truth) for statement, _day, _days, truth, _known in TRUTH}
    always = {("nothing", False), ("received", True)}
    assert sides == {(s.value, truth) for s in Says for truth in (True, False)} - always


def test_one_untrue_sentence_among_true_ones_is_enough():
    snapshot, today = stands([6]), date(2026, 3, 10)
    for lie in ("coming", "attached", "colleagues", "returned"):
        step = stating("overdue", "no_payment", "not_heard", lie)
        assert untrue(snapshot, step, list(snapshot.claims), today) == f"untrue_{lie}"


@pytest.mark.parametrize(("spoken_to", "used"), [(True, 2), (False, 1)])
def test_what_the_words_state_that_are_used_is_asked(spoken_to, used):
    """Whoever never heard from us begins with the first words, whichever step was planned."""
    for lying in (1, 2):
        steps = [Step(1, 2, "email"), Step(2, 6, "email")]
        steps[lying - 1] = replace(steps[lying - 1], says=frozenset({"not_heard"}))
        snapshot = stands([2], heard=9, ladder=Ladder(1, tuple(steps)))
        snapshot = replace(snapshot, spoken_to=spoken_to)
        noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
        check = recheck(snapshot, [(1, steps[1])], noon, approved_on=date(2026, 3, 10))
        if lying == used:
            assert (check.verdict, check.reason) == ("ask", "untrue_not_heard")
        else:
            assert (check.verdict, check.tone.id) == ("go", used)


@pytest.mark.parametrize(
    ("statement", "paid_days_ago", "is_true"),
    [
        # of an invoice that fell due ten days ago and was first written about seven days before
        ("no_payment", None, True),
        ("no_payment", 1, False),
        ("no_payment", 30, False),
        ("not_heard", None, True),
        ("not_heard", 1, False),
        ("not_heard", 17, False),
        ("not_heard", 18, True),
        ("colleagues", None, True),
        ("colleagues", 1, False),
        # what remains may have slipped
        ("slipped", 1, True),
    ],
)
def test_who_paid_a_part_was_heard(statement, paid_days_ago, is_true):
    today = date(2026, 3, 19)
    due, step = today - timedelta(days=10), Step(1, 8, "email", says=frozenset({statement}))
    paid_on = None if paid_days_ago is None else today - timedelta(days=paid_days_ago)
    ladder = Ladder(1, (step,), bank_days=False)
    claim = Claim(1, 1, ladder, due, due, 8, 2, Decimal(60), "EUR", paid_on=paid_on)
    history = History(None, {1: due - timedelta(days=7)}, {1: frozenset({7})}, 8)
    snapshot = Snapshot(BRAZIL, (claim,), spoken_to=True, history=history)
    assert untrue(snapshot, step, [claim], today) == (None if is_true else REASONS[statement])


def test_each_statement_has_a_condition_and_a_reason():
    assert set(CONDITIONS) == set(Says)
    assert set(REASONS) == set(Says) - {Says.NOTHING}


RECALLING = {"slipped", "wrote_before", "not_heard", "colleagues"}


@pytest.mark.parametrize("statement", sorted(Says))
def test_without_a_history_what_rests_on_it_is_left_to_the_doors(statement):
    """A plan does not read it unless some words speak of it; all else is asked at once."""
    assert recalls([stating(), stating(statement)]) is (statement in RECALLING)
    snapshot, today = replace(stands([6]), history=None), date(2026, 3, 10)
    found = untrue(snapshot, stating(statement, "attached"), list(snapshot.claims), today)
    assert found and found.removeprefix("untrue_") not in RECALLING


@pytest.mark.parametrize("statement", ["slipped", "no_payment"])
def test_that_money_went_again_is_known_without_a_history(statement):
    """So a forecast says that a person is asked, where the plan asks one."""
    snapshot = replace(stands([6], went={1}), history=None)
    found = untrue(snapshot, stating(statement), list(snapshot.claims), date(2026, 3, 10))
    assert found == f"untrue_{statement}"


def records(model):
    """Records of a model in the data of all add-ons: {xml id: {field: element}}."""
    found = {}
    for path in DATA:
        for record in ET.parse(path).iter("record"):
            if record.get("model") == model:
                values = found.setdefault(record.get("id"), {})
                values |= {one.get("name"): one for one in record.iter("field")}
    return found


TEMPLATES = {
    key: values
    for key, values in records("mail.template").items()
    if values.get("model_id") is not None
    and values["model_id"].get("ref", "").endswith("model_collection_followup")
}


def ticked(values):
    field = values.get("collection_claim_ids")
    return set(re.findall(r"claim_(\w+)'", field.get("eval"))) if field is not None else set()


def test_the_list_to_choose_from_is_the_list_of_conditions():
    codes = [values["code"].text for values in records("collection.claim").values()]
    assert sorted(codes) == sorted(Says)


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_each_text_of_the_library_says_what_it_states(key):
    values = TEMPLATES[key]
    stated = ticked(values)
    assert stated, f"{key}: tick what it states in data/mail_template_claims.xml, or “nothing”"
    assert stated <= set(Says)
    assert stated == {"nothing"} or "nothing" not in stated
    parts = (values["subject"].text or "", ET.tostring(values["body_html"], "unicode"))
    text = " ".join(parts)
    text = re.sub(r"<[^>]*>|\{\{.*?\}\}", "X", text)
    for words, wanted in WORDS.items():
        if re.search(words, text, re.IGNORECASE):
            assert stated & wanted, f"{key} says “{words}”: tick {wanted}"
