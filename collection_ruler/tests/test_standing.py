"""Customers who stand exactly alike are played once in a forecast, and nobody else is taken for one of them
(A12)."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from odoo.tests import TransactionCase, tagged

from ..dunning.calendar import ContactCalendar
from ..dunning.forecast import Forecast
from ..dunning.foreseen import Planned
from ..dunning.ladder import Ladder, Step
from ..dunning.reason import Reason
from ..models.common import clock
from ..models.facts.rows import Batch, OpenDebtor, OpenInstalment
from ..models.facts.standing import Standings
from .test_forecast import ForecastCase

WEEK = (((540, 1080),),) * 7
LADDER = Ladder(1, (Step(1, -3, "email"), Step(2, 0, "email"), Step(3, 5, "email")))
CLAIM = {
    "id": 11,
    "move_id": 21,
    "ruler_id": 1,
    "counts_from": "2026-03-12",
    "due_date": "2026-03-12",
    "watermark": -32768,
    "residual": "100.00",
    "currency_id": 1,
    "number": "INV/1",
    "reference": "INV/1",
}
# what a claim may have beside; each makes other days, or may
OTHERWISE = {
    "counts_from": "2026-03-13",
    "due_date": "2026-03-13",
    "watermark": 0,
    "residual": "0.00",
    "delivered": True,
    "delivered_on": "2026-03-09",
    "is_running": True,
    "blocked": True,
    "held": True,
    "flying": True,
    "draft_credit_note": True,
    "unsent": True,
    "by_hand": True,
    "settlement_days": 3,
}


def claim(**values):
    row = {**dict.fromkeys(OpenInstalment._fields), **CLAIM, **values}
    return list(row.values())


def debtor(*claims, **values):
    row = {**dict.fromkeys(OpenDebtor._fields), "id": 5, "partner_id": 7, "calendar_key": "UTC||"}
    return OpenDebtor(**{**row, "claims": list(claims or (claim(),)), **values})


class Calendars(dict):
    def __missing__(self, _ruler_and_place):
        return ContactCalendar("UTC", WEEK)


def standing(one, planned=(), ladder=LADDER, held=None, **batch):
    on_bank = batch.pop("on_bank", ())  # numbers that unmatched money names
    settings = SimpleNamespace(
        ladders={1: ladder},
        calendars=Calendars(),
        currencies={1: "USD"},
        rates={},
        bank_lines=SimpleNamespace(has_words=bool(on_bank), of_number=on_bank.__contains__),
    )
    known = {
        "done": {},
        "leaving": set(),
        "closed": {},
        "unreachable": {},
        "payers": {},
        "tasks": {},
        "readers": {},
        **batch,
    }
    facts = Batch(settings, {}, recalls=False, **known)
    forecast = Forecast(datetime(2026, 3, 9, 10, tzinfo=UTC))
    return Standings(facts, held or {}, forecast).of(one, tuple(planned))


@tagged("post_install", "-at_install")
class TestStanding(TransactionCase):
    def test_neither_who_nor_how_much_matters(self):
        other = claim(id=12, move_id=22, residual="7.50", number="INV/2", reference=None)
        self.assertEqual(standing(debtor()), standing(debtor(other, id=6, partner_id=8)))

    def test_what_comes_after_the_last_day_changes_nothing(self):
        far = claim(id=12, move_id=22, counts_from="2026-05-12", due_date="2026-05-12")
        self.assertEqual(standing(debtor()), standing(debtor(claim(), far)))
        near = claim(id=12, move_id=22, counts_from="2026-04-09", due_date="2026-04-09")
        self.assertNotEqual(standing(debtor()), standing(debtor(claim(), near)))

    def test_who_owes_otherwise_stands_otherwise(self):
        for name, value in OTHERWISE.items():
            with self.subTest(name):
                self.assertNotEqual(standing(debtor()), standing(debtor(claim(**{name: value}))))

    def test_who_is_another_kind_of_customer_stands_otherwise(self):
        said = [8, "2026-03-08T10:00:00", None, None]
        for values in (
            {"profile": "punctual"},
            {"spoken_to": True},
            {"is_company": True},
            {"best_hour": 15.0},
            {"calendar_key": "UTC|BR|SP"},
            {"blackouts": [["2026-03-10", "2026-03-11", False]]},
            {"contacts": [said]},
        ):
            with self.subTest(values):
                self.assertNotEqual(standing(debtor()), standing(debtor(**values)))
        talk = [*said[:2], "conversation", None]
        self.assertNotEqual(standing(debtor(contacts=[said])), standing(debtor(contacts=[talk])))

    def test_what_is_known_by_id_counts(self):
        one, reason = standing(debtor()), Reason.BAD_ADDRESS
        for values in (
            {"done": {11: [2]}},
            {"held": {11: date(2026, 3, 20)}},
            {"held": {11: None}},
            {"payers": {7: "a line"}},
            {"on_bank": ("INV/1",)},
            {"unreachable": {5: {("email", "billing"): reason}}},
            {"planned": [Planned(date(2026, 3, 10), "email", "message", 1, frozenset({11}))]},
            {"planned": [Planned(date(2026, 3, 10), "email", "message", 1)]},
        ):
            with self.subTest(values):
                self.assertNotEqual(one, standing(debtor(), **values))

    def test_one_invoice_is_not_two(self):
        def two(move):
            return standing(debtor(claim(), claim(id=12, move_id=move)))

        self.assertNotEqual(two(21), two(22))
        self.assertEqual(two(22), two(23))

    def test_where_amounts_decide_nobody_is_alike(self):
        self.assertIsNone(standing(debtor(credits=[[1, "5.00"]])))
        self.assertIsNone(standing(debtor(), ladder=Ladder(1, LADDER.steps, owed_min=200)))
        # alone it is enough, so with others too
        ladder = Ladder(1, LADDER.steps, owed_min=10)
        alike = claim(id=12, move_id=22, residual="10.00")
        self.assertEqual(standing(debtor(), ladder=ladder), standing(debtor(alike), ladder=ladder))


@tagged("post_install", "-at_install")
class TestTogether(ForecastCase):
    def test_together_they_hear_what_each_hears_alone(self):
        """Of some there is only one, of others many."""
        for number in range(12):
            partner = self.person(f"Customer {number}")
            for due in ("2026-03-04", "2026-03-11", "2026-06-30")[: 1 + number % 3]:
                self.invoice(due, 50.0 + number, partner, date="2026-02-20", sent=bool(number % 4))
        self.activate("2026-02-22")
        with self.at("2026-03-02 12:00"):
            self.run_ruler()
            self.env.flush_all()
            facts = self.env["collection.forecast.facts"].with_company(self.company)
            together, alone = (Forecast(clock.now(self.env)) for _each in range(2))
            made = []
            for name, make in facts._customers(self.company, together):
                together.add_standing(name, lambda make=make: made.append(make()) or made[-1])
                alone.add(make())
        self.assertGreater(sum(alone.counts.values()), 24)
        self.assertEqual(together.counts, alone.counts)
        self.assertLess(len(made), 12)
