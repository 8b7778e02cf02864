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
        told = draw(st.sampled_from(("email", "letter"))), draw(st.sampled_from((None, 1, 2)))
        messages.append(Waiting(number, draw(st.sampled_from("ab")), tuple(rows), *told))
    return messages


@given(waitings())
def test_one_message_to_each_person_is_left_with_each_instalment_once(messages):
    found = join(messages)
    hearing = {m.id: m.hearing for m in messages}
    assert not found.overtaken & set(found.rows)
    assert all(hearing[a] == hearing[b] for a, b in found.emptied.items())
    for person in set(hearing.values()):
        own = [m for m in messages if m.hearing == person]
        left = [m for m in own if m.id not in found.emptied]
        assert len(left) == 1 or len({m.decision for m in left}) == 1 != {None}
        assert len({m.channel for m in left}) == len(left)
        rows = [(found.rows.get(r.id, m.id), r) for m in own for r in m.rows]
        said = [(home, row) for home, row in rows if row.id not in found.overtaken]
        assert {home for home, _row in said} == {m.id for m in left}
        assert len({(home, row.claim) for home, row in said}) == len(said)
        assert {row.claim for _home, row in said} == {row.claim for _home, row in rows}
        for _home, row in said:
            assert row.offset == max(r.offset for _h, r in rows if r.claim == row.claim)
        oldest = min(row.due_date for _home, row in said)
        leads = [m for m in left if oldest in {r.due_date for h, r in said if h == m.id}]
        assert leads


@given(waitings())
def test_what_waits_alone_stays_as_it_is(messages):
    alone = list({m.hearing: m for m in messages}.values())  # one to each
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


def test_two_channels_of_one_decision_are_one_contact_and_take_each_their_own():
    email = Waiting(1, "ana", (Row(11, "A", DAY, 2),), "email", 1)
    letter = Waiting(2, "ana", (Row(12, "A", DAY, 2),), "letter", 1)
    assert join([email, letter]) == join([])
    rows = Row(13, "B", DAY + timedelta(days=5), 2), Row(14, "B", DAY + timedelta(days=5), 2)
    more = [Waiting(3, "ana", rows[:1], "email", 2), Waiting(4, "ana", rows[1:], "letter", 2)]
    assert join([email, letter, *more]).rows == {13: 1, 14: 2}


def test_what_waits_by_another_channel_about_a_newer_invoice_joins_too():
    letter = Waiting(1, "ana", (Row(11, "A", DAY, 15),), "letter", 1)
    email = Waiting(2, "ana", (Row(12, "B", DAY + timedelta(days=5), 2),), "email", 2)
    assert join([letter, email]).rows == {12: 1}
