"""The end of a ruler: handed over to people outside, and taken back (A4, decision 14)."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestHandOver(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        self.agency = self.env["res.partner"].create({"name": "Example Collectors"})

    def hand_over(self, when="2026-03-12 10:00"):
        with self.at(when):
            action = self.debtor().action_drop(
                self.env.ref("collection_ruler.collection_stage_handover").id
            )
            with Form(self.env["collection.hold"].with_context(**action["context"])) as form:
                form.agency_id = self.agency
            self.run_ruler("track")
        return form.record

    def test_what_is_overdue_is_handed_over_and_silent_and_newer_invoices_go_on(self):
        newer = self.invoice("2026-03-25", 50.0, date="2026-03-12")
        with self.at("2026-03-12 09:00"):
            self.run_ruler("enrol")
        hold = self.hand_over()
        self.assertEqual(hold.instalment_ids.move_id, self.move)
        self.assertEqual(self.debtor().stage_id.kind, "handover")
        with self.at("2026-03-12 11:00"):
            self.assertEqual(self.debtor().next_text, "Handed over to Example Collectors")
        for day in ("2026-03-13", "2026-03-16"):
            self.assertFalse(self.day(day))
        (mail,) = self.day("2026-03-18")  # a week before the newer one, and of that alone
        self.assertIn(newer.name, mail["subject"])
        self.assertNotIn(self.move.name, mail["body"])
        self.assertEqual(self.instalments(self.move).waiting_reason, "held")
        self.assertFalse(self.instalments(newer).waiting_reason)

    def test_taken_back_the_ruler_goes_on_where_it_stood(self):
        hold = self.hand_over()
        self.assertFalse(self.day("2026-03-18"))
        with self.at("2026-03-19 09:00"):
            hold.action_end()
        (mail,) = self.day("2026-03-19")
        self.assertIn("please pay", mail["subject"])
        self.assertEqual(self.debtor().stage_id.kind, "reminder")
        self.assertFalse(
            self.day("2026-03-20")
        )  # ten days have passed: a review, not in the same minute
        self.assertIn("Review", self.tasks())
        self.assertEqual(self.debtor().stage_id.kind, "review")

    def test_paid_to_us_all_the_same_is_thanked_for_and_settled(self):
        self.hand_over()
        with self.at("2026-03-13 10:00"):
            self.pay(self.move)
        self.day("2026-03-13")
        self.assertIn("thank", self.day("2026-03-16")[0]["subject"].lower())
        self.assertEqual(self.debtor().stage_id.kind, "settled")

    def test_a_corrected_due_date_takes_nothing_back(self):
        """Another date through draft makes another instalment; the lawyer still has the invoice."""
        self.hand_over()
        with self.at("2026-03-12 12:00"):
            self.move.button_draft()
            self.move.invoice_date_due = "2026-03-10"
            self.move.action_post()
            self.move.is_move_sent = True
        for day in ("2026-03-13", "2026-03-16", "2026-03-18", "2026-03-20"):
            self.assertFalse(self.day(day), day)
        open_one = self.instalments(self.move).filtered("is_open")
        self.assertEqual(str(open_one.due_date), "2026-03-10")
        self.assertEqual(open_one.stage_id.kind, "handover")

    def test_a_corrected_customer_is_silent_too(self):
        newer = self.invoice("2026-03-25", 50.0, date="2026-03-12")
        with self.at("2026-03-12 09:00"):
            self.run_ruler("enrol")
        self.hand_over()
        bea = self.person("Bea Example")
        with self.at("2026-03-12 12:00"):
            hold = self.debtor().hold_ids
            hold.instalment_ids |= self.instalments(newer)
            self.move.button_draft()
            self.move.partner_id = bea
            self.move.invoice_date_due = "2026-03-09"
            self.move.action_post()
            self.move.is_move_sent = True
        for day in ("2026-03-13", "2026-03-16", "2026-03-18"):
            self.assertFalse(self.day(day), day)
        self.assertEqual(hold.instalment_ids, self.instalments(newer))
        self.assertEqual(self.debtor(bea).hold_ids.agency_id, self.agency)

    def test_the_timeline_says_to_whom(self):
        self.hand_over()
        self.assertIn("handed over to Example Collectors", self.debtor().message_ids[0].body)

    def test_bad_input_is_refused(self):
        for values, words in (
            ({}, "to whom"),
            ({"agency_id": self.customer.id}, "not handed over to the debtor"),
            ({"agency_id": self.agency.id, "date_to": "2026-04-01"}, "takes it back"),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self.hold(self.move, origin="handover", **values)
