"""Door 2: what changed while a message stood in the outbox, before it leaves (H3)."""

from contextlib import closing

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.doors.at_door import lock
from .door_case import DoorCase


@tagged("post_install", "-at_install", "quick")
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
        self.assertRegex(sent["body"], r"due date of .*\$ 60\.00")
        self.assert_said("sent", "due")
        self.assertEqual(self.followup.amount_due, 60.0)

    def test_new_credit_between_the_doors_is_deducted(self):
        self.credit_note(25.0, date="2026-03-09")
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        with self.at("2026-03-09 09:50"):
            self.run_ruler()
            (sent,) = self.deliver()
        self.assertRegex(sent["body"], r"due date of .*\$ 75\.00")

    def test_covering_credit_between_the_doors_silences_it(self):
        self.credit_note(100.0, date="2026-03-09")
        self.assertFalse(self.queue_at("2026-03-09 09:45"))
        self.assert_said("planned", "covered")

    def test_window_closed_at_door_two_leaves_the_next_morning(self):
        eve = self.person("Eve")
        self.invoice("2026-03-16", 10.0, eve, date="2026-03-02")
        with self.at("2026-03-09 17:30"):
            self.run_ruler()
        followup = self.followups(eve)
        self.assertEqual((followup.step_name, followup.state), ("A week before", "queued"))
        self.assertFalse(self.queue_at("2026-03-09 18:00"))
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))
        self.assertEqual(str(followup.scheduled_at), "2026-03-10 09:00:00")
        with self.at("2026-03-10 09:00"):
            self.run_ruler("send")
            self.assertEqual(len(self.deliver()), 1)

    def test_a_window_that_opens_when_it_is_no_longer_true_is_not_waited_for(self):
        """A6: "is due today" the next morning."""
        self.assertFalse(self.queue_at("2026-03-09 18:00"))
        self.assert_said("cancelled", "overtaken")
        self.assertFalse(self.day("2026-03-10", "09:00"))
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])

    def test_whatever_was_edited_since_door_one_is_asked_about(self):
        """B2: contacts of the customer, whoever it is written to, invoice and step."""
        desk = self.person("Desk", type="collection", parent_id=self.customer.id)
        self.followup.partner_id = desk
        watched = desk, self.customer, self.move, self.followup.step_id
        self.env.flush_all()

        def saved(records, at):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = %s WHERE id IN %s",
                    SQL.identifier(records._table),
                    at,
                    tuple(records.ids),
                )
            )

        def is_edited():
            return lock(self.env, self.followup.id, SQL("NULL::boolean")).is_edited

        for record in watched:
            saved(record, "2026-03-08 12:00:00")
        self.assertFalse(is_edited())
        for record in watched:
            with self.subTest(record), closing(self.env.cr.savepoint()):
                saved(record, "2026-03-09 09:31:00")
                self.assertTrue(is_edited())
        with closing(self.env.cr.savepoint()):
            desk.parent_id = self.person("Somebody else")
            self.env.flush_all()
            saved(self.customer, "2026-03-08 12:00:00")
            saved(desk, "2026-03-09 09:31:00")
            self.assertTrue(is_edited(), "it would go to somebody of another customer")

    def test_door_one_stops_a_margin_before_the_window_closes(self):
        other = self.env["res.partner"].create({"name": "Eve", "email": "eve@customer.example.com"})
        self.invoice("2026-03-16", 10.0, other, date="2026-03-02")
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
        self.assertFalse(self.day("2026-03-10", "10:10"), "it was due yesterday")
        self.assert_said("cancelled", "overtaken")
        self.assertEqual(len(self.day("2026-03-11")), 1)

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
        self.assertEqual([mail["subject"].partition(": ")[0] for mail in sent], ["Due today"])
        self.assertEqual(old.state, "cancel")
