"""A date that a customer agreed on has a course of its own: a word two days before it, then on (A14, F7)."""

from odoo.tests import tagged

from .test_forecast import ForecastCase


@tagged("post_install", "-at_install")
class TestAgreedDate(ForecastCase):
    """An invoice due on Friday 20 March; on the 10th Ana agrees on Friday 10 April."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-20", 100.0, date="2026-03-02")
        self.day("2026-03-02")

    def agree(self, due_date, when="2026-03-10 10:00", moves=None):
        with self.at(when):
            values = {"debtor_id": self.debtor().id, "due_date": due_date, "why": "Salary"}
            wizard = self.env["collection.reschedule"].create(values)
            wizard.instalment_ids = self.instalments(*(moves or [self.move]))
            wizard.action_agree()
            self.env.flush_all()

    def heard(self, *days):
        """The days among these of March and April on which a message left."""
        return [day for day in days if self.day(f"2026-{day}")]

    def test_banner_line_list_and_forecast_name_the_word_that_then_leaves(self):
        self.agree("2026-04-10")
        self.assertFalse(self.heard("03-11", "03-12", "03-13", "03-16", "03-20", "04-02", "04-03"))
        with self.at("2026-04-07 10:00"):
            self.run_ruler("enrol", "plan")
            debtor, one = self.debtor(), self.instalments(self.move)
            self.env.invalidate_all()
            self.assertIn("Next: E-mail “Before the agreed date”, tomorrow", debtor.why)
            self.assertEqual(str(one.next_date), "2026-04-08")
            mark = next(m for m in one.ruler_line["marks"] if m["state"] == "next")
            self.assertEqual(
                (mark["name"], mark["words"], mark["offset"], mark["date"]),
                ("Before the agreed date", "2 days before due", -2, "2026-04-08"),
            )
            self.assertEqual(one.ruler_line["next"], "E-mail “Before the agreed date” on Wed 8 Apr")
            messages = {day for day, channel, _kind in self.foresee() if channel == "email"}
            self.assertEqual(min(messages), "2026-04-08")
        (mail,) = self.day("2026-04-08")
        self.assertIn("April 10", mail["body"])
        self.assertEqual(self.said()[-1], ("Before the agreed date", "sent"))
        self.assertIn(("Before the agreed date", "sent", "due"), self.ledger(self.move))
        self.assertEqual(self.heard("04-09", "04-10", "04-13"), ["04-10", "04-13"])
        self.assertEqual([name for name, _state in self.said()[-2:]], ["Due today", "Forgot?"])

    def test_the_forecast_of_an_agreed_date_is_what_then_happens(self):
        self.agree("2026-03-26")
        with self.at("2026-03-10 12:00"):
            self.run_ruler()
            foreseen = self.foresee(25)
        happened = self.live("2026-03-10", 25)
        self.assertForeseen(foreseen, happened)
        self.assertIn(("2026-03-24", "email", "message"), happened)

    def test_a_date_that_is_near_has_no_word_before_it(self):
        self.agree("2026-03-12")
        self.assertEqual(self.heard("03-10", "03-11", "03-12"), ["03-12"])
        self.assertEqual(self.said()[-1][0], "Due today")

    def test_another_invoice_goes_its_own_way_and_shares_the_day_of_the_word(self):
        other = self.invoice("2026-04-13", 50.0, date="2026-03-02")
        self.agree("2026-04-08")
        self.assertFalse(self.heard("03-13", "04-01", "04-02"))
        mails = self.day("2026-04-07")  # -7 and -2 lie on holidays of Easter
        self.assertLessEqual(len(mails), 1)
        self.assertEqual(self.instalments(other).original_due_date, False)

    def test_who_agreed_has_been_heard_from(self):
        """ "It may have slipped" and "we have not heard from you" are not said to somebody who talked to us
        since we first wrote: a person lets it go (C8)."""
        self.day("2026-03-13")
        self.agree("2026-03-26", "2026-03-16 10:00")
        self.assertEqual(self.heard("03-24", "03-26"), ["03-24", "03-26"])
        self.assertFalse(self.heard("03-30"))
        followup = self.followups(step_name="Forgot?")
        self.assertEqual((followup.state, followup.reason), ("to_approve", "untrue_slipped"))

    def test_a_reminder_that_waits_for_approval_is_taken_back(self):
        self.step("A week before").mode = "approve"
        self.day("2026-03-13")
        self.assertEqual(self.said(), [("A week before", "to_approve")])
        self.agree("2026-04-10", "2026-03-13 11:00")
        self.assertEqual(self.said(), [("A week before", "cancelled")])
        self.assertFalse([task for task in self.tasks() if "Approve" in task])
        self.assertFalse(self.heard("03-16", "04-02", "04-03", "04-07"))
        self.day("2026-04-08")
        self.assertEqual(self.said()[-1], ("Before the agreed date", "to_approve"))

    def test_a_date_changed_before_the_first_run_has_its_course_too(self):
        with self.at("2026-03-12 10:00"):
            fresh = self.invoice("2026-03-16", 40.0, self.person("Bea"), date="2026-03-12")
            fresh.invoice_date_due = "2026-03-27"
            self.env.flush_all()
        self.day("2026-03-12")
        self.day("2026-03-16")  # where its delivery would come
        self.assertEqual(str(self.instalments(fresh).next_date), "2026-03-25")
        bea = fresh.partner_id
        self.day("2026-03-20")
        self.assertFalse(self.said(bea))
        self.day("2026-03-25")
        self.assertEqual(self.said(bea), [("Before the agreed date", "sent")])
