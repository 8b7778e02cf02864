"""The doors: nothing leaves that should not, nothing twice, and nothing is forgotten (H3)."""

import smtplib
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionCommon

MAIL = "odoo.addons.mail.models.mail_mail"
SERVER = "odoo.addons.base.models.ir_mail_server"


class DoorCase(CollectionCommon):
    """ "Due today" of 100 for Ana stands in the outbox at half past nine on the 9th of March."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
        self.followup = self.followups()[-1]
        self.assertEqual((self.followup.step_name, self.followup.state), ("Due today", "queued"))

    def mail(self, followup=None):
        """The newest mail.mail of a follow-up."""
        return self.env["mail.mail"].search(
            [("collection_followup_id", "=", (followup or self.followup).id)],
            order="id desc",
            limit=1,
        )

    def assert_said(self, state, reason):
        self.assertEqual((self.followup.state, self.followup.reason), (state, reason))

    def queue_at(self, when, answer=None):
        with self.at(when):
            return self.deliver(answer)


@tagged("post_install", "-at_install")
class TestDoorTwo(DoorCase):
    def test_paid_between_the_doors_takes_the_mail_back(self):
        with self.at("2026-03-09 09:40"):
            self.pay(self.move)
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("cancelled", "paid")
        self.assertEqual(self.mail().state, "cancel")
        self.assertIn(("Due today", "cancelled", "paid"), self.ledger(self.move))
        self.assertFalse(self.followup.handed_at)

    def test_each_message_keeps_its_own_answer(self):
        """What was not asked about, and so was never answered, takes no other message's answer."""
        bert = self.env["res.partner"].create(
            {"name": "Bert", "email": "bert@customer.example.com"}
        )
        self.invoice("2026-03-09", 50.0, bert, date="2026-03-02")
        with self.at("2026-03-09 09:35"):
            self.run_ruler()
        with self.at("2026-03-09 09:40"):
            self.pay(self.move)
        self.assertEqual(len(self.queue_at("2026-03-09 09:45")), 1)
        self.assert_said("cancelled", "paid")
        second = self.followups(bert)[-1]
        self.assertEqual((second.state, second.attempts), ("sent", 0))

    def test_part_paid_between_the_doors_is_written_anew(self):
        with self.at("2026-03-09 09:40"):
            self.pay(self.move, 40.0)
        self.assertFalse(self.queue_at("2026-03-09 09:45"), "the old amount left")
        self.assertEqual(self.mail().state, "cancel")
        self.assert_said("planned", "due")
        with self.at("2026-03-09 09:50"):
            self.run_ruler()
            (sent,) = self.deliver()
        self.assertIn("$ 60.00 is due today", sent["subject"])
        self.assert_said("sent", "due")
        self.assertEqual(self.followup.amount_due, 60.0)

    def test_new_credit_between_the_doors_is_deducted(self):
        self.credit_note(25.0, date="2026-03-09")
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        with self.at("2026-03-09 09:50"):
            self.run_ruler()
            (sent,) = self.deliver()
        self.assertIn("$ 75.00 is due today", sent["subject"])

    def test_covering_credit_between_the_doors_silences_it(self):
        self.credit_note(100.0, date="2026-03-09")
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("planned", "covered")

    def test_window_closed_at_door_two_leaves_the_next_morning(self):
        self.assertFalse(self.queue_at("2026-03-09 18:00"))
        self.assert_said("planned", "closed")
        self.assertEqual(str(self.followup.scheduled_at), "2026-03-10 09:00:00")
        with self.at("2026-03-10 09:00"):
            self.run_ruler("send")
            self.assertEqual(len(self.deliver()), 1)

    def test_door_one_stops_a_margin_before_the_window_closes(self):
        other = self.env["res.partner"].create({"name": "Eve", "email": "eve@customer.example.com"})
        self.invoice("2026-03-09", 10.0, other, date="2026-03-02")
        with self.at("2026-03-09 17:55"):
            self.run_ruler()
        followup = self.followups(other)
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))

    def test_hold_between_the_doors(self):
        self.hold()
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("planned", "held")
        self.assertEqual(self.mail().state, "cancel")
        with self.at("2026-03-10 10:00"):
            self.debtor().hold_ids.action_end()
        self.assertEqual(len(self.day("2026-03-10", "10:10")), 1)

    def test_reply_between_the_doors(self):
        with self.at("2026-03-09 09:40"):
            self.hold(origin="reply")
        self.assertFalse(self.queue_at("2026-03-09 09:45"))

    def test_cancelled_invoice_between_the_doors(self):
        with self.at("2026-03-09 09:40"):
            self.move.button_draft()
            self.move.button_cancel()
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("cancelled", "gone")

    def test_blocked_between_the_doors(self):
        self.move.payment_state = "blocked"
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("planned", "blocked")

    def test_stamp_stands_before_the_mail_server_is_asked(self):
        stamps = []

        def look(_message):
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT handed_at FROM collection_followup WHERE id = %s", [self.followup.id]
                )
                stamps.append(cr.fetchone()[0])

        self.queue_at("2026-03-09 09:45", look)
        self.assertEqual([str(stamp) for stamp in stamps], ["2026-03-09 09:45:00"])
        self.assert_said("sent", "due")

    def test_foreign_mails_pass_untouched(self):
        self.hold()
        foreign = self.env["mail.mail"].create(
            {
                "subject": "Newsletter",
                "body_html": "x",
                "email_to": "bob@customer.example.com",
                "email_from": "a@school.example.com",
            }
        )
        sent = self.queue_at("2026-03-09 23:45")
        self.assertEqual([mail["subject"] for mail in sent], ["Newsletter"])
        self.assertEqual(foreign.state, "sent")

    def test_send_now_passes_the_door_too(self):
        with self.at("2026-03-09 09:40"):
            self.env.flush_all()
            with self.gateway():
                self.mail().send()
                self.assertEqual(len(self._mails), 1)
            self.env.invalidate_all()
        self.assert_said("sent", "due")
        self.assertEqual(self.mail().state, "sent")

    def test_send_now_of_a_held_message_sends_nothing(self):
        self.hold()
        with self.at("2026-03-09 09:40"):
            self.env.flush_all()
            with self.gateway():
                self.mail().send()
                self.assertFalse(self._mails)
            self.env.invalidate_all()
        self.assert_said("planned", "held")

    def test_pressing_send_on_a_replaced_mail_sends_nothing(self):
        with self.at("2026-03-09 09:40"):
            self.pay(self.move, 40.0)
        self.queue_at("2026-03-09 09:45")
        old = self.mail()
        with self.at("2026-03-09 09:50"):
            self.run_ruler()
        old.state = "outgoing"
        with self.at("2026-03-09 09:51"):
            sent = self.deliver()
        self.assertEqual(
            [mail["subject"].partition(": ")[2] for mail in sent], ["$ 60.00 is due today"]
        )
        self.assertEqual(old.state, "cancel")


