"""What the mail server answers, or does not: nothing twice, and nothing is forgotten (H3)."""

import smtplib
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .door_case import MAIL, SERVER, DoorCase


@tagged("post_install", "-at_install", "quick")
class TestGateway(DoorCase):
    """What the mail server answers decides what becomes of the follow-up."""

    @mute_logger(MAIL, SERVER)
    def test_later_is_tried_again_later(self):
        self.queue_at("2026-03-09 09:45", smtplib.SMTPDataError(451, b"greylisted"))
        self.assertEqual(self.followup.state, "planned")
        self.assertIn("greylisted", self.followup.failure)
        self.assertFalse(self.followup.handed_at)
        self.assertFalse(self.day("2026-03-09", "09:50"), "at once again")
        self.assertEqual(len(self.day("2026-03-09", "10:05")), 1)
        self.assert_said("sent", "due")
        self.assertEqual(len(self.followups(step_name="Due today")), 1)

    @mute_logger(MAIL, SERVER)
    def test_later_for_two_days_is_a_failure_that_a_person_sees(self):
        later = smtplib.SMTPDataError(451, b"greylisted")
        self.queue_at("2026-03-09 09:45", later)
        self.followup.attempts = 5
        with self.at("2026-03-09 10:05"):
            self.run_ruler("send")
            self.deliver(later)
        self.assertEqual(self.followup.state, "planned", "it was given up within hours")
        self.assertGreaterEqual(str(self.followup.scheduled_at), "2026-03-09 14:05:00")
        self.followup.attempts = 15
        with self.at("2026-03-09 14:10"):
            self.run_ruler("send")
            self.deliver(later)
        self.assert_said("failed", "refused")
        self.assertTrue([t for t in self.tasks() if "Due today" in t])

    @mute_logger(MAIL, SERVER)
    def test_refused_address_fails_with_a_task(self):
        refused = smtplib.SMTPRecipientsRefused(
            {"ana@customer.example.com": (550, b"No such user")}
        )
        self.queue_at("2026-03-09 09:45", refused)
        self.assert_said("failed", "refused")
        self.assertIn("No such user", self.followup.failure)
        self.assertTrue(self.followup.is_bad_address)
        self.assertTrue([t for t in self.tasks() if "does not work" in t])
        self.assertFalse(self.day("2026-03-09", "10:30"), "a refused one was sent again")
        self.assertEqual(len(self.tasks()), 1)

    @mute_logger(MAIL, SERVER)
    def test_greylisted_recipient_is_tried_again(self):
        refused = smtplib.SMTPRecipientsRefused({"ana@customer.example.com": (450, b"Later")})
        self.queue_at("2026-03-09 09:45", refused)
        self.assertEqual(self.followup.state, "planned")

    @mute_logger(MAIL, SERVER)
    def test_refused_after_the_text_fails(self):
        self.queue_at("2026-03-09 09:45", smtplib.SMTPDataError(554, b"Spam"))
        self.assert_said("failed", "refused")

    def assert_uncertain_for_good(self):
        self.assert_said("uncertain", "uncertain")
        self.assertTrue(self.followup.handed_at)
        self.assertIn("Did it arrive? Nobody knows: Due today", self.tasks())
        self.assertIn(("Due today", "sent", "uncertain"), self.ledger(self.move))
        for hour in ("10:30", "11:30", "17:00"):
            self.assertFalse(self.day("2026-03-09", hour), "an uncertain one was sent again")

    @mute_logger(MAIL, SERVER)
    def test_disconnected_is_uncertain_and_never_sent_again(self):
        self.queue_at("2026-03-09 09:45", smtplib.SMTPServerDisconnected("gone"))
        self.assert_uncertain_for_good()

    @mute_logger(MAIL, SERVER)
    def test_timed_out_is_uncertain_and_never_sent_again(self):
        self.queue_at("2026-03-09 09:45", TimeoutError("timed out"))
        self.assert_uncertain_for_good()

    @mute_logger(MAIL, SERVER)
    def test_those_behind_a_disconnection_leave_with_the_next_run(self):
        others = self.env["res.partner"].create(
            [{"name": f"Pupil {n}", "email": f"p{n}@customer.example.com"} for n in range(3)]
        )
        for partner in others:
            self.invoice("2026-03-09", 10.0, partner, date="2026-03-02")
        with self.at("2026-03-09 09:40"):
            self.run_ruler()
        calls = []

        def once(message):
            calls.append(message)
            if len(calls) == 1:
                raise smtplib.SMTPServerDisconnected("gone")

        self.queue_at("2026-03-09 09:45", once)
        self.queue_at("2026-03-09 09:46", once)
        states = [self.followup.state, *(self.followups(p)[-1].state for p in others)]
        self.assertEqual(sorted(states), ["sent", "sent", "sent", "uncertain"])
        self.assertEqual(len(calls), 4)

    @mute_logger(MAIL, SERVER)
    def test_unreachable_server_is_tried_again(self):
        with self.at("2026-03-09 09:45"):
            self.env.flush_all()
            with (
                self.gateway(),
                patch("smtplib.SMTP", side_effect=ConnectionRefusedError("refused")),
            ):
                self.env["mail.mail"].process_email_queue()
                self.assertFalse(self.emails)
            self.env.invalidate_all()
        self.assertFalse(self.followup.handed_at)
        self.assertEqual(self.mail().state, "exception")
        messages = self.debtor().message_ids
        with self.at("2026-03-09 09:55"):
            self.run_ruler("track")
        self.assertEqual((self.followup.state, self.mail().state), ("queued", "outgoing"))
        self.assertIn("cannot be reached", self.ruler.activity_ids.mapped("summary")[0])
        self.assertEqual(len(self.day("2026-03-09", "10:15")), 1)
        self.assertEqual(self.debtor().message_ids, messages, "the history says it was said twice")
        self.assert_said("sent", "due")

    def stamp_without_answer(self):
        """The process died between the stamp and the answer."""
        self.followup.handed_at = "2026-03-09 09:45:00"
        self.env.flush_all()

    def test_stamped_and_unanswered_is_never_handed_over_again(self):
        self.stamp_without_answer()
        self.assertFalse(self.queue_at("2026-03-09 09:46"))
        self.assertEqual(self.followup.state, "queued", "too early to give up")

    def test_stamped_and_unanswered_becomes_uncertain_after_the_limit(self):
        self.stamp_without_answer()
        self.day("2026-03-09", "09:50")
        self.assertEqual(self.followup.state, "queued")
        self.day("2026-03-09", "10:10")
        self.assert_uncertain_for_good()

    def test_stamped_and_then_marked_sent_by_odoo_is_sent(self):
        self.stamp_without_answer()
        self.mail().state = "sent"
        with self.at("2026-03-09 10:10"):
            self.run_ruler("track")
        self.assert_said("sent", "due")

    @mute_logger(MAIL, SERVER)
    def test_try_again_after_uncertain_is_a_persons_decision(self):
        self.queue_at("2026-03-09 09:45", smtplib.SMTPServerDisconnected("gone"))
        with self.at("2026-03-09 11:00"):
            self.followup.action_retry()
        self.assertEqual(len(self.day("2026-03-09", "11:10")), 1)
        self.assert_said("sent", "due")

    def test_lost_mail_row_is_written_anew(self):
        self.mail().unlink()
        self.assertEqual(
            len(self.day("2026-03-09", "09:50")) + len(self.day("2026-03-09", "10:30")), 1
        )
        self.assert_said("sent", "due")

    @mute_logger(MAIL, SERVER)
    def test_unreachable_server_leaves_no_copies_in_the_history(self):
        messages = self.debtor().message_ids
        for minute in (45, 50, 55):
            with self.at(f"2026-03-09 09:{minute}"):
                self.env.flush_all()
                with (
                    self.gateway(),
                    patch("smtplib.SMTP", side_effect=ConnectionRefusedError("refused")),
                ):
                    self.env["mail.mail"].process_email_queue()
                self.env.invalidate_all()
                self.run_ruler()
        self.assertEqual(len(self.day("2026-03-09", "10:15")), 1)
        self.assertEqual(self.debtor().message_ids, messages)
        told = self.ruler.activity_ids.mapped("summary")
        self.assertEqual(told, ["The mail server cannot be reached"], "told once")

    def test_mail_that_a_person_cancelled_is_not_written_anew(self):
        self.mail().cancel()
        with self.at("2026-03-09 09:40"):
            self.run_ruler()
        self.assert_said("cancelled", "by_hand")
        self.assertIn(("Due today", "cancelled", "by_hand"), self.ledger(self.move))
        self.assertFalse(self.day("2026-03-09", "10:30") + self.day("2026-03-10"))
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"], "the ruler itself goes on")
