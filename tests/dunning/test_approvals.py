"""One message to a person waits for approval, as one a day leaves (A13, A14)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dunning.approvals import Row, Waiting, join

DAY = date(2026, 3, 9)


@st.composite
def waitings(draw):
    """Messages of some people, each about some of a few instalments."""
    messages, row = [], 100
    for number in range(draw(st.integers(0, 5))):
        about = draw(st.sets(st.integers(0, 3), min_size=1))
        rows = []
        for claim in sorted(about):
            rows.append(Row(row, claim, DAY + timedelta(days=claim), draw(st.integers(-7, 10))))
            row += 1
        messages.append(Waiting(number, draw(st.sampled_from("ab")), tuple(rows)))
    return messages


@given(waitings())
def test_one_message_to_each_person_is_left_with_each_instalment_once(messages):
    found = join(messages)
    left = [m for m in messages if m.id not in found.emptied]
    assert len(left) == len({m.hearing for m in messages})
    hearing = {m.id: m.hearing for m in messages}
    for message in messages:
        for row in message.rows:
            if row.id in found.overtaken:
                continue
            home = found.rows.get(row.id, message.id)
            assert home not in found.emptied and hearing[home] == message.hearing
    for person in {m.hearing for m in messages}:
        rows = [r for m in messages if m.hearing == person for r in m.rows]
        said = [r for r in rows if r.id not in found.overtaken]
        assert sorted(r.claim for r in said) == sorted({r.claim for r in rows})
        for row in said:
            assert row.offset == max(r.offset for r in rows if r.claim == row.claim)
        (lead,) = (m for m in left if m.hearing == person)
        own = [r for r in lead.rows if r in said]
        assert min(r.due_date for r in own) == min(r.due_date for r in said)


@given(waitings())
def test_what_waits_alone_stays_as_it_is(messages):
    alone = list({m.hearing: m for m in messages}.values())
    found = join(alone)
    assert not found.rows and not found.emptied and not found.overtaken


def test_the_newer_invoice_joins_the_older_and_the_further_step_leads():
    older = Waiting(1, "ana", (Row(11, "A", DAY, 2),))
    newer = Waiting(2, "ana", (Row(12, "B", DAY + timedelta(days=5), 2),))
    assert join([newer, older]).emptied == {2: 1}
    assert join([newer, older]).rows == {12: 1}
    firmer = Waiting(3, "ana", (Row(13, "A", DAY, 8),))
    found = join([older, newer, firmer])
    assert (found.emptied, found.overtaken) == ({1: 3, 2: 3}, {11})
