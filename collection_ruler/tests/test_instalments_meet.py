"""Two instalments of an invoice, and one due date: nothing that silences one of them is lost (F5, F7)."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestInstalmentsMeet(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def plan(self, *days):
        """An invoice of 2 March in two parts of 100, due so many days later."""
        parts = [{"value": "percent", "value_amount": 50, "nb_days": days_} for days_ in days]
        terms = self.env["account.payment.term"].create(
            {"name": "Two halves", "line_ids": [Command.create(part) for part in parts]}
        )
        move = self.invoice(False, 200.0, date="2026-03-02", invoice_payment_term_id=terms.id)
        self.day("2026-03-02")
        return move, *self.instalments(move)

    def dispute(self, instalment, when):
        with self.at(when):
            values = {"scope": "instalments", "instalment_ids": [Command.set(instalment.ids)]}
            self.hold(origin="dispute", **values)
            self.run_ruler("track")

    def wizard(self, due_date):
        return self.env["collection.reschedule"].create(
            {"debtor_id": self.debtor().id, "due_date": due_date, "why": "a holiday"}
        )

    def write_date(self, instalment, due_date, when):
        """A bookkeeper changes it on the posted entry."""
        with self.at(when):
            lines = instalment.move_id.line_ids.filtered(
                lambda line: line._collection_key() == instalment._key()
            )
            lines.date_maturity = due_date
            self.env.flush_all()

    def asked(self, *days):
        for day in days:
            self.day(day)
        return self.followups(channel="email", state="sent").mapped("amount_due")

    def test_both_are_not_agreed_onto_one_day(self):
        move, first, second = self.plan(7, 14)
        with self.at("2026-03-20 12:00"):
            self.run_ruler("track")
            wizard = self.wizard("2026-03-27")
            self.assertEqual(wizard.instalment_ids, first + second)
            with self.assertRaisesRegex(UserError, f"Two instalments of {move.name} would be due"):
                wizard.action_agree()
            wizard.instalment_ids = second
            wizard.action_agree()
        self.assertEqual(str(second.due_date), "2026-03-27")

    def test_one_is_not_agreed_onto_the_day_of_the_other(self):
        _move, first, second = self.plan(7, 28)
        with self.at("2026-03-12 12:00"):
            wizard = self.wizard(second.due_date)
            wizard.instalment_ids = first
            with self.assertRaisesRegex(UserError, "Agree on a day of its own"):
                wizard.action_agree()

    def test_what_is_disputed_is_not_chosen_by_itself(self):
        _move, first, second = self.plan(7, 14)
        self.dispute(second, "2026-03-17 12:00")
        with self.at("2026-03-20 12:00"):
            self.assertEqual(self.wizard("2026-03-27").instalment_ids, first)

    def test_dates_that_are_made_to_meet_on_the_entry_keep_the_dispute(self):
        _move, first, second = self.plan(7, 28)
        self.dispute(first, "2026-03-10 12:00")
        self.write_date(first, second.due_date, "2026-03-12 12:00")
        self.assertTrue(first.gone)
        self.assertEqual(second.residual, 200.0)
        self.assertNotIn(200.0, self.asked("2026-03-23", "2026-03-30", "2026-04-01"))

    def test_each_of_two_holds_keeps_its_own_when_it_gains_one(self):
        _move, first, second = self.plan(7, 28)
        other = self.invoice("2026-03-25", 50.0, date="2026-03-02")
        with self.at("2026-03-10 12:00"):
            self.run_ruler("enrol")
            third = self.instalments(other)
            both = self.hold(scope="instalments", instalment_ids=[Command.set((first + third).ids)])
        self.dispute(first, "2026-03-10 13:00")
        dispute = self.debtor().hold_ids - both
        self.write_date(first, second.due_date, "2026-03-12 12:00")
        self.assertEqual(dispute.instalment_ids, first + second)
        self.assertEqual(both.instalment_ids, first + second + third)

    def test_nobody_is_charged_for_the_days_before_the_later_date(self):
        _move, first, second = self.plan(7, 14)
        self.write_date(first, "2026-03-27", "2026-03-20 12:00")
        self.write_date(second, "2026-03-27", "2026-03-20 12:00")
        self.assertEqual((first.residual, first.gone), (200.0, False))
        self.assertEqual(str(first.original_due_date), "2026-03-16")

    def test_moved_onto_one_that_is_paid_no_payment_came_back(self):
        move, first, second = self.plan(7, 40)
        with self.at("2026-03-05 10:00"):
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": 100.0,
                    "date": "2026-03-05",
                    "journal_id": self.bank_journal.id,
                }
            )
            payment.action_post()
            lines = (payment.move_id + move).line_ids.filtered(
                lambda line: (
                    line.account_type == "asset_receivable"
                    and (line.move_id == payment.move_id or line.date_maturity == second.due_date)
                )
            )
            lines.reconcile()
        self.asked("2026-03-05", "2026-03-06", "2026-03-09")
        self.assertTrue(second.settled_on)
        self.write_date(first, second.due_date, "2026-03-12 12:30")
        self.asked("2026-03-13", "2026-03-16", "2026-03-18")
        self.assertTrue(second.is_open)
        self.assertFalse(self.followups(purpose="returned"))

    def test_a_call_that_another_invoice_needs_stays(self):
        first = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.invoice("2026-03-13", 60.0, date="2026-03-02")
        call = "Call: is anything wrong?"
        for number in range(2, 20):
            self.day(f"2026-03-{number:02d}")
        self.assertEqual(self.tasks().count(call), 1)
        self.assertEqual(len(self.followups(step_name=call)), 2)
        with self.at("2026-03-19 12:30"):
            wizard = self.wizard("2026-03-31")
            wizard.instalment_ids = self.instalments(first)
            wizard.action_agree()
        self.assertEqual(self.tasks().count(call), 1)
