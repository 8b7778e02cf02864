"""Late charges that make no sense are refused where they are entered (D6)."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ChargeCase


@tagged("post_install", "-at_install", "quick")
class TestEntry(ChargeCase):
    """Bad input is refused where it is entered, in words that say what to do."""

    def refused(self, words):
        return self.assertRaisesRegex(ValidationError, words)

    @contextmanager
    def impossible(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()

    def test_charges_without_a_legal_basis(self):
        for values in ({"fee": 40.0}, {"penalty": 2.0}, {"interest_period": "month_30"}):
            with self.subTest(values), self.refused("Write down the law"), self.env.cr.savepoint():
                self.charge_rule(basis=" ", **values)

    def test_eu_40_on_a_ruler_for_persons(self):
        self.ruler.charge_rule_id = False
        self.ruler.customer_kind = "person"
        fee = self.charge_rule(fee=40.0, debtor_kind="company")
        with self.refused("companies only"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = fee
        self.ruler.customer_kind = False
        self.ruler.charge_rule_id = fee
        self.assertIn("Persons are charged nothing", self.ruler.charge_note)
        with self.refused("companies only"), self.env.cr.savepoint():
            self.ruler.customer_kind = "person"
        fee.debtor_kind = "both"
        self.ruler.customer_kind = "person"
        with self.refused("companies only"), self.env.cr.savepoint():
            fee.debtor_kind = "company"

    def test_interest_without_a_rate_cannot_be_used(self):
        rule = self.charge_rule(interest_period="year_365")
        with self.refused("Enter the rate"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = rule
        rate = self.add_rate(5.0, rule=rule)
        self.ruler.charge_rule_id = rule
        with self.refused("needs at least one rate"), self.env.cr.savepoint():
            rate.unlink()

    def test_a_fixed_fee_in_a_currency_that_nobody_uses(self):
        crown = self.env.ref("base.ISK")
        crown.active = False
        rule = self.charge_rule(fee=40.0, currency_id=crown.id)
        with self.refused("Activate the currency ISK"), self.env.cr.savepoint():
            self.ruler.charge_rule_id = rule

    def test_an_old_rate_of_a_published_one_wants_a_look(self):
        self.rule.reference = "Base rate"
        for day, stale in (("2020-06-30", False), ("2020-07-10", True)):
            with self.subTest(day), self.at(f"{day} 12:00"):
                self.rule.invalidate_recordset(["stale"])
                self.assertEqual("Look whether “Base rate”" in (self.rule.stale or ""), stale)
        self.rule.reference = False
        self.assertFalse(self.rule.stale, "a rate of the contract does not grow old")

    def test_a_used_rule_is_not_archived(self):
        with self.refused("archived"), self.env.cr.savepoint():
            self.rule.active = False

    def test_countries_that_do_not_meet(self):
        self.ruler.country_ids = self.env.ref("base.br")
        with self.refused("none of the countries"), self.env.cr.savepoint():
            self.rule.country_ids = self.env.ref("base.de")

    def test_numbers_that_cannot_be(self):
        for values in ({"fee": -1.0}, {"penalty": 101.0}, {"grace_days": -1}, {"margin": -1.0}):
            with self.subTest(values), self.impossible():
                self.charge_rule(**values)
        for percent, day in ((101.0, "2026-01-01"), (5.0, "2020-01-01")):
            with self.subTest(percent), self.impossible():
                self.add_rate(percent, day)

    def test_an_account_without_its_company(self):
        with self.refused("choose that company"), self.env.cr.savepoint():
            self.rule.account_id = self.company_data["default_account_revenue"]

    def test_shipped_rules_are_used_by_nobody_and_claim_no_rate_of_the_central_bank(self):
        business = self.env.ref("collection_ruler_charges.collection_charge_rule_eu_business")
        brazil = self.env.ref("collection_ruler_charges.collection_charge_rule_brazil")
        self.assertFalse((business + brazil).ruler_ids)
        self.assertEqual(
            (business.fee, business.debtor_kind, business.margin), (40.0, "company", 8.0)
        )
        self.assertFalse(business.rate_ids)
        self.assertIn("European Central Bank", business.missing)
        self.assertEqual((brazil.penalty, brazil.rate_ids.percent), (2.0, 1.0))
        self.assertEqual(brazil.summary, "2 % once + 1 % a month")
        self.assertEqual(brazil._rule().percent_on(date(2026, 1, 1)), Decimal(1))
