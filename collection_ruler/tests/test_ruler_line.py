from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestRulerLine(CollectionCommon):
    """What is drawn of an instalment agrees with the ledger, and says what really comes next."""

    def line(self, record):
        record.invalidate_recordset(["ruler_line"])
        return record.ruler_line

    def states(self, record):
        return {mark["name"]: mark["state"] for mark in self.line(record)["marks"]}

    def test_it_follows_the_ledger_and_names_the_next_step(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        self.day("2026-01-05")
        self.day("2026-01-07")
        with self.at("2026-01-08 10:00"):
            line = self.line(self.instalments(move))
            states = self.states(move)
            self.assertEqual(self.line(self.debtor()), line)
            self.assertEqual(self.line(move), line)
        self.assertEqual(line["here"], -6)
        self.assertEqual(states["Send the invoice"], "skipped", "it had been sent before")
        self.assertEqual(states["A week before"], "said")
        self.assertEqual(states["Due today"], "next")
        self.assertEqual(states["Forgot?"], "ahead")
        self.assertEqual(line["next"], "E-mail “Due today” on Wed 14 Jan")
        said = next(mark for mark in line["marks"] if mark["name"] == "A week before")
        self.assertEqual((said["date"], said["words"]), ("2026-01-07", "7 days before due"))

    def test_what_it_announces_is_what_then_leaves(self):
        """From day to day: the step named as next for today is the one that is said, or nothing is."""
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        for number in range(2, 29):
            day = f"2026-01-{number:02}"
            with self.at(f"{day} 00:30"):
                self.run_ruler("enrol")
                marks = self.line(self.instalments(move))["marks"]
            before = set(self.ledger(move))
            self.day(day)
            said = {name for name, state, _r in set(self.ledger(move)) - before if state == "sent"}
            announced = {m["name"] for m in marks if m["state"] == "next" and m["date"] == day}
            with self.subTest(day):
                self.assertEqual(said, announced)

    def test_debts_that_joined_silently_show_what_lies_behind_as_left_out(self):
        move = self.invoice("2026-01-05")
        self.activate("2026-01-14")
        with self.at("2026-01-14 08:30"):
            self.run_ruler("enrol")
            states = self.states(move)
        self.assertEqual(states["Forgot?"], "skipped")
        self.assertNotIn("said", states.values())

    def test_a_hold_and_a_paused_ruler_are_not_passed_over_in_silence(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        with self.at("2026-01-08 10:00"):
            self.run_ruler("enrol")
            hold = self.hold()
            self.assertIn("waits: a hold pauses the ruler", self.line(move)["next"])
            hold.action_end()
            self.assertNotIn("waits", self.line(move)["next"])
            self.ruler.action_pause()
            self.assertIn("waits: the ruler is not running", self.line(move)["next"])

    def test_what_waits_for_approval_says_so(self):
        self.step("A week before").mode = "approve"
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        with self.at("2026-01-07 09:30"):
            self.run_ruler("enrol", "plan")
            self.assertEqual(self.line(move)["next"], "E-mail “A week before” waits for approval")

    def test_nothing_comes_once_it_is_paid(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        with self.at("2026-01-08 10:00"):
            self.run_ruler("enrol")
            instalment = self.instalments(move)
            self.pay(move)
            self.assertNotIn("next", self.states(instalment).values())
            self.assertEqual(self.line(instalment)["next"], "Nothing is owed any more.")
            self.assertFalse(self.line(move), "an invoice shows its oldest open instalment")
            self.assertFalse(self.line(self.debtor()))

    def test_the_oldest_open_instalment_stands_for_the_debtor(self):
        self.activate("2026-01-01")
        late, early = self.invoice("2026-03-14"), self.invoice("2026-02-14")
        with self.at("2026-01-08 10:00"):
            self.run_ruler("enrol")
            self.assertEqual(self.line(self.debtor()), self.line(early))
            self.assertNotEqual(self.line(self.debtor()), self.line(late))

    def test_a_ruler_without_steps_or_days_draws_no_error(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        with self.at("2026-01-08 10:00"):
            self.run_ruler("enrol")
            self.ruler.state = "draft"
            self.ruler.step_ids.filtered(lambda step: step.trigger == "due").unlink()
            line = self.line(move)
            self.assertEqual(line["marks"], [])
            self.assertIn("No further step", line["next"])
            self.assertFalse(self.env["account.move"].new({}).ruler_line)

    def test_fifty_debtors_take_no_more_queries_than_five(self):
        self.activate("2026-01-01")
        for number in range(50):
            partner = self.env["res.partner"].create(
                {"name": f"Customer {number}", "email": f"c{number}@customer.example.com"}
            )
            self.invoice("2026-01-14", partner=partner)
        self.day("2026-01-07")
        debtors = self.env["collection.debtor"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(debtors), 50)
        counts = []
        with self.at("2026-01-08 10:00"):
            for some in (debtors[:5], debtors):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                lines = some.mapped("ruler_line")
                counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual({line["here"] for line in lines}, {-6})
        self.assertEqual(*counts)
        self.assertLess(counts[0], 40)

    def test_invoices_stay_readable_without_a_right_to_collections(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14")
        self.run_ruler("enrol")
        salesman = self.new_user("line_salesman")
        reader = self.new_user("line_reader", "account.group_account_readonly")
        self.assertTrue(move.with_user(reader).ruler_line)
        self.assertTrue(self.debtor().with_user(reader).ruler_line)
        self.assertNotIn("ruler_line", self.env["account.move"].with_user(salesman).fields_get())
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(salesman).browse(move.id).read(["ruler_line"])
