"""What is owed, said once: the laws of a statement (B5, D1, D2)."""

from datetime import date
from decimal import Decimal

from debtors import cases
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY

from dunning.amounts import Owed, Sum, asked_for, effective, net_of, statement, sums_of

TODAY = date(2026, 3, 9)
money = st.integers(0, 9999).map(lambda cents: Decimal(cents) / 100)
currencies = st.sampled_from(["EUR", "BRL"])


@st.composite
def debts(draw):
    dues = draw(st.lists(st.integers(-9, 9), max_size=7))
    rows = []
    for key, days in enumerate(dues):
        due = TODAY + days * DAY
        late = draw(st.sampled_from([0, 0, 1, 2]))  # the bank day after it
        rows.append(Owed(key, due, due + late * DAY, draw(money), draw(currencies)))
    return rows, draw(st.dictionaries(currencies, money))


@given(debts())
def test_each_row_stands_in_one_part_by_its_effective_due_date(debt):
    rows, credits = debt
    found = statement(rows, credits, TODAY)
    assert sorted(row.owed for row in found.rows) == sorted(rows)
    assert all(row.owed.effective_due < TODAY for row in found.overdue)
    assert all(row.owed.effective_due == TODAY for row in found.due_today)
    assert all(row.owed.effective_due > TODAY for row in found.coming)
    for part in (found.overdue, found.due_today, found.coming):
        assert list(part) == sorted(part, key=lambda row: (row.owed.due_date, row.owed.id))


@given(debts())
def test_sums_add_up_and_nothing_is_negative(debt):
    rows, credits = debt
    found = statement(rows, credits, TODAY)
    for row in found.rows:
        assert row.credit >= 0 <= row.net
        assert row.net == row.owed.residual - row.credit
    for currency, total in found.sums.items():
        own = [row for row in rows if row.currency == currency]
        assert total.gross == sum(row.residual for row in own)
        assert total.net == total.gross - total.credit >= 0
        assert total.credit == min(total.gross, credits.get(currency, Decimal(0)))
    parts = [sums_of(part) for part in (found.overdue, found.due_today, found.coming)]
    for currency, total in found.sums.items():
        assert total == Sum(
            *map(sum, zip(*(p[currency] for p in parts if currency in p), strict=True))
        )
    assert net_of(rows, credits) == {c: total.net for c, total in found.sums.items()}


@given(debts())
def test_credits_pay_for_the_oldest_first(debt):
    rows, credits = debt
    found = sorted(
        statement(rows, credits, TODAY).rows,
        key=lambda row: (row.owed.effective_due, row.owed.due_date, row.owed.id),
    )
    for currency in {row.owed.currency for row in found}:
        own = [row for row in found if row.owed.currency == currency]
        owing = [place for place, row in enumerate(own) if row.net]
        if owing:  # what follows the first that is not paid whole gets nothing
            assert not any(row.credit for row in own[owing[0] + 1 :])


@given(cases())
def test_a_message_asks_for_what_the_statement_says(case):
    snapshot, today = case.snapshot, case.today
    asked, net = asked_for(snapshot, today, [claim.id for claim in snapshot.claims])
    rows = [
        Owed(c.id, c.due_date, effective(snapshot.calendar, c), c.residual, c.currency)
        for c in asked
    ]
    found = statement(rows, snapshot.credits, today)
    assert {currency: total.net for currency, total in found.sums.items()} == net
    assert not (found.coming and (found.overdue or found.due_today))


def test_an_example():
    rows = [
        Owed(3, TODAY, TODAY, Decimal(30), "EUR"),
        Owed(1, TODAY - 9 * DAY, TODAY - 9 * DAY, Decimal(100), "EUR"),
        Owed(2, TODAY + DAY, TODAY + DAY, Decimal(5), "BRL"),
    ]
    found = statement(rows, {"EUR": Decimal(110), "USD": Decimal(7)}, TODAY)
    assert [(row.owed.id, row.credit, row.net) for row in found.rows] == [
        (1, 100, 0),
        (3, 10, 20),
        (2, 0, 5),
    ]
    assert found.sums == {"EUR": Sum(130, 110, 20), "BRL": Sum(5, 0, 5)}


def test_credits_pay_only_what_stands_on_their_own_account():
    """F1: nothing else can be reconciled with them."""
    day = date(2026, 3, 9)
    rows = [
        Owed(1, day, day, Decimal(40), "EUR", 10),
        Owed(2, day, day, Decimal(100), "EUR", 20),
    ]
    credits = {"EUR 10": Decimal(60), "USD 20": Decimal(5), "EUR": Decimal(7)}
    assert net_of(rows, credits) == {"EUR": Decimal(100)}
    said = statement(rows, credits, day)
    assert said.sums["EUR"] == (Decimal(140), Decimal(40), Decimal(100))
    assert [row.credit for row in said.rows] == [Decimal(40), Decimal(0)]
