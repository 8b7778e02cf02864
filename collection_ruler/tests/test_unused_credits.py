"""A credit that pays nothing of what is open, for its currency or its account: named, and a person is asked
once to exchange or reconcile it (D2, D4)."""

from odoo.tests import tagged

from .money_case import MoneyCase

TASK = "Exchange or reconcile a credit that pays nothing of what is open"


@tagged("post_install", "-at_install")
class TestUnusedCredits(MoneyCase):
    def setUp(self):
        super().setUp()
        self.euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        self.collector = self.new_user(
            "credits-collector", "collection_ruler.collection_ruler_group_collector"
        )

    def task(self):
        found = self.debtor().activity_ids.filtered(lambda task: task.summary == TASK)
        self.assertLessEqual(len(found), 1)
        return found

    def track(self, when):
        with self.at(when):
            self.run_ruler("track")
            self.env["collection.money.task"]._close(self.company)
            self.env.invalidate_all()

    def test_in_another_currency_one_task_for_whoever_looks_after_them_until_it_is_gone(self):
        self.due_on_the_ninth(100.0)
        self.debtor().user_id = self.collector
        credit = self.credit_note(60.0, date="2026-03-03", currency_id=self.euro.id)
        (mail,) = self.day("2026-03-09")
        self.assertIn("60.00", mail["body"])
        task = self.task()
        self.assertEqual(task.user_id, self.collector)
        self.assertIn("60.00&nbsp;EUR", task.note)
        for day in ("2026-03-10", "2026-03-11", "2026-03-12"):
            self.day(day)
        self.assertEqual(self.task(), task, "told once")
        with self.at("2026-03-12 12:00"):
            credit.button_draft()
        self.track("2026-03-12 12:10")
        self.assertFalse(self.task())
        self.day("2026-03-19")
        self.assertFalse(self.task())

    def test_on_another_receivable_account(self):
        self.due_on_the_ninth(100.0)
        other = self.company_data["default_account_receivable"].copy({"code": "121999"})
        self.customer.property_account_receivable_id = other
        self.credit_note(30.0, date="2026-03-03")
        self.assertFalse(self.task())
        self.day("2026-03-09")
        self.assertIn("30.00", self.task().note)

    def test_an_open_payment_in_another_currency_counts_like_a_credit_note(self):
        self.due_on_the_ninth(100.0)
        with self.at("2026-03-03 10:00"):
            self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": 40.0,
                    "currency_id": self.euro.id,
                    "journal_id": self.bank_journal.id,
                    "payment_type": "inbound",
                }
            ).action_post()
        self.day("2026-03-09")
        self.assertIn("40.00&nbsp;EUR", self.task().note)

    def test_what_can_be_deducted_asks_nobody(self):
        self.due_on_the_ninth(100.0)
        self.credit_note(30.0, date="2026-03-03")
        self.assertEqual(len(self.day("2026-03-09")), 1)
        self.assertFalse(self.task())

    def test_it_is_over_when_an_invoice_of_its_own_currency_takes_it(self):
        self.due_on_the_ninth(100.0)
        self.credit_note(60.0, date="2026-03-03", currency_id=self.euro.id)
        self.day("2026-03-09")
        self.assertTrue(self.task())
        with self.at("2026-03-10 10:00"):
            self.invoice("2026-03-30", 80.0, date="2026-03-10", currency_id=self.euro.id)
            self.run_ruler("enrol")
        self.track("2026-03-10 10:10")
        self.assertFalse(self.task())

    def test_nobody_is_asked_while_nothing_is_asked_for(self):
        self.due_on_the_ninth(100.0)
        self.hold()
        self.credit_note(60.0, date="2026-03-03", currency_id=self.euro.id)
        self.day("2026-03-09")
        self.assertFalse(self.task())

    def test_both_kinds_of_credit_are_two_questions(self):
        """One covers the older invoice, the other pays nothing."""
        move = self.due_on_the_ninth(100.0)
        self.invoice("2026-03-11", 50.0, date="2026-03-02")
        self.credit_note(60.0, date="2026-03-03", currency_id=self.euro.id)
        self.credit_note(100.0, date="2026-03-03")
        (notice,) = self.day("2026-03-09")
        self.assertIn("$ 50.00", notice["body"])
        self.assertNotIn(move.name, notice["body"])
        self.assertEqual(self.instalments(move).waiting_reason, "covered")
        self.assertEqual(len(self.day("2026-03-11")), 1)
        self.assertTrue(self.task())
        self.assertIn("Reconcile the outstanding credits of this customer", self.tasks())
