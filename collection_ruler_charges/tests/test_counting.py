"""What may be charged, and from when (D6, A3)."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common import ChargeCase


@tagged("post_install", "-at_install")
class TestCounting(ChargeCase):
    def test_nothing_until_the_effective_due_date_and_a_day_after_it(self):
        move = self.owe("2026-03-14")  # a Saturday: Monday 16 counts
        for day in ("2026-03-02", "2026-03-14", "2026-03-16"):
            self.assertEqual(self.counted(move, day), "not_late")
        self.assertEqual(self.counted(move, "2026-03-17"), [("interest", 1, 1000.0, 1.0)])

    def test_due_on_saturday_paid_on_monday_bears_nothing(self):
        move = self.owe("2026-03-14")
        self.pay(move, date="2026-03-16")
        self.assertEqual(self.counted(move, "2026-04-20"), "in_time")

    def test_another_date_bears_nothing_before_it_and_then_from_the_original_one(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            move.invoice_date_due = "2026-03-26"
        self.assertEqual(self.counted(move, "2026-03-26"), "not_late")
        self.assertEqual(self.counted(move, "2026-03-27"), [("interest", 18, 1000.0, 18.0)])

    def test_another_date_on_a_saturday_is_late_after_monday(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            move.invoice_date_due = "2026-03-28"
        self.assertEqual(self.counted(move, "2026-03-30"), "not_late")
        self.assertEqual(self.counted(move, "2026-03-31"), [("interest", 22, 1000.0, 22.0)])

    def test_what_was_charged_follows_to_another_date(self):
        move = self.owe()
        with self.at("2026-03-12 10:00"):
            self.dialog().action_issue()
            move.invoice_date_due = "2026-03-26"
        self.assertEqual(self.charges().due_date, date(2026, 3, 26))
        self.assertEqual(self.counted(move, "2026-03-27"), [("interest", 15, 1000.0, 15.0)])

    def test_a_part_payment_bears_less_from_its_day_on(self):
        move = self.owe()
        self.pay(move, 400.0, date="2026-03-13")
        self.assertEqual(
            self.counted(move), [("interest", 4, 1000.0, 4.0), ("interest", 6, 600.0, 3.6)]
        )

    def test_a_credit_note_takes_away_what_was_never_owed(self):
        move = self.owe()
        credit = self.credit_note(400.0, self.acme, date="2026-03-16")
        (move + credit).line_ids.filtered(
            lambda ln: ln.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self.counted(move), [("interest", 10, 600.0, 6.0)])

    def test_a_payment_that_came_back_paid_nothing(self):
        move = self.owe()
        payment = self.pay(move, date="2026-03-12")
        self.assertEqual(self.counted(move), [("interest", 3, 1000.0, 3.0)])
        self.undo(payment)
        self.assertEqual(self.counted(move), [("interest", 10, 1000.0, 10.0)])

    def test_a_rate_that_changes_in_the_middle(self):
        self.add_rate(73.0, "2026-03-15")
        self.assertEqual(
            self.counted(self.owe()),
            [("interest", 5, 1000.0, 5.0), ("interest", 5, 1000.0, 10.0)],
        )

    def test_each_currency_has_its_decimals(self):
        for name, amount, expected in (("JPY", 12345.0, 123.0), ("KWD", 123.456, 1.235)):
            currency = self.env.ref(f"base.{name}")
            currency.active = True
            with self.subTest(name):
                move = self.owe(amount=amount, currency_id=currency.id)
                self.assertEqual(self.counted(move)[0][3], expected)

    def test_persons_are_not_charged_by_a_rule_for_companies(self):
        self.rule.debtor_kind = "company"
        self.assertEqual(self.counted(self.owe())[0][0], "interest")
        self.assertEqual(self.counted(self.owe(partner=self.customer)), "not_company")

    def test_a_rule_of_a_country_is_not_for_others(self):
        self.rule.country_ids = self.env.ref("base.de")
        self.assertEqual(self.counted(self.owe())[0][0], "interest")
        self.assertEqual(self.counted(self.owe(partner=self.customer)), "elsewhere")

    def test_without_late_charges_there_are_none(self):
        self.ruler.charge_rule_id = False
        self.assertEqual(self.counted(self.owe()), "no_rule")

    def test_each_instalment_by_itself(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": n})
                    for n in (7, 11)
                ],
            }
        )
        self.activate("2026-03-02")
        move = self.invoice(
            False, 1000.0, self.acme, date="2026-03-02", invoice_payment_term_id=terms.id
        )
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
        with self.at("2026-03-19 12:00"):
            counted = self.env["collection.charge"]._count(self.instalments(move))
        self.assertEqual([one.lines[0].days for one in counted.values()], [10, 6])

    def test_many_instalments_cost_no_more_queries_than_one(self):
        counts = []
        for number in range(2):
            for _more in range(1 + 4 * number):
                self.owe()
            moves = self.env["account.move"].search([("partner_id", "=", self.acme.id)])
            self.env.flush_all()
            self.env.invalidate_all()
            instalments = self.instalments(*moves)
            with self.at("2026-03-19 12:00"):
                before = self.env.cr.sql_log_count
                self.env["collection.charge"]._count(instalments)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
