"""Who is asked in an evening or over a weekend plans what the next open day would plan (B1, B5)."""

from datetime import date

from odoo.tests import tagged

from .money_case import MoneyCase

# a Friday and the Monday after it, on which no holiday falls
EVENING, MONDAY = "2026-03-06 19:00", "2026-03-09"


@tagged("post_install", "-at_install")
class TestEvenings(MoneyCase):
    """Where the scheduled action comes once a night."""

    def setUp(self):
        super().setUp()
        self.every(1, "days")

    def every(self, number, of):
        action = self.env.ref("collection_ruler.ir_cron_follow_up")
        action.write({"interval_number": number, "interval_type": of})

    def asked(self, when=EVENING):
        """A run at a moment, beside the one of each working day."""
        with self.at(when):
            self.run_ruler()
        return self.followups(state="planned")

    def test_what_waited_on_friday_does_not_take_the_place_of_what_is_due_on_monday(self):
        """The invoice of Monday is due that day; the notice about the other one comes on Friday."""
        self.invoice(MONDAY, date="2026-02-20")
        self.day("2026-03-02")
        self.invoice("2026-03-13", date="2026-03-06")
        planned = self.asked()
        monday, later = date(2026, 3, 9), date(2026, 3, 13)
        self.assertEqual(planned.scheduled_at.date(), monday)
        self.assertEqual(planned.step_id.offset_days, 0)
        self.assertEqual(set(planned.item_ids.move_id.mapped("invoice_date_due")), {monday, later})
        (mail,) = self.day(MONDAY)
        self.assertIn("due today", mail["subject"].lower() + mail["body"].lower())
        self.assertFalse(self.day("2026-03-10"), "what was said on Monday was said")

    def test_a_call_of_monday_is_asked_for_on_monday(self):
        """Its date is no day of the weekend, on which it would be late at once."""
        move = self.invoice("2026-03-02", date="2026-02-20")
        for day in ("2026-02-24", "2026-03-02", "2026-03-04"):
            self.day(day)
        planned = self.asked()
        self.assertEqual(planned.step_id.mode, "task")
        self.assertEqual(planned.scheduled_at.date(), date(2026, 3, 9))
        self.assertEqual(planned.item_ids.move_id, move)
        self.assertFalse(self.tasks())
        self.assertFalse(self.asked("2026-03-07 12:00") - planned, "it is planned once")
        self.day(MONDAY)
        (call,) = self.debtor().activity_ids
        self.assertEqual(call.date_deadline, date(2026, 3, 9))

    def test_whoever_is_left_in_peace_on_monday_hears_on_tuesday_what_comes_by_then(self):
        self.invoice("2026-03-10", date="2026-02-20")
        self.day("2026-03-03")
        self.env["collection.blackout"].create(
            {"debtor_id": self.debtor().id, "date_from": MONDAY, "date_to": MONDAY}
        )
        self.invoice("2026-03-13", date="2026-03-06")
        planned = self.asked()
        tuesday, later = date(2026, 3, 10), date(2026, 3, 13)
        self.assertEqual((planned.scheduled_at.date(), planned.step_id.offset_days), (tuesday, 0))
        self.assertEqual(set(planned.item_ids.move_id.mapped("invoice_date_due")), {tuesday, later})

    def test_a_ruler_that_ends_on_friday_says_nothing_on_monday(self):
        self.invoice(MONDAY, date="2026-02-20")
        self.day("2026-03-02")
        self.ruler.date_to = date(2026, 3, 8)
        self.assertFalse(self.asked())
        self.ruler.date_to = date(2026, 3, 9)
        self.assertEqual(len(self.asked()), 1)

    def test_where_the_next_run_is_near_the_day_decides_itself(self):
        """What is paid over the weekend is known by then."""
        move = self.invoice(MONDAY, date="2026-02-20")
        self.day("2026-03-02")
        known = self.instalments(move).watermark
        for minutes in (10, 60):
            self.every(minutes, "minutes")
            self.assertFalse(self.asked())
            self.assertFalse(self.asked("2026-03-08 12:00"))
        self.env["collection.blackout"].create(
            {"debtor_id": self.debtor().id, "date_from": MONDAY, "date_to": MONDAY}
        )
        self.assertFalse(self.asked("2026-03-09 08:00"), "they are left in peace today")
        self.assertFalse(self.asked("2026-03-09 09:30"))
        self.assertEqual(self.instalments(move).watermark, known, "nor is anything passed over")
        self.env["collection.blackout"].search([]).unlink()
        self.assertEqual(len(self.day(MONDAY)), 1)

    def test_a_run_that_comes_only_at_night_says_each_step_in_time(self):
        """Whoever lets the scheduled action run once a night."""
        self.invoice("2026-03-10", date="2026-02-20")
        said = {}
        for day in range(2, 14):
            with self.at(f"2026-03-{day:02} 22:00"):
                self.run_ruler("enrol", "track", "plan")
            with self.at(f"2026-03-{day + 1:02} 09:30"):
                self.run_ruler("send")
            for followup in self.followups(state="queued") | self.followups(state="sent"):
                said.setdefault(followup.step_id.offset_days, followup.scheduled_at.date())
        self.assertEqual(said, {-7: date(2026, 3, 3), 0: date(2026, 3, 10), 2: date(2026, 3, 12)})
