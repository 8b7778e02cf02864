"""One message, how often, and how long after an invoice (B4, B5)."""

from itertools import pairwise

from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestOneVoice(PlanCase):
    """B4, B5: one message per customer, in the tone of the oldest; a cap over everything."""

    def without_calls(self):
        """A firm word that comes on its own day: it does not wait for a call."""
        self.step("Call: is anything wrong?").unlink()

    def test_several_invoices_one_message_with_the_tone_of_the_oldest(self):
        self.without_calls()
        self.activate("2026-03-02")
        old = self.invoice("2026-03-09", 100.0)
        new = self.invoice("2026-03-15", 50.0)  # a Sunday: due on Monday the 16th
        for day in ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16"):
            self.day(day)
        sent = self.day("2026-03-18")  # +9 of the old, +2 of the new
        self.assertEqual(len(sent), 1)
        followup = self.followups()[-1]
        self.assertEqual(followup.step_name, "Firm and polite")
        self.assertEqual(followup.amount_due, 150.0)
        self.assertEqual(set(followup.item_ids.mapped("step_name")), {"Firm and polite", "Forgot?"})
        self.assertIn(old.name, sent[0]["body"])
        self.assertIn(new.name, sent[0]["body"])

    def test_tone_falls_when_the_oldest_is_paid_before_it_leaves(self):
        self.without_calls()
        self.activate("2026-03-02")
        old = self.invoice("2026-03-09", 100.0)
        self.invoice("2026-03-15", 50.0)
        for day in ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16"):
            self.day(day)
        with self.at("2026-03-18 08:00"):
            self.run_ruler()
            self.assertEqual(self.followups()[-1].step_name, "Firm and polite")
            self.pay(old)
        sent = self.day("2026-03-18", "09:10")
        self.assertIn("slip through", sent[0]["subject"])
        followup = self.followups(purpose="dunning")[-1]
        self.assertEqual((followup.step_name, followup.amount_due), ("Forgot?", 50.0))
        self.assertNotIn(old.name, sent[0]["body"])
        self.assertIn(("Firm and polite", "cancelled", "paid"), self.ledger(old))

    def test_what_is_coming_is_a_second_table_not_a_second_message(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0)
        coming = self.invoice("2026-03-30", 70.0)
        self.day("2026-03-02")
        (sent,) = self.day("2026-03-09")
        self.assertEqual(self.followups()[-1].amount_due, 100.0, "what is not due was added")
        self.assertIn(coming.name, sent["body"])
        self.assertFalse(self.ledger(coming))

    def test_what_a_notice_asks_for_does_not_stand_in_the_second_table_too(self):
        self.activate("2026-03-02")
        own = self.invoice("2026-03-09", 100.0)
        later = self.invoice("2026-03-30", 70.0)
        with self.at("2026-03-02 09:30"):
            self.run_ruler()
            notice = self.followups()[-1]
            self.assertIn(own.name, notice.due_table)
            self.assertIn(later.name, notice.coming_table)
            self.assertNotIn(own.name, notice.coming_table)

    def test_days_between_contacts(self):
        self.ruler.min_days_between_contacts = 5
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.assertEqual(
            self.days_said(2, 16), [(2, "A week before"), (9, "Due today"), (16, "Forgot?")]
        )

    def test_cap_of_contacts_in_a_period(self):
        self.ruler.write({"max_contacts": 1, "max_contacts_days": 10})
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        said = self.days_said(2, 27)
        self.assertTrue(said)
        days = [day for day, _name in said]
        for first, second in pairwise(days):
            self.assertGreaterEqual(second - first, 10)

    def test_cap_counts_what_was_said_about_other_invoices(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.invoice("2026-03-10")
        self.assertEqual(
            [day for day, _n in self.days_said(9, 10)], [9], "a second message a day later"
        )

    def test_thanks_and_invoices_are_no_contacts(self):
        """B4: what asks for nothing keeps no later reminder back, and no reminder keeps it back; only on the
        day of thanks itself nobody is reminded (A5)."""
        self.ruler.min_days_between_contacts = 3
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 100.0)
        self.day("2026-03-02")
        with self.at("2026-03-06 10:00"):
            self.pay(move, 30.0)
            self.run_ruler("track")
        self.invoice("2026-03-19", 50.0, date="2026-03-09", sent=False)
        self.assertEqual(self.purposes_of("2026-03-09"), ["delivery", "thanks"])
        self.assertEqual(self.instalments(move).waiting_reason, "thanked")
        self.invoice("2026-03-20", 70.0, date="2026-03-11", sent=False)
        self.assertEqual(self.purposes_of("2026-03-11"), ["delivery", "dunning"])
        self.assertEqual(self.followups(purpose="dunning")[-1].step_name, "Forgot?")

    def purposes_of(self, day):
        """What for the messages of a day were, each of which arrived."""
        known = self.followups(state="sent")
        sent = self.day(day)
        purposes = (self.followups(state="sent") - known).mapped("purpose")
        self.assertEqual(len(sent), len(purposes))
        return sorted(purposes)

    def test_no_overdue_step_until_days_after_delivery(self):
        """An invoice that is posted today, due today, and was never sent (A3)."""
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", date="2026-03-09", sent=False)
        sent = self.day("2026-03-09")
        self.assertEqual(len(sent), 1)
        self.assertTrue(move.is_move_sent)
        self.assertFalse(self.day("2026-03-10") + self.day("2026-03-11"))
        (mail,) = self.day("2026-03-12")
        self.assertIn("slip through", mail["subject"])

    def test_no_overdue_step_until_days_after_a_person_sent_the_invoice(self):
        self.activate("2026-03-02")
        self.ruler.days_after_delivery = 5
        move = self.invoice("2026-03-09", date="2026-03-09", sent=False)
        self.step("Send the invoice").unlink()
        with self.at("2026-03-09 08:00"), self.gateway(), self.allow_pdf_render():
            wizard = self.env["account.move.send.wizard"].with_context(
                active_model="account.move", active_ids=move.ids
            )
            wizard.create({"sending_methods": ["email"]}).action_send_and_print()
        self.assertTrue(move.is_move_sent)
        sent = [(n, mail) for n in range(9, 17) for mail in self.day(f"2026-03-{n:02}")]
        reminders = [n for n, mail in sent if "slip through" in mail["subject"]]
        self.assertEqual(reminders, [16], "on the 14th it is a Saturday")
        self.assertNotIn("today", str([mail["subject"] for _n, mail in sent]))
