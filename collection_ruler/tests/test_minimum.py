"""Nobody is asked for a bagatelle: minimums of ruler and step (D4, D6)."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestMinimum(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.ruler.owed_min = 50.0

    def play(self, until="2026-03-13"):
        self.activate("2026-03-02")
        for day in ("2026-03-09", "2026-03-11", until):
            self.day(day)

    def test_small_debts_wait_until_they_add_up(self):
        move = self.invoice("2026-03-09", 30.0, date="2026-03-02")
        self.play()
        self.assertEqual(self.said(), [])
        self.assertEqual(move.collection_instalment_ids.waiting_reason, "too_little")
        self.assertIn("too little is owed", self.debtor().why)
        self.invoice("2026-03-16", 30.0, date="2026-03-02")
        (mail,) = self.day("2026-03-16")
        self.assertIn("$ 60.00", mail["body"])

    def test_a_minimum_is_converted_once_and_the_right_way_round(self):
        # two of theirs are worth one of ours: 90 are 45 and too little, 110 are 55
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        little = self.invoice("2026-03-09", 90.0, date="2026-03-02", currency_id=foreign.id)
        bert = self.env["res.partner"].create(
            {"name": "Bert", "email": "bert@customer.example.com", "lang": "en_US"}
        )
        self.invoice("2026-03-09", 110.0, bert, date="2026-03-02", currency_id=foreign.id)
        self.play("2026-03-12")
        self.assertEqual(self.said(), [])
        self.assertEqual(little.collection_instalment_ids.waiting_reason, "too_little")
        self.assertIn(("Due today", "sent"), self.said(bert))

    def test_paid_in_part_at_the_door_too_little_is_left(self):
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        with self.at("2026-03-09 07:00"):
            self.run_ruler("enrol", "plan")
        with self.at("2026-03-09 07:30"):
            self.pay(move, 60.0)
        self.assertFalse(self.day("2026-03-09"))
        followup = self.followups(step_name="Due today")
        self.assertEqual((followup.state, followup.reason), ("planned", "too_little"))

    def test_a_step_for_larger_amounts_is_passed_over(self):
        self.ruler.owed_min = 0
        firm = self.ruler.step_ids.filtered(lambda s: s.name == "Firm and polite")
        firm.owed_min = 500.0
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.play()
        for day in ("2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19"):
            self.day(day)
        self.assertNotIn("Firm and polite", [name for name, _state in self.said()])
        self.assertIn(("Firm and polite", "skipped", "too_little"), self.ledger(move))
        self.assertIn("Review", [name for name, _state in self.said()])

    def test_the_invoice_itself_goes_out_however_small(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-12", 5.0, date="2026-03-02", sent=False)
        self.day("2026-03-02")
        self.assertIn(("Send the invoice", "sent"), self.said())
