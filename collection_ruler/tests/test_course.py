"""The unit is the instalment: a course in twelve (A7)."""

from odoo import Command
from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestInstalments(PlanCase):
    def course(self):
        """A twelve-month course, paid on the 10th of each month."""
        term = self.env["account.payment.term"].create(
            {
                "name": "12 instalments",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100 / 12
                            if month < 11
                            else 100 - 11 * round(100 / 12, 6),
                            "delay_type": "days_after",
                            "nb_days": 8 + 30 * month,
                        }
                    )
                    for month in range(12)
                ],
            }
        )
        return self.invoice(
            False,
            1200.0,
            date="2026-03-01",
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )

    def test_a_course_in_twelve_instalments_is_twelve_due_dates(self):
        self.activate("2026-03-01")
        move = self.course()
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        instalments = self.instalments(move)
        self.assertEqual(len(instalments), 12)
        self.assertEqual(len(set(instalments.mapped("due_date"))), 12)
        self.assertAlmostEqual(sum(instalments.mapped("residual_currency")), 1200.0)
        self.assertEqual(str(instalments[0].due_date), "2026-03-09")

    def test_each_instalment_is_reminded_of_for_itself(self):
        self.activate("2026-03-01")
        move = self.course()
        sent = self.day("2026-03-02")
        self.assertEqual(len(sent), 1)
        self.assertEqual(self.followups()[-1].amount_due, 100.0, "the whole course was asked for")
        with self.at("2026-03-03 10:00"):
            self.pay(move, 100.0)
            self.run_ruler("track")
        self.assertEqual(self.instalments(move).mapped("is_open"), [False] + [True] * 11)
        for day in ("2026-03-09", "2026-03-11", "2026-03-18", "2026-04-01"):
            self.day(day)
        self.assertNotIn("Forgot?", [name for name, _state in self.said()], "a paid one was chased")
        second = self.instalments(move)[1]
        self.assertEqual(str(second.due_date), "2026-04-08")
        self.assertIn(
            "A week before",
            [
                i.step_name
                for i in self.env["collection.followup.item"].search(
                    [("move_id", "=", move.id), ("due_date", "=", second.due_date)]
                )
            ],
        )

    def test_the_invoice_is_delivered_once_for_all_its_instalments(self):
        self.activate("2026-03-01")
        move = self.course()
        move.is_move_sent = False
        self.day("2026-03-02")
        self.day("2026-03-30")
        deliveries = self.followups(purpose="delivery")
        self.assertEqual(len(deliveries), 1)
        rows = [row for row in self.ledger(move) if row[0] == "Send the invoice"]
        self.assertEqual(
            rows,
            [("Send the invoice", "sent", "due"), ("Send the invoice", "skipped", "already_sent")],
        )
