"""One message to a person waits for approval: what comes to wait as well joins or overtakes it (A13, A14)."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestApprovalJoins(CollectionCommon):
    """Everything is on approval; an invoice due on Monday 9 March, one on Wednesday 11 March."""

    def setUp(self):
        super().setUp()
        messages = self.ruler.step_ids.filtered(lambda s: s.channel == "email")
        messages.filtered(lambda s: not s.delivers_invoice).mode = "approve"
        self.activate("2026-02-27")
        self.older = self.invoice("2026-03-09", 100.0, date="2026-02-27")
        self.newer = self.invoice("2026-03-11", 50.0, date="2026-02-27")

    def waiting(self, partner=None):
        return self.followups(partner, state="to_approve")

    def play(self, *days):
        for day in days:
            self.assertFalse(self.day(f"2026-03-{day}"))
            for partner in self.env["collection.debtor"].search([]).partner_id:
                self.assertLessEqual(len(self.waiting(partner)), 1, day)

    def test_the_newer_invoice_joins_what_waits_and_the_whole_is_approved_at_once(self):
        self.play("02", "03", "04")
        (one,) = self.waiting()
        self.assertEqual(one.item_ids._planned().move_id, self.older + self.newer)
        self.assertEqual(one.amount_due, 150.0)
        self.assertEqual(self.tasks().count("Approve “A week before”"), 1)
        gone = self.followups(state="cancelled")
        self.assertEqual(set(gone.mapped("reason")), {"replaced"})
        with self.at("2026-03-04 12:00"):
            self.assertEqual(one.amount_now, 150.0)
            one.action_approve()
        (mail,) = self.day("2026-03-04", "12:05")
        for number in (self.older.name, self.newer.name):
            self.assertIn(number, mail["body"])
        self.assertFalse(self.waiting())
        self.assertFalse([task for task in self.tasks() if "Approve" in task])

    def test_through_the_whole_course_one_waits_and_the_gentler_is_overtaken(self):
        days = [f"{day:02}" for day in range(2, 32)]
        self.play(*days)
        (one,) = self.waiting()
        self.assertEqual(one.step_name, "Firm and polite")
        self.assertEqual(self.tasks().count("Approve “Firm and polite”"), 1)
        self.assertEqual(len([task for task in self.tasks() if "Approve" in task]), 1)
        rows = {(name, state) for name, state, _reason in self.ledger(self.older)}
        self.assertIn(("Forgot?", "skipped"), rows)
        self.assertNotIn(("Forgot?", "planned"), rows)

    def test_an_invoice_of_another_ruler_joins_too(self):
        other = self.ruler.copy({"name": "Other", "sequence": 1})
        other.step_ids.filtered(
            lambda s: s.channel == "email" and not s.delivers_invoice
        ).mode = "approve"
        with self.at("2026-02-27 08:30"):
            other._activate()
            self.newer.collection_ruler_id = other
        self.play("02", "03", "04")
        self.assertEqual(self.instalments(self.newer).ruler_id, other)
        (one,) = self.waiting()
        self.assertEqual(one.item_ids._planned().move_id, self.older + self.newer)

    def test_each_reader_has_one_of_their_own(self):
        company = self.env["res.partner"].create({"name": "Stores", "is_company": True})
        stores = [
            self.env["res.partner"].create(
                {
                    "name": f"Store {letter}",
                    "parent_id": company.id,
                    "type": "invoice",
                    "email": f"{letter}@stores.example.com",
                }
            )
            for letter in "AB"
        ]
        for store in stores * 2:
            self.invoice("2026-03-09", 70.0, store, date="2026-02-27")
        self.invoice("2026-03-11", 30.0, stores[0], date="2026-02-27")
        for day in ("02", "03", "04"):
            self.day(f"2026-03-{day}")
        waiting = self.waiting(company)
        self.assertEqual(waiting.partner_id, stores[0] + stores[1])
        self.assertEqual(sorted(waiting.mapped("amount_due")), [140.0, 170.0])

    def test_what_a_door_stops_joins_what_waits(self):
        """Neither is on approval; a draft credit note against each stops them at the door."""
        self.step("Forgot?").mode = "automatic"
        self.step("Due today").mode = "automatic"
        self.play("02", "03", "04")
        self.waiting().action_cancel()
        journal = self.older.journal_id.id
        self.older._reverse_moves([{"journal_id": journal}])
        self.play("11", "12")
        (first,) = self.waiting()
        with self.at("2026-03-13 08:00"):
            self.run_ruler("enrol", "plan")
        self.assertEqual(self.followups(state="planned").item_ids.move_id, self.newer)
        self.newer._reverse_moves([{"journal_id": journal}])
        self.play("13")
        self.assertEqual(self.waiting(), first)
        self.assertEqual(first.reason, "look_first")
        self.assertEqual(first.item_ids._planned().move_id, self.older + self.newer)
