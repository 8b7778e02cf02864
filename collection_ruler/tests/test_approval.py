"""Approvals grow stale (A13), and our own open matters are looked at before anybody is chased (F3)."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestApproval(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 500.0, date="2026-03-02")
        self.day("2026-03-02")

    def credit_note(self):
        """A draft credit note against the invoice, as a bookkeeper begins one."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.move.ids)
            .create({"journal_id": self.move.journal_id.id, "reason": "wrong course"})
        )
        wizard.reverse_moves()
        return wizard.new_move_ids

    def forgot(self):
        return self.followups(step_name="Forgot?")

    def test_an_approval_of_last_week_is_asked_for_again(self):
        step = self.ruler.step_ids.filtered(lambda s: s.name == "Forgot?")
        step.mode = "approve"
        self.day("2026-03-09")
        self.day("2026-03-11")
        with self.at("2026-03-11 12:00"):
            self.assertEqual(self.forgot().state, "to_approve")
            self.forgot().action_approve()
            hold = self.env["collection.hold"].create(
                {"debtor_id": self.debtor().id, "date_to": "2026-03-15"}
            )
        self.assertFalse(self.day("2026-03-11", "12:05"), "a hold lets nothing pass")
        hold.action_end()
        self.assertFalse(self.day("2026-03-16"))
        self.assertEqual((self.forgot().state, self.forgot().reason), ("to_approve", "to_approve"))
        self.assertEqual(self.tasks().count("Approve “Forgot?”"), 1)
        with self.at("2026-03-16 12:00"):
            self.forgot().action_approve()
        self.assertEqual(len(self.day("2026-03-16", "12:05")), 1)

    def test_what_waits_for_approval_does_not_hide_what_comes_without_it(self):
        self.ruler.step_ids.filtered(lambda s: s.name == "Due today").mode = "approve"
        self.day("2026-03-09")
        with self.at("2026-03-09 20:00"):
            debtor = self.debtor()
            self.assertIn("“Due today” waits for your approval. ", debtor.why)
            self.assertIn(" Next: E-mail “Forgot?”, on Wed 11 Mar.", debtor.why)
            self.assertEqual(str(debtor.next_contact), "2026-03-11")
        self.assertFalse(self.day("2026-03-10"))
        self.assertEqual(len(self.day("2026-03-11")), 1)
        waited = self.followups(step_name="Due today")
        self.assertEqual((waited.state, waited.reason), ("cancelled", "overtaken"))
        self.assertEqual(self.forgot().state, "sent")

    def test_a_draft_credit_note_turns_a_reminder_into_one_for_approval(self):
        self.day("2026-03-09")
        self.credit_note()
        self.assertFalse(self.day("2026-03-11"))
        followup = self.forgot()
        self.assertEqual((followup.state, followup.reason), ("to_approve", "look_first"))
        self.assertIn("Approve “Forgot?”", self.tasks())
        with self.at("2026-03-11 12:00"):
            self.assertIn("draft credit note", followup.waits_because)
            self.assertEqual(followup.amount_now, 500.0, "a person sees what it would ask for")
            followup.action_approve()
        self.assertEqual(len(self.day("2026-03-11", "12:05")), 1)

    def test_one_that_is_begun_after_planning_stops_the_message_at_the_door(self):
        self.day("2026-03-09")
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol", "plan")
        self.assertEqual(self.forgot().state, "planned")
        self.credit_note()
        self.assertFalse(self.day("2026-03-11"))
        self.assertEqual((self.forgot().state, self.forgot().reason), ("to_approve", "look_first"))

    def test_one_that_is_begun_between_the_doors_stops_the_mail_in_the_outbox(self):
        self.day("2026-03-09")
        with self.at("2026-03-11 09:30"):
            self.run_ruler()
            self.assertEqual(self.forgot().state, "queued")
            self.credit_note()
            self.assertFalse(self.deliver())
        self.assertEqual((self.forgot().state, self.forgot().reason), ("to_approve", "look_first"))

    def test_a_notice_before_the_due_date_is_no_chasing(self):
        self.credit_note()
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_posted_the_credit_note_counts_like_any_other(self):
        self.day("2026-03-09")
        note = self.credit_note()
        note.action_post()
        self.assertFalse(self.day("2026-03-11"))
        self.assertFalse(self.forgot())
