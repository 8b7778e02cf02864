"""On which days and at which hours (A3, B1, B2)."""

from odoo import Command
from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestCalendar(PlanCase):
    """B1, B2: weekends, holidays and the change of the clock."""

    def test_weekend_due_date_counts_from_monday(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-14")  # Saturday
        self.day("2026-03-09")
        self.assertEqual(self.days_said(13, 18), [(16, "Due today"), (18, "Forgot?")])

    def test_where_due_dates_do_not_move_the_written_one_counts(self):
        """A3: the switch of a country in which a Saturday is a day to pay on."""
        self.company.collection_bank_days = False
        self.activate("2026-03-02")
        self.invoice("2026-03-14")  # Saturday
        self.day("2026-03-06")
        self.assertEqual(self.days_said(13, 18), [(16, "Forgot?")])

    def test_days_overdue_count_from_the_bank_day(self):
        """A3: due on Saturday and not paid on Monday is not late yet."""
        self.activate("2026-03-02")
        move = self.invoice("2026-03-14")  # a Saturday; the 17th is Saint Patrick's Day
        self.day("2026-03-09")
        for day, days in (("2026-03-16", 0), ("2026-03-18", 2)):
            with self.subTest(day), self.at(f"{day} 10:00"):
                self.run_ruler("track")
                self.env.invalidate_all()
                self.assertEqual(self.instalments(move).days_overdue, days)
                self.assertEqual(self.debtor().days_overdue, days)
                late = self.env["collection.instalment"].search([("days_overdue", ">", 0)])
                self.assertEqual(late, self.instalments(move) if days else late.browse())
                Hold = self.env["collection.hold"].with_context(
                    default_debtor_id=self.debtor().id, default_origin="handover"
                )
                offered = Hold.default_get(["scope", "instalment_ids"])["instalment_ids"]
                handed_over = self.instalments(move).ids if days else []
                self.assertEqual(offered, [Command.set(handed_over)])

    def test_notice_before_due_advances_and_reminder_after_due_defers(self):
        self.activate("2026-10-01")
        self.invoice("2026-11-02", date="2026-10-01")  # -7 is the October holiday, Monday the 26th
        self.assertEqual(self.days_said(20, 27, "2026-10"), [(23, "A week before")])
        debtor = self.person("Other")
        self.invoice("2026-10-23", date="2026-10-01", partner=debtor)  # +2 is Sunday, 26th closed
        for day in ("2026-10-23", "2026-10-25", "2026-10-26"):
            self.day(day)
        self.assertNotIn(("Forgot?", "sent"), self.said(debtor))
        self.day("2026-10-27")
        self.assertIn(("Forgot?", "sent"), self.said(debtor))

    def test_hours_are_those_of_the_wall_clock_after_the_clock_went_back(self):
        self.activate("2026-10-01")
        self.invoice("2026-10-25", date="2026-10-01")  # Sunday; effective due is Tuesday the 27th
        with self.at("2026-10-27 08:30"):
            self.run_ruler()
        followup = self.followups()[-1]
        self.assertEqual(followup.step_name, "Due today")
        self.assertEqual(str(followup.scheduled_at), "2026-10-27 09:00:00", "winter time is UTC")
        other = self.person("Summer")
        self.invoice("2026-10-22", date="2026-10-01", partner=other)
        with self.at("2026-10-22 08:30"):
            self.run_ruler()
        self.assertEqual(str(self.followups(other)[-1].scheduled_at), "2026-10-22 08:00:00")

    def test_nothing_on_the_companys_own_closed_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Works outing",
                "calendar_id": self.company.collection_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-03-11 00:00:00",
                "date_to": "2026-03-11 23:59:59",
            }
        )
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.assertEqual(self.days_said(9, 12), [(9, "Due today"), (12, "Forgot?")])

    def test_evening_and_night_are_closed(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.assertFalse(self.day("2026-03-09", "18:05"))
        self.assertFalse(self.day("2026-03-10", "07:00"))
        self.assertFalse(self.day("2026-03-10", "09:00"), "“due today” was said a day late")
        self.assertFalse(self.day("2026-03-11", "08:55"))
        (mail,) = self.day("2026-03-11", "09:00")
        self.assertIn("slip through", mail["subject"])
