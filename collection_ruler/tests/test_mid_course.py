"""Rulers and steps change in mid-course: nothing twice, nothing lost (A9)."""

from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestMidCourse(PlanCase):
    """A9, decision 2: nothing is repeated, whatever changes."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09")
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)

    def test_running_twice_says_nothing_twice(self):
        for day in ("2026-03-16", "2026-03-19"):  # the call of +5, then the firm word
            with self.at(f"{day} 08:00"):
                self.run_ruler()
            for _time in range(3):
                self.day(day)
        self.assertIn(("Firm and polite", "sent"), self.said())
        names = [name for name, _state in self.said()]
        self.assertEqual(len(names), len(set(names)), names)

    def test_step_inserted_behind_is_not_said(self):
        self.add_step(1)
        self.add_step(-3)
        self.assertEqual(self.days_said(12, 14), [])

    def test_step_inserted_ahead_is_said(self):
        self.add_step(4)
        self.assertEqual(self.days_said(12, 16), [(13, "Inserted")])

    def test_deleted_step_keeps_its_history_and_the_rest_goes_on(self):
        self.step("Forgot?").unlink()
        self.assertIn(("Forgot?", "sent", "due"), self.ledger(self.move))
        self.assertIn(("Forgot?", "sent"), self.said())
        self.assertEqual(self.days_said(12, 19), [(19, "Firm and polite")])

    def test_step_moved_behind_the_watermark_is_not_repeated(self):
        self.step("Forgot?").offset_days = 1
        self.assertEqual(self.days_said(12, 13), [])

    def test_step_said_already_and_moved_ahead_is_not_repeated(self):
        self.step("Forgot?").offset_days = 4
        self.assertEqual(self.days_said(12, 16), [], "the same words twice")
        self.assertEqual(self.days_said(17, 19), [(19, "Firm and polite")], "stuck behind it")

    def test_a_step_said_already_and_moved_ahead_hides_no_other(self):
        self.step("Forgot?").offset_days = 4
        self.add_step(3)
        self.assertEqual(self.days_said(13, 13), [(13, "Inserted")])

    def test_watermark_never_goes_back(self):
        marks = [self.instalments(self.move).watermark]
        self.step("Forgot?").unlink()
        self.day("2026-03-12")
        marks.append(self.instalments(self.move).watermark)
        self.add_step(1)
        self.day("2026-03-13")
        marks.append(self.instalments(self.move).watermark)
        self.day("2026-03-16")
        marks.append(self.instalments(self.move).watermark)
        self.day("2026-03-19")
        marks.append(self.instalments(self.move).watermark)
        self.assertEqual(marks, sorted(marks))
        self.assertEqual(marks[0], 2)
        self.assertEqual(marks[-1], 8)

    def test_pause_and_resume(self):
        with self.at("2026-03-12 10:00"):
            self.ruler.action_pause()
        self.assertEqual(self.days_said(16, 19), [])
        with self.at("2026-03-20 08:00"):
            self.ruler.action_resume()
        self.assertEqual(
            self.days_said(20, 24), [(20, "Firm and polite")], "one message catches up"
        )

    def test_what_was_posted_during_a_pause_is_asked_for_afterwards(self):
        """A9: no backlog that joins silently, and no other ruler speaks in its place."""
        with self.at("2026-03-12 10:00"):
            self.ruler.action_pause()
        other = self.env["res.partner"].create(
            {"name": "Newcomer", "email": "new@customer.example.com"}
        )
        move = self.invoice("2026-03-16", 70.0, other, date="2026-03-13")
        with self.at("2026-03-13 10:00"):
            self.run_ruler("enrol")
        self.assertEqual(self.instalments(move).ruler_id, self.ruler)
        with self.at("2026-03-20 08:00"):
            self.ruler.action_resume()
            self.run_ruler()
        planned = self.env["collection.followup"].search([("partner_id", "=", other.id)])
        self.assertEqual(planned.mapped("step_name"), ["Forgot?"], "the first overdue step")

    def test_paused_with_a_message_in_the_outbox_nothing_leaves(self):
        self.day("2026-03-16")
        with self.at("2026-03-19 09:30"):
            self.run_ruler()
            self.assertIn(("Firm and polite", "queued"), self.said())
            self.ruler.action_pause()
            self.assertFalse(self.deliver())

    def test_days_overdue_at_most_then_review(self):
        self.ruler.max_days_overdue = 5
        self.assertEqual(self.days_said(16, 20), [])
        self.run_refresh("2026-03-20")
        self.assertEqual(self.instalments(self.move).stage_id.kind, "review")
        self.assertEqual(self.debtor().stage_kind, "review")
        fresh = self.invoice("2026-03-23", date="2026-03-16")
        self.day("2026-03-23")
        self.assertIn(("Due today", "sent", "due"), self.ledger(fresh), "newer ones go on")

    def run_refresh(self, day):
        with self.at(f"{day} 10:00"):
            self.run_ruler("track")
