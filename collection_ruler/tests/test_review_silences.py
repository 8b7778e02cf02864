"""While people review a debt it is silent, whatever was on its way when they began (A2, A4)."""

from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestReviewSilences(MoneyCase):
    """An invoice of the 9th, and nobody called: the firm word comes on the 19th, the review after it."""

    def setUp(self):
        super().setUp()
        self.move = self.due_on_the_ninth()
        for day in ("2026-03-09", "2026-03-11", "2026-03-16"):
            self.day(day)
        with self.at("2026-03-19 07:30"):
            self.run_ruler()
        self.firm = self.followups(step_name="Firm and polite")

    def begin_review(self):
        with self.at("2026-03-20 07:30"):
            self.run_ruler()
        self.review = self.followups(step_name="Review").activity_id
        self.assertTrue(self.review, "nothing is proved here")

    def test_what_a_person_put_off_waits_for_the_review(self):
        with self.at("2026-03-19 08:00"):
            self.firm.action_skip_today()
        self.assertFalse(self.day("2026-03-19"))
        self.begin_review()
        for day in ("2026-03-20", "2026-03-23", "2026-03-31"):
            self.assertFalse(self.day(day), "people decide what comes next")
        self.assertEqual((self.firm.state, self.firm.reason), ("planned", "task_open"))
        with self.at("2026-03-31 12:00"):
            self.review.action_feedback()
        (mail,) = self.day("2026-04-01")
        self.assertIn("please pay", mail["subject"])

    def test_what_stands_in_the_outbox_waits_for_it(self):
        """The mail server was away for a day."""
        with self.at("2026-03-19 09:30"):
            self.run_ruler()
        self.assertEqual(self.firm.state, "queued")
        self.begin_review()
        with self.at("2026-03-20 09:30"):
            self.assertFalse(self.deliver())
        self.assertEqual((self.firm.state, self.firm.reason), ("planned", "task_open"))

    def test_what_stands_in_the_outbox_waits_for_one_that_begins_with_the_day(self):
        """It is planned in the evening, by an action that comes at night, and made by the next run, which may
        be later than the mail queue."""
        self.env.ref("collection_ruler.ir_cron_follow_up").interval_type = "days"
        with self.at("2026-03-19 09:30"):
            self.run_ruler()
        with self.at("2026-03-19 19:00"):
            self.run_ruler()
        self.assertEqual(self.followups(step_name="Review").state, "planned")
        with self.at("2026-03-20 09:01"):
            self.assertFalse(self.deliver())
        self.assertEqual((self.firm.state, self.firm.reason), ("planned", "task_open"))

    def test_a_persons_word_stands_above_it(self):
        with self.at("2026-03-19 08:00"):
            self.firm._ask_approval("to_approve")
        self.begin_review()
        self.assertFalse(self.day("2026-03-20"))
        with self.at("2026-03-20 10:00"):
            self.firm.action_approve()
        self.assertEqual(len(self.day("2026-03-20", "11:00")), 1)
