"""Everything on approval is the most careful way to start: nothing leaves by itself, and what is let go late
says nothing that time, a payment or a person has made untrue (A13, C8)."""

from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestAllOnApproval(CollectionCommon):
    """An invoice due on Monday 9 March."""

    def setUp(self):
        super().setUp()
        self.ruler.step_ids.filtered(lambda s: s.channel == "email").mode = "approve"

    def start(self, due="2026-03-09", day="2026-02-27", **values):
        self.activate(day)
        self.move = self.invoice(due, 100.0, date=day, **values)

    def waiting(self, partner=None):
        return self.followups(partner, state="to_approve")

    def approve(self, when, followups=None, user=None):
        """Let what waits go, and have the ruler run at once."""
        with self.at(when):
            waiting = self.waiting() if followups is None else followups
            waiting.with_user(user or self.env.user).action_approve()
        day, hour = when.split()
        return self.day(day, hour)

    def play(self, first, last):
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            if day.weekday() < 5:  # at weekends the window is closed
                self.assertFalse(self.day(str(day)), f"{day}: nothing leaves without a person")
            day += timedelta(days=1)

    # ------------------------------------------------------------------ nothing leaves by itself

    def test_nothing_leaves_by_itself_whatever_the_policy_and_the_age(self):
        for policy in ("join", "catch_up", "restart"):
            with self.subTest(policy):
                ruler = self.ruler.copy({"name": policy, "backlog_policy": policy, "sequence": 1})
                ruler.step_ids.filtered(lambda s: s.channel == "email").mode = "approve"
                who = self.person(policy.title())
                for due in ("2026-01-12", "2026-03-09", "2026-03-16"):
                    self.invoice(due, 100.0, who, collection_ruler_id=ruler.id)
                self.invoice("2026-03-11", 100.0, who, sent=False, collection_ruler_id=ruler.id)
                with self.at("2026-03-06 08:00"):
                    ruler._activate()
                    self.env.flush_all()
        self.play("2026-03-06", "2026-04-10")
        heard = [("customer_hears", "=", True), ("handed_at", "!=", False)]
        self.assertFalse(self.env["collection.followup"].search(heard))

    def test_thanks_and_a_payment_that_came_back_wait_and_somebody_is_told(self):
        self.start()
        self.play("2026-03-02", "2026-03-09")
        self.waiting().action_cancel()
        with self.at("2026-03-10 10:00"):
            payment = self.pay(self.move)
        self.play("2026-03-10", "2026-03-12")
        self.assertEqual(self.waiting().purpose, "thanks")
        self.assertIn("Approve “Thank you”", self.tasks())
        self.assertEqual(len(self.approve("2026-03-12 12:00")), 1)
        with self.at("2026-03-13 08:00"):
            self.undo(payment)
        self.play("2026-03-13", "2026-03-16")
        (notice,) = self.waiting()
        self.assertEqual(notice.purpose, "returned", "nothing else is said before it")
        self.assertIn("Approve “Payment returned”", self.tasks())
        self.assertEqual(self.instalments(self.move).waiting_reason, "to_approve")
        self.assertEqual(len(self.approve("2026-03-16 12:00", notice)), 1)
        self.play("2026-03-18", "2026-03-20")
        self.assertEqual(self.waiting().step_name, "Forgot?")

    def test_thanks_for_what_came_back_meanwhile_do_not_leave(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        with self.at("2026-03-05 10:00"):
            payment = self.pay(self.move)
        self.play("2026-03-05", "2026-03-06")
        thanks = self.waiting().filtered(lambda f: f.purpose == "thanks")
        with self.at("2026-03-09 08:00"):
            self.undo(payment)
        with self.at("2026-03-09 09:30"):
            thanks.action_approve()
            self.run_ruler("send")  # no run has seen yet that it came back
            self.assertFalse(self.deliver())
        self.assertEqual((thanks.state, thanks.reason), ("cancelled", "reversed"))

    def test_a_run_takes_back_thanks_for_what_came_back_before_and_after_they_are_let_go(self):
        self.start()
        other = self.invoice("2026-03-09", 30.0, self.person("Bea"), date="2026-02-27")
        self.play("2026-03-02", "2026-03-04")
        with self.at("2026-03-05 10:00"):
            payments = self.pay(self.move) + self.pay(other)
        self.play("2026-03-05", "2026-03-06")
        let_go = self.waiting().filtered(lambda f: f.purpose == "thanks")
        waiting = self.waiting(other.partner_id).filtered(lambda f: f.purpose == "thanks")
        with self.at("2026-03-07 08:00"):
            let_go.action_approve()
            for payment in payments:
                self.undo(payment)
            self.run_ruler("track")
        for thanks in let_go, waiting:
            self.assertEqual((thanks.state, thanks.reason), ("cancelled", "reversed"))
        self.assertFalse(waiting.activity_id.active, "nobody is asked to let it go")

    # ------------------------------------------------------------------ what is let go late is true

    def test_a_notice_that_is_let_go_after_the_due_day_does_not_leave(self):
        """Faults A10: "will be due on …" over a table that says overdue."""
        self.ruler.step_ids.filtered(
            lambda s: s.name not in ("A week before", "Due today")
        ).unlink()
        self.start()
        self.play("2026-03-02", "2026-03-06")
        notice = self.waiting()
        self.assertEqual(notice.step_name, "A week before")
        with self.at("2026-03-10 11:00"):
            self.assertIn("taken back", notice.waits_because)
        self.assertFalse(self.approve("2026-03-10 11:00", notice))
        self.assertEqual((notice.state, notice.reason), ("cancelled", "overtaken"))

    def test_who_owes_for_two_months_is_not_told_that_it_will_be_due(self):
        for policy in ("join", "catch_up", "restart"):
            with self.subTest(policy):
                ruler = self.ruler.copy({"name": policy, "backlog_policy": policy, "sequence": 1})
                ruler.step_ids.filtered(lambda s: s.channel == "email").mode = "approve"
                ruler.max_days_overdue = 0
                self.invoice(
                    "2026-01-14", 199.92, self.person(policy.title()), collection_ruler_id=ruler.id
                )
                with self.at("2026-03-09 08:00"):
                    ruler._activate()
                    self.env.flush_all()
        self.play("2026-03-09", "2026-03-27")
        waiting = self.env["collection.followup"].search([("state", "=", "to_approve")])
        who = set(waiting.partner_id.mapped("name"))
        self.assertEqual(who, {"Catch_Up", "Restart"}, "who joins silently hears nothing yet")
        for followup in waiting:
            with self.at("2026-03-27 12:00"):
                body = self.env["collection.message.preview"]._of(followup)["body"]
            self.assertNotIn("friendly note ahead of time", body)
            self.assertIn("overdue", body)

    def test_due_today_is_not_said_the_next_morning(self):
        self.start()
        self.play("2026-03-02", "2026-03-09")
        (one,) = self.waiting()
        self.assertEqual(one.step_name, "Due today")
        self.assertFalse(self.approve("2026-03-09 20:00", one), "the window has closed")
        self.assertFalse(self.day("2026-03-10"))
        self.assertEqual((one.state, one.reason), ("cancelled", "overtaken"))

    def test_each_of_its_words_is_true_on_whatever_day_it_is_let_go(self):
        """Each message, let go on each of the days on which it waits."""
        self.start()
        words = {
            "A week before": "friendly note ahead of time",
            "Due today": "Today is the due date",
            "Forgot?": "still open",
        }
        seen_words = set()
        for number in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19):
            day = f"2026-03-{number:02}"
            self.assertFalse(self.day(day))
            for followup in self.waiting():
                with self.at(f"{day} 12:00"):
                    seen = self.env["collection.message.preview"]._of(followup)
                body = seen["body"] or ""
                late = number > 9
                seen_words |= {step for step, own in words.items() if own in body}
                with self.subTest(day, step=followup.step_name):
                    self.assertEqual("overdue" in body, late and bool(body))
                    self.assertFalse(late and words["A week before"] in body)
                    self.assertFalse(number != 9 and words["Due today"] in body)
        self.assertEqual(seen_words, set(words))

    # ------------------------------------------------------------------ the amounts of the moment

    def test_the_amount_is_that_of_the_moment_of_letting_go(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        with self.at("2026-03-05 08:00"):
            self.pay(self.move, 40.0)
            self.env.invalidate_all()
            self.assertEqual(self.waiting().amount_now, 60.0)
        (mail,) = self.approve("2026-03-05 08:30") + self.day("2026-03-05", "09:05")
        self.assertIn("$ 60.00", mail["body"])
        self.assertNotIn("$ 100.00", mail["body"])

    def test_what_was_paid_meanwhile_does_not_leave_before_or_after_letting_go(self):
        self.start()
        other = self.invoice("2026-03-09", 30.0, self.person("Bea"), date="2026-02-27")
        self.play("2026-03-02", "2026-03-04")
        first, second = self.waiting(), self.waiting(other.partner_id)
        with self.at("2026-03-05 08:00"):
            self.pay(self.move)
            second.action_approve()
            self.pay(other)
            first.action_approve()
        with self.at("2026-03-05 09:30"):
            self.run_ruler("send")  # no run has tracked the payments yet
            self.assertFalse(self.deliver())
        for followup in first + second:
            self.assertEqual((followup.state, followup.reason), ("cancelled", "paid"))

    def test_what_was_paid_while_it_waits_is_taken_back_before_anybody_lets_it_go(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        (one,) = self.waiting()
        with self.at("2026-03-05 08:00"):
            self.pay(self.move)
            self.run_ruler("track")
        self.assertEqual((one.state, one.reason), ("cancelled", "paid"))
        self.assertNotIn("Approve “A week before”", self.tasks())

    def test_a_hold_and_credits_hold_for_it_too(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        (one,) = self.waiting()
        with self.at("2026-03-05 08:00"):
            hold = self.hold()
        self.assertFalse(self.approve("2026-03-05 10:00", one))
        self.assertEqual((one.state, one.reason), ("planned", "held"))
        hold.action_end()
        with self.at("2026-03-06 08:00"):
            self.credit_note(100.0, date="2026-03-05")
        self.assertFalse(self.day("2026-03-06"))
        self.assertEqual((one.state, one.reason), ("planned", "covered"))

    # ------------------------------------------------------------------ when, by whom, once

    def test_what_is_let_go_at_night_waits_for_the_window(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        self.assertFalse(self.approve("2026-03-04 23:30"))
        self.assertFalse(self.day("2026-03-05", "08:55"))
        self.assertEqual(len(self.day("2026-03-05", "09:05")), 1)

    def test_on_friday_night_it_waits_for_monday(self):
        self.start(due="2026-03-13")
        self.play("2026-03-02", "2026-03-06")
        (one,) = self.waiting()
        self.assertFalse(self.approve("2026-03-06 19:00", one))
        self.assertEqual((one.state, one.reason), ("planned", "closed"))
        self.assertFalse(self.day("2026-03-07") + self.day("2026-03-08"))
        (mail,) = self.day("2026-03-09")
        self.assertIn("friendly note ahead of time", mail["body"])

    def test_what_monday_makes_untrue_does_not_leave_after_friday_night(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        self.assertFalse(self.approve("2026-03-06 19:00"))
        self.assertFalse(self.day("2026-03-07") + self.day("2026-03-08"))
        self.assertFalse(self.day("2026-03-09"), "“a week before” on the due day")

    def test_only_collectors_let_go(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        (one,) = self.waiting()
        nobody = self.new_user("approval-nobody")
        reader = self.new_user("approval-reader", "collection_ruler.collection_ruler_group_reader")
        bookkeeper = self.new_user("approval-books", "account.group_account_readonly")
        for user in (nobody, reader, bookkeeper):
            with self.assertRaises(AccessError, msg=user.login):
                one.with_user(user).action_approve()
            with self.assertRaises(AccessError, msg=user.login):
                one.with_user(user).write({"state": "planned"})
        self.assertEqual(one.state, "to_approve")
        collector = self.new_user(
            "approval-collector", "collection_ruler.collection_ruler_group_collector"
        )
        self.assertEqual(len(self.approve("2026-03-04 12:00", one, collector)), 1)

    def test_let_go_twice_it_leaves_once(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        (one,) = self.waiting()
        with self.at("2026-03-04 12:00"):
            one.action_approve()
            one.action_approve()
        self.assertEqual(len(self.day("2026-03-04", "12:01")), 1)
        with self.at("2026-03-04 12:02"):
            one.action_approve()
        self.assertFalse(self.day("2026-03-04", "12:03"))
        self.assertEqual(one.state, "sent")

    def test_two_messages_let_go_on_one_day_are_not_two_on_that_day(self):
        self.start()
        self.play("2026-03-02", "2026-03-10")
        with self.at("2026-03-11 08:00"):
            self.invoice("2026-03-18", 50.0, date="2026-03-02")
        self.play("2026-03-11", "2026-03-12")
        sent = self.approve("2026-03-12 12:00")
        self.assertEqual(len(sent), 1)
        self.assertFalse(self.day("2026-03-12", "17:00"))

    # ------------------------------------------------------------------ whom it reaches

    def test_an_archived_contact_gets_nothing(self):
        desk = self.env["res.partner"].create(
            {
                "name": "Accounts",
                "parent_id": self.customer.id,
                "type": "collection",
                "email": "accounts@customer.example.com",
            }
        )
        self.start()
        self.play("2026-03-02", "2026-03-04")
        self.assertEqual(self.waiting().partner_id, desk)
        desk.active = False
        (mail,) = self.approve("2026-03-04 12:00")
        self.assertIn("ana@customer.example.com", str(mail["email_to"]))

    def test_without_any_address_nothing_leaves_and_a_person_is_told(self):
        self.start()
        self.play("2026-03-02", "2026-03-04")
        self.customer.email = False
        self.assertFalse(self.approve("2026-03-04 12:00"))
        self.assertIn("Add an e-mail address: there is none to send to", self.tasks())

    # ------------------------------------------------------------------ the invoice itself

    def test_before_the_invoice_is_let_go_nothing_is_asked_for_and_then_days_of_silence(self):
        self.start(due="2026-03-16", sent=False)
        self.play("2026-03-02", "2026-03-18")
        (one,) = self.waiting()
        self.assertEqual(one.purpose, "delivery")
        self.approve("2026-03-18 12:00")
        self.day("2026-03-18", "12:30")
        self.assertTrue(self.move.is_move_sent)
        for day in ("2026-03-18", "2026-03-19", "2026-03-20"):
            self.day(day, "17:00")
            self.assertFalse(self.waiting(), "three days of silence from the day it went")
        self.day("2026-03-23")
        self.assertEqual(self.waiting().step_name, "Forgot?")
