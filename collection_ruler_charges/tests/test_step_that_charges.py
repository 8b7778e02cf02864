"""A task of the ruler brings a draft debit note (D6)."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ChargeCase


@tagged("post_install", "-at_install")
class TestStepThatCharges(ChargeCase):
    """The task of the tenth day comes with a draft debit note.

    Nobody makes the call of Monday the 16th, so the firm e-mail leaves on the 19th and the task comes on the
    20th, eleven days late.
    """

    DAYS = ("2026-03-11", "2026-03-16", "2026-03-19", "2026-03-20")

    def setUp(self):
        super().setUp()
        self.step("Review").issue_charges = True

    def review(self, partner=None, **values):
        move = self.owe(partner=partner, **values)
        for day in self.DAYS:
            self.day(day)
        return move

    def test_the_draft_goes_with_the_task_and_is_made_once(self):
        move = self.review()
        note = self.charges().debit_move_id
        self.assertEqual((note.state, note.amount_total), ("draft", 11.0))
        self.assertEqual(note.partner_id, self.acme)
        task = self.debtor(self.acme).activity_ids.filtered(lambda a: a.summary == "Review")
        self.assertIn(f'data-oe-model="account.move" data-oe-id="{note.id}"', task.note)
        self.assertIn("11.00", task.note)
        self.assertEqual(self.followups(self.acme, step_name="Review").state, "sent")
        for day in ("2026-03-23", "2026-03-24"):
            self.day(day)
        self.assertEqual(len(self.charges()), 1)
        self.assertEqual(move.amount_residual, 1000.0)

    def test_where_nothing_may_be_charged_the_task_comes_alone(self):
        self.rule.debtor_kind = "company"
        self.review(self.customer)
        self.assertFalse(self.charges())
        self.assertIn("Review", self.tasks())

    def test_while_credits_are_open_the_task_says_why_there_is_no_draft(self):
        self.paid_aside(600.0, "2026-03-03")
        self.review()
        self.assertFalse(self.charges())
        task = self.debtor(self.acme).activity_ids.filtered(lambda a: a.summary == "Review")
        self.assertIn("No debit note was prepared", task.note)
        with self.at("2026-03-20 12:00"):
            notice = self.dialog().notice
        self.assertIn("outstanding credits", notice)
        self.assertIn(notice, task.note, "dialog and task say the same")

    def test_a_task_that_several_invoices_share_says_it_once(self):
        self.paid_aside(600.0, "2026-03-03")
        # its call waits for the day after the firm e-mail about the other, its own leaves two days later
        self.owe("2026-03-12")
        self.review()
        for day in ("2026-03-24", "2026-03-25"):
            self.day(day)
        reviews = self.followups(self.acme, step_name="Review")
        self.assertEqual(len(reviews), 2)
        self.assertEqual(reviews.activity_id.note.count("No debit note was prepared"), 1)

    def test_credits_in_one_currency_leave_the_charges_in_another(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.paid_aside(600.0, "2026-03-03")
        foreign = self.owe(currency_id=euro.id)
        self.review()
        self.assertEqual(self.charges().move_id, foreign)

    def test_where_nothing_may_be_charged_credits_are_no_matter(self):
        self.rule.debtor_kind = "person"
        self.paid_aside(600.0, "2026-03-03")
        self.review()
        self.assertNotIn("No debit note", str(self.debtor(self.acme).activity_ids.mapped("note")))

    def test_many_tasks_that_charge_read_their_ledger_once(self):
        for number in range(4):
            self.owe(partner=self.person(f"Firm {number}", is_company=True))
        for day in self.DAYS[:-1]:
            self.day(day)
        with self.at("2026-03-20 09:30"):
            self.run_ruler("enrol", "track", "plan")
        tasks = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("step_id", "=", self.step("Review").id)]
        )
        costs = []
        for some in (tasks[:1], tasks):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = some._to_charge()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual([len(one) for one in found.values()], [1] * 4)
        self.assertLessEqual(costs[1], costs[0])

    def test_what_is_on_hold_is_not_charged(self):
        move = self.owe()
        other = self.owe(amount=500.0)
        self.day(self.DAYS[0])
        with self.at("2026-03-12 10:00"):
            self.hold(other, partner=self.acme, origin="dispute")
        for day in self.DAYS[1:]:
            self.day(day)
        self.assertEqual(self.charges().move_id, move)

    def test_only_a_task_after_the_due_date_prepares_a_debit_note(self):
        for name in ("Forgot?", "Due today", "Thank you"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "task for us"):
                self.step(name).issue_charges = True
        with self.assertRaisesRegex(ValidationError, "after the due date"):
            self.step("Review").offset_days = -1
