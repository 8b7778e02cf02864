"""An invoice is reminded of only after it reached the customer (A3)."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CollectionCommon

TASK = "Send the invoices that did not go out"


@tagged("post_install", "-at_install")
class TestSending(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.customer.with_company(self.company).invoice_sending_method = "manual"
        self.activate("2026-02-02")

    def late(self, **values):
        """Due on 20 February, posted on 10 March, never sent."""
        with self.at("2026-03-10 08:30"):
            return self.invoice("2026-02-20", date="2026-02-10", sent=False, **values)

    def tasks_to_send(self, partner=None):
        return self.debtor(partner)._open_tasks(TASK)

    def weeks(self, *dates):
        return [mail for date in dates for mail in self.day(date)]

    def test_nothing_is_said_about_an_invoice_that_was_never_sent_and_one_task_asks_for_it(self):
        move = self.late()
        self.late(amount=50.0)
        self.assertFalse(self.weeks("2026-03-10", "2026-03-11", "2026-03-16", "2026-04-13"))
        self.assertEqual(len(self.tasks_to_send()), 1)
        self.assertFalse(self.followups())
        self.assertEqual(self.instalments(move).waiting_reason, "not_sent")
        self.assertIn("not sent to the customer", self.debtor().why)
        self.assertTrue(self.debtor().is_waiting)
        line = self.env["collection.ruler.line"]._draw(self.instalments(move))
        self.assertIn("not sent to the customer", line[self.instalments(move).id]["next"])

    def test_once_it_is_sent_the_task_ends_and_days_of_silence_begin(self):
        move = self.late()
        self.day("2026-03-10")
        with self.at("2026-03-11 10:00"):
            move.is_move_sent = True
        self.assertEqual(str(move.collection_sent_on), "2026-03-11")
        self.assertFalse(self.day("2026-03-11", "11:00"))
        self.assertFalse(self.tasks_to_send())
        self.assertFalse(self.weeks("2026-03-12", "2026-03-13"))
        (mail,) = self.day("2026-03-16")
        self.assertIn("slip through", mail["subject"])

    def test_a_collector_marks_what_went_by_post(self):
        move = self.late()
        self.day("2026-03-10")
        self.assertTrue(self.debtor().has_unsent)
        with self.at("2026-03-10 12:00"):
            self.debtor().action_mark_sent()
        self.assertTrue(move.is_move_sent)
        self.assertFalse(self.debtor().has_unsent)

    def test_who_only_reads_marks_nothing_as_sent(self):
        move = self.late()
        self.day("2026-03-10")
        reader = self.new_user("reader-sent", "collection_ruler.collection_ruler_group_reader")
        with self.assertRaises(AccessError):
            self.debtor().with_user(reader).action_mark_sent()
        with self.assertRaises(AccessError):
            move.with_user(reader).action_collection_mark_sent()
        self.assertFalse(move.is_move_sent)

    def test_a_message_about_another_invoice_does_not_ask_for_it(self):
        unsent = self.late(amount=70.0)
        with self.at("2026-03-10 08:40"):
            move = self.invoice("2026-03-02", 30.0, date="2026-02-10")
        (mail,) = self.weeks("2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13")
        self.assertIn(move.name, mail["subject"])
        self.assertIn("30.00", mail["body"])
        self.assertNotIn("70.00", mail["body"])
        self.assertNotIn(unsent.name, mail["subject"] + mail["body"])

    def test_what_has_no_document_is_reminded_as_ever(self):
        ben, cleo = self.person("Ben Example"), self.person("Cleo Example")
        self.entry("2026-03-02", (ben, 100.0))
        receipt = self.invoice(
            "2026-03-02", partner=cleo, sent=False, move_type="out_receipt", date="2026-02-02"
        )
        self.ruler.step_ids.filtered("delivers_invoice").unlink()
        self.assertFalse(receipt.is_move_sent)
        self.assertEqual(len(self.weeks("2026-03-10", "2026-03-11")), 2)

    def test_without_a_step_that_delivers_nobody_is_reminded_of_what_was_not_sent(self):
        self.ruler.step_ids.filtered("delivers_invoice").unlink()
        ben = self.person("Ben Example")
        with self.at("2026-03-10 08:30"):
            self.invoice("2026-03-13", partner=ben, date="2026-03-09", sent=False)
        self.assertFalse(self.weeks("2026-03-10", "2026-03-13", "2026-03-18"))
        self.assertEqual(len(self.tasks_to_send(ben)), 1)

    def test_an_open_backlog_that_was_never_sent_is_one_task_and_can_be_marked(self):
        ben, cleo = self.person("Ben Example"), self.person("Cleo Example")
        self.ruler.state = "draft"
        other = self.ruler.copy({"name": "Other", "sequence": 1})
        other.step_ids.filtered("delivers_invoice").unlink()
        for partner in (ben, cleo):
            self.invoice("2026-02-20", partner=partner, date="2026-01-10", sent=False)
        with self.at("2026-03-10 08:00"):
            wizard = self.env["collection.ruler.activation"].create(
                {"ruler_id": other.id, "backlog_policy": "catch_up"}
            )
            self.assertEqual((wizard.unsent_count, wizard.left_unsent_count), (2, 2))
            self.assertEqual(wizard.today_count, 0)
            self.assertIn("not sent from Odoo yet: 2", wizard.summary)
            wizard.have_unsent = True
            self.assertEqual((wizard.unsent_count, wizard.today_count), (0, 2))
            wizard.have_unsent = False
            wizard.action_confirm()
        self.assertFalse(self.day("2026-03-10"))
        self.assertFalse(self.tasks_to_send(ben) | self.tasks_to_send(cleo))
        self.assertIn("were never sent", "".join(other.activity_ids.mapped("summary")))

    def test_marked_at_activation_the_backlog_is_caught_up(self):
        ben = self.person("Ben Example")
        self.ruler.state = "draft"
        other = self.ruler.copy({"name": "Other", "sequence": 1})
        move = self.invoice("2026-02-20", partner=ben, date="2026-01-10", sent=False)
        with self.at("2026-03-10 08:00"):
            self.env["collection.ruler.activation"].create(
                {"ruler_id": other.id, "backlog_policy": "catch_up", "have_unsent": True}
            ).action_confirm()
        self.assertTrue(move.is_move_sent)
        (mail,) = self.day("2026-03-10")
        self.assertIn("slip through", mail["subject"])