@tagged("post_install", "-at_install")
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
    def test_later_five_times_is_a_failure_that_a_person_sees(self):
        for hour in range(10, 17):
            with self.at(f"2026-03-09 {hour}:45"):
                self.run_ruler()
                self.deliver(smtplib.SMTPDataError(451, b"greylisted"))
        self.assertEqual(self.followup.state, "failed")
        self.assertTrue([t for t in self.tasks() if "Due today" in t])

    @mute_logger(MAIL, SERVER)
    def test_refused_address_fails_with_a_task(self):
        refused = smtplib.SMTPRecipientsRefused(
            {"ana@customer.example.com": (550, b"No such user")}
        )
        self.queue_at("2026-03-09 09:45", refused)
        self.assert_said("failed", "refused")
        self.assertIn("No such user", self.followup.failure)
        self.assertTrue([t for t in self.tasks() if "Due today" in t and "refused" in t])
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


@tagged("post_install", "-at_install")
class TestDoorOne(CollectionCommon):
    """What changed between planning and sending."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def test_one_of_two_under_way_lets_the_other_leave_and_keeps_its_step(self):
        first = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        second = self.invoice("2026-03-09", 50.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
            transaction = self.pending_transaction(first)
        (mail,) = self.day("2026-03-09")
        self.assertIn("$ 50.00 is due today", mail["subject"])
        self.assertNotIn(first.name, mail["body"])
        self.assertIn(("Due today", "planned", "due"), self.ledger(first))
        with self.at("2026-03-09 11:00"):
            transaction.state = "error"
        sent = [mail for day in (10, 11, 12, 13) for mail in self.day(f"2026-03-{day}")]
        self.assertIn(("Due today", "sent", "due"), self.ledger(first))
        self.assertEqual(
            [row for row in self.ledger(second) if row[0] == "Due today"],
            [("Due today", "sent", "due")],
        )
        self.assertIn(first.name, sent[0]["body"])
        self.assertFalse([mail for mail in sent if "please pay" in mail["subject"]], "too firm")

    def pending_transaction(self, move):
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].create(
            {"name": "Cards", "code": "none", "state": "test", "company_id": self.company.id}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "tx",
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "invoice_ids": [Command.set(move.ids)],
                "state": "pending",
            }
        )

    def test_stored_pdf_does_not_say_that_the_invoice_was_sent(self):
        move = self.invoice("2026-03-09", sent=False)
        with self.allow_pdf_render():
            self.env["account.move.send"]._collection_store_pdf(move)
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertFalse(move.is_move_sent, "nobody delivers it now")


@tagged("post_install", "-at_install")
class TestDelivery(CollectionCommon):
    """C4: invoices that the ruler sends by Odoo's own sending."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def delivered(self):
        self.move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        (mail,) = self.day("2026-03-02")
        self.assertEqual(self.delivery().state, "sent")
        self.assertEqual(str(self.instalments(self.move).delivered_on), "2026-03-02")
        return mail

    def delivery(self):
        return self.followups(purpose="delivery")

    def test_invoice_that_is_sent_by_hand_is_not_said_to_be_sent(self):
        self.customer.with_company(self.company).invoice_sending_method = "manual"
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.assertFalse(self.day("2026-03-02"))
        self.assertEqual(self.delivery().state, "failed")
        self.assertIn(f"send {move.name}", self.delivery().failure)
        self.assertTrue([t for t in self.tasks() if "Send the invoice" in t])
        self.assertFalse(move.is_move_sent)

    def test_invoice_sent_by_hand_meanwhile_is_not_sent_again(self):
        """A3: planned for nine o'clock, and sent by a bookkeeper at half past eight."""
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        with self.at("2026-03-02 08:00"):
            self.run_ruler()
        self.assertEqual(self.delivery().state, "planned")
        move.is_move_sent = True
        self.assertFalse(self.day("2026-03-02"))
        self.assertEqual(self.ledger(move), [("Send the invoice", "skipped", "already_sent")])

    def test_failed_delivery_starts_no_silence(self):
        self.ruler.days_after_delivery = 30
        self.customer.email = False
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.day("2026-03-02")
        self.assertEqual((self.delivery().state, self.delivery().reason), ("failed", "no_address"))
        self.assertFalse(self.instalments(move).delivered_on)
        self.delivery().action_cancel()  # else it is tried again at the new address
        self.customer.email = "ana@customer.example.com"
        (mail,) = self.day("2026-03-12")
        self.assertIn("is due today", mail["subject"])

    def test_failed_delivery_is_tried_again_at_another_address(self):
        self.ruler.days_after_delivery = 30
        self.customer.email = False
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.day("2026-03-02")
        self.assertEqual(self.delivery().reason, "no_address")
        self.customer.email = "ana@customer.example.com"
        (mail,) = self.day("2026-03-12")
        self.assertIn("Invoice", mail["subject"])
        self.assertEqual(self.delivery().state, "sent")
        self.assertEqual(str(self.instalments(move).delivered_on), "2026-03-12")

    def test_bounced_invoice_fails_its_delivery_and_asks_a_person(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.bounce(mail)
        self.assertEqual((self.delivery().state, self.delivery().reason), ("failed", "bounced"))
        self.assertTrue(self.delivery().bounced_at)
        self.assertFalse(self.instalments(self.move).delivered_on)
        self.assertTrue([t for t in self.tasks() if "another e-mail address" in t])
        self.assertFalse(self.debtor().hold_ids, "a bounce is not a reply")

    def test_reply_to_a_delivered_invoice_holds_the_customer(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.reply(mail, "This is not mine.")
        self.assertEqual(self.debtor().hold_ids.mapped("origin"), ["reply"])
        self.assertIn("Answer the reply of Ana Example", self.tasks())
        self.assertTrue(self.delivery().answered_at)
        self.assertFalse(self.day("2026-03-05"), "was reminded in spite of the reply")

    def test_automatic_answer_to_a_delivered_invoice_is_no_reply(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.reply(mail, "Away.", Auto_Submitted="auto-replied")
        self.assertFalse(self.debtor().hold_ids)
