"""No message goes with a sentence that is not so (C8)."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from debtors import BRAZIL, cases, effective, heard
from hypothesis import event, given
from hypothesis import strategies as st

from dunning.claims import CONDITIONS, REASONS, History, Says, recalls, untrue
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.recheck import foresee, recheck

ADD_ONS = Path(__file__).parents[2]
DATA = sorted(
    path for add_on in ADD_ONS.glob("collection_ruler*") for path in add_on.glob("data/*.xml")
)
says = st.sets(st.sampled_from(sorted(set(Says) - {Says.NOTHING, Says.RECEIVED})), max_size=3)
away = st.sampled_from([None, 0, 1, 5, 40])
# words that make a sentence about the customer, and what has to be ticked then; in English
WORDS = {
    r"will be due|is due on": {Says.COMING},
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


def told(case, contact, statements, heard_days, written_days, went_days):
    """The case at the door, with a history, and words that state something.

    :return: (snapshot, pairs, local day)
    """
    today = case.snapshot.calendar.local_day(contact.at)

    def ago(days):
        return None if days is None else today - timedelta(days=days)

    def stating(ladder):
        steps = tuple(replace(s, says=frozenset(statements)) for s in ladder.steps)
        return replace(ladder, steps=steps)

    claims = tuple(
        replace(c, ladder=stating(c.ladder), money_went_on=ago(went_days))
        for c in case.snapshot.claims
    )
    written = {c.id: ago(written_days) for c in claims if written_days is not None}
    history = History(ago(heard_days), written, {key: frozenset({7}) for key in written}, 8)
    snapshot = replace(case.snapshot, claims=claims, history=history)
    pairs = [(claim.id, replace(step, says=frozenset(statements))) for claim, step in contact.pairs]
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


@given(cases(), says, away, away, away, st.booleans(), st.sampled_from(["dunning", "returned"]))
def test_no_message_goes_with_an_untrue_sentence_whoever_approved_it(
    case, statements, heard_days, written_days, went_days, approved, purpose
):
    days = heard_days, written_days, went_days
    for contact in heard(case.decide()):
        snapshot, pairs, today = told(case, contact, statements, *days)
        check = recheck(
            snapshot, pairs, contact.at, purpose, approved_on=today if approved else None
        )
        plain = recheck(
            case.snapshot,
            [(claim.id, step) for claim, step in contact.pairs],
            contact.at,
            purpose,
            approved_on=today if approved else None,
        )
        untrue = set()
        if plain.verdict == "go":
            untrue = {
                s
                for s in statements
                if not is_so(s, snapshot, plain.asked or plain.keep, plain.tone, today, *days)
            }
        event(f"{plain.verdict}: {'untrue' if untrue else 'true'}")
        if check.verdict == "go":
            assert not untrue
        elif plain.verdict == "go":
            assert check.verdict == "ask"
            assert check.reason in {REASONS[s] for s in untrue}
            assert foresee(snapshot, pairs, contact.at, purpose).verdict != "go"


@given(cases(), says, away, away, away)
def test_the_plan_asks_a_person_where_the_door_would(case, statements, heard_, written, went):
    for contact in heard(case.decide()):
        snapshot, _pairs, _today = told(case, contact, statements, heard_, written, went)
        for anew in heard(replace(case, snapshot=snapshot).decide()):
            pairs = [(claim.id, step) for claim, step in anew.pairs]
            day = snapshot.calendar.local_day(anew.at)
            check = recheck(snapshot, pairs, anew.at, approved_on=day)
            if anew.asks in REASONS.values():
                assert check.verdict != "go"
            elif check.verdict == "ask":
                raise AssertionError(f"the door asks because of {check.reason}, the plan does not")


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


def test_without_a_history_what_rests_on_it_is_left_to_the_doors():
    assert not recalls([])


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
