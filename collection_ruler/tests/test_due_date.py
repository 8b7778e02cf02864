"""Another due date, agreed after posting: the ruler counts from it, the original is kept (F7)."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestDueDate(CollectionCommon):
    """An invoice due on Monday 9 March; the customer heard of it on the 2nd, the 9th and the 11th."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        self.instalment = self.instalments(self.move)
        self.assertEqual(self.instalment.watermark, 2)

    def agree(self, due_date, when="2026-03-12 10:00", user=None, instalments=None, **values):
        with self.at(when):
            wizard = (
                self.env["collection.reschedule"]
                .with_user(user or self.env.user)
                .create(
                    {
                        "debtor_id": self.debtor().id,
                        "due_date": due_date,
                        "why": "Ana's salary comes late",
                        **values,
                    }
                )
            )
            if instalments is not None:
                wizard.instalment_ids = instalments
            wizard.action_agree()
            self.env.flush_all()
        return wizard

    def subjects(self, *days):
        return [mail["subject"].split(":")[0] for day in days for mail in self.day(day)]

    def test_reminders_count_from_the_new_date_and_are_said_again_for_it(self):
        self.agree("2026-03-26")
        self.assertEqual(self.instalment.due_date, fields.Date.to_date("2026-03-26"))
        self.assertEqual(self.instalment.original_due_date, fields.Date.to_date("2026-03-09"))
        self.assertFalse(self.instalment.gone)
        self.assertTrue(self.instalment.is_open)
        # the call of the 16th and the firm word after it belonged to the old date
        self.assertFalse(self.subjects("2026-03-13", "2026-03-16", "2026-03-18", "2026-03-19"))
        self.assertEqual(len(self.day("2026-03-24")), 1)  # a word two days before
        self.assertEqual(len(self.day("2026-03-26")), 1)  # due today
        # +2 is a Saturday; "Forgot?" was said before they agreed (C8)
        self.assertFalse(self.subjects("2026-03-30", "2026-03-31"))
        self.assertEqual(len([task for task in self.tasks() if "Call" in task]), 1)  # +5
        self.assertIn("please pay", self.day("2026-04-07")[0]["subject"])  # +8; the 6th is Easter
        steps = [row[0] for row in self.ledger(self.move) if row[1] == "sent"]
        names = ("A week before", "Before the agreed date", "Due today", "Forgot?")
        self.assertEqual([steps.count(name) for name in names], [1, 1, 2, 1])

    def test_what_lies_behind_the_new_date_as_well_is_not_announced_again(self):
        self.agree("2026-03-18")
        self.assertFalse(self.subjects("2026-03-12", "2026-03-13"))
        self.assertEqual(len(self.day("2026-03-16")), 1)  # two days before
        self.assertEqual(len(self.day("2026-03-18")), 1)
        steps = [row[0] for row in self.ledger(self.move) if row[1] == "sent"]
        self.assertEqual([steps.count(n) for n in ("A week before", "Due today")], [1, 2])

    def test_while_the_new_date_is_ahead_nothing_is_overdue(self):
        self.agree("2026-03-26")
        with self.at("2026-03-13 10:00"):
            self.run_ruler("track")
            debtor = self.debtor()
            self.assertEqual((debtor.amount_overdue, debtor.amount_due), (0.0, 100.0))
            self.assertEqual(debtor.stage_id.kind, "upcoming")

    def test_what_was_planned_about_the_old_date_is_taken_back(self):
        self.day("2026-03-16")  # the call of +5
        with self.at("2026-03-19 08:00"):
            self.run_ruler("enrol", "plan")
        self.assertIn(("Firm and polite", "planned"), self.said())
        self.assertTrue([task for task in self.tasks() if "Call" in task])
        self.agree("2026-03-27", "2026-03-19 08:10")
        self.assertIn(("Firm and polite", "cancelled"), self.said())
        self.assertIn(("Firm and polite", "cancelled", "rescheduled"), self.ledger(self.move))
        self.assertFalse([task for task in self.tasks() if "Call" in task])
        self.assertFalse(self.day("2026-03-19"))

    def test_what_stands_in_the_outbox_does_not_leave_any_more(self):
        self.day("2026-03-16")  # the call of +5
        with self.at("2026-03-19 09:30"):
            self.run_ruler()
        self.assertIn(("Firm and polite", "queued"), self.said())
        self.agree("2026-03-27", "2026-03-19 09:31")
        with self.at("2026-03-19 09:32"):
            self.assertFalse(self.deliver())
        self.assertIn(("Firm and polite", "cancelled"), self.said())

    def test_another_invoice_of_the_message_still_leaves(self):
        other = self.invoice("2026-03-09", 50.0, date="2026-03-02")
        self.day("2026-03-13")
        self.day("2026-03-16")  # the call of +5
        with self.at("2026-03-19 09:10"):
            self.run_ruler("enrol", "plan")
        self.assertEqual(self.followups(state="planned").amount_due, 150.0)
        self.agree("2026-03-27", "2026-03-19 09:15", instalments=self.instalment)
        sent = self.day("2026-03-19")
        self.assertEqual(len(sent), 1)
        said = self.followups(channel="email", state="sent")[-1]
        self.assertEqual((said.step_name, said.amount_due), ("Firm and polite", 50.0))
        self.assertEqual(said.instalment_ids.move_id, other)

    def test_there_and_back_says_nothing_twice_and_forgets_the_change(self):
        self.agree("2026-03-26")
        self.agree("2026-03-12", "2026-03-12 11:00")
        self.assertEqual(self.instalment.original_due_date, fields.Date.to_date("2026-03-09"))
        with self.at("2026-03-12 12:00"):
            self.move.invoice_date_due = "2026-03-09"  # a bookkeeper, on the invoice
            self.env.flush_all()
        self.assertFalse(self.instalment.original_due_date)
        self.assertFalse(self.subjects("2026-03-12", "2026-03-13"))
        self.assertFalse(self.subjects("2026-03-16", "2026-03-18"))  # the call comes first
        self.assertIn("please pay", self.day("2026-03-19")[0]["subject"])  # as if nothing had been
        steps = [row[0] for row in self.ledger(self.move) if row[1] == "sent"]
        self.assertEqual(len(steps), len(set(steps)))

    def test_a_date_changed_on_the_invoice_itself_keeps_the_original_too(self):
        with self.at("2026-03-12 10:00"):
            self.move.invoice_date_due = "2026-03-27"
            self.env.flush_all()
        self.assertEqual(self.instalments(self.move), self.instalment)
        self.assertEqual(self.instalment.original_due_date, fields.Date.to_date("2026-03-09"))
        self.assertFalse(self.subjects("2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19"))
        self.assertFalse([task for task in self.tasks() if "Call" in task])

    def test_a_date_changed_before_the_first_run_keeps_the_original_too(self):
        with self.at("2026-03-12 10:00"):
            fresh = self.invoice("2026-03-16", 40.0, date="2026-03-12")
            fresh.invoice_date_due = "2026-03-20"
            fresh.invoice_date_due = "2026-03-26"
            back = self.invoice("2026-03-16", 30.0, date="2026-03-12")
            back.invoice_date_due = "2026-03-20"
            back.invoice_date_due = "2026-03-16"
            draft = self.invoice("2026-03-16", 20.0, date="2026-03-12")
            draft.invoice_date_due = "2026-03-20"
            draft.button_draft()
            draft.invoice_date_due = "2026-03-26"
            draft.action_post()
            self.run_ruler("enrol")
        dates = [self.instalments(move).original_due_date for move in (fresh, back, draft)]
        self.assertEqual(dates, [fields.Date.to_date("2026-03-16"), False, False])

    def test_days_overdue_go_by_the_company_whoever_reads_them(self):
        self.assertEqual(self.debtor().oldest_due_date, fields.Date.to_date("2026-03-09"))
        with self.at("2026-03-12 23:30"):
            for zone in ("Pacific/Auckland", "Europe/Dublin", "Pacific/Honolulu"):
                self.env.invalidate_all()
                self.assertEqual(self.debtor().with_context(tz=zone).days_overdue, 3)
                self.assertEqual(self.instalment.with_context(tz=zone).days_overdue, 3)

    def test_a_correction_through_draft_begins_anew(self):
        with self.at("2026-03-12 10:00"):
            self.move.button_draft()
            self.move.invoice_date_due = "2026-03-26"
            self.move.action_post()
            self.run_ruler("enrol")
        new = self.instalments(self.move).filtered(lambda i: not i.gone)
        self.assertNotEqual(new, self.instalment)
        self.assertFalse(new.original_due_date)

    def test_who_and_why_stand_on_the_timeline(self):
        collector = self.new_user(
            "collector-date", "collection_ruler.collection_ruler_group_collector"
        )
        self.agree("2026-03-26", user=collector)
        note = self.debtor().message_ids[0]
        self.assertIn("is due on 03/26/2026 instead of 03/09/2026", note.body)
        self.assertIn("Ana's salary comes late", str(note.body).replace("&#39;", "'"))
        self.assertEqual(note.author_id, collector.partner_id)
        self.assertEqual(self.move.invoice_date_due, fields.Date.to_date("2026-03-26"))

    def test_only_one_of_several_instalments_moves(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    fields.Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (10, 40)
                ],
            }
        )
        plan = self.invoice(False, 200.0, date="2026-03-02", invoice_payment_term_id=terms.id)
        self.day("2026-03-12")
        first, second = self.instalments(plan)
        self.agree("2026-03-20", instalments=first)
        self.assertEqual(
            [(i.due_date.isoformat(), bool(i.original_due_date)) for i in first + second],
            [("2026-03-20", True), ("2026-04-11", False)],
        )
        self.assertEqual(plan.invoice_date_due.isoformat(), "2026-04-11")
        # on one day with the other, as a bookkeeper may write it: one is left, and its sum is asked for
        with self.at("2026-03-12 11:00"):
            plan.line_ids.filtered("date_maturity").date_maturity = "2026-04-11"
            self.env.flush_all()
        self.assertTrue(first.gone)
        self.assertEqual((second.residual, second.is_open), (200.0, True))

    def test_payment_after_a_new_date_is_thanked_for_and_its_return_resumes_there(self):
        self.agree("2026-03-26")
        self.day("2026-03-24")
        with self.at("2026-03-25 10:00"):
            payment = self.pay(self.move)
        self.day("2026-03-25")
        self.assertIn("thank", self.day("2026-03-26")[0]["subject"].lower())
        with self.at("2026-04-01 10:00"):
            self.undo(payment)
        self.day("2026-04-01")
        self.assertTrue(self.instalment.is_open)
        self.assertIsNone(self.instalment.settled_on or None)
        self.assertTrue(self.day("2026-04-02"))  # the neutral word

    def test_a_reader_may_not(self):
        reader = self.new_user("reader-date", "collection_ruler.collection_ruler_group_reader")
        with self.assertRaises(AccessError):
            self.agree("2026-03-26", user=reader)

    def test_bad_input_is_refused(self):
        with self.assertRaisesRegex(UserError, "from 03/12/2026 on"):
            self.agree("2026-03-11")
        with self.assertRaisesRegex(UserError, "at least one"):
            self.agree("2026-03-26", instalments=self.env["collection.instalment"])
        with self.at("2026-03-12 10:00"):
            self.pay(self.move)
        with self.assertRaisesRegex(UserError, "open instalments"):
            self.agree("2026-03-26", instalments=self.instalment)
