"""Stories that a naive build gets wrong, each as a customer would live it.

The number in a test's name is that of its story; tests with one number tell one story.
"""

import re

from odoo.tests import tagged

from .common import CollectionCommon


class StoryCase(CollectionCommon):
    """Words of the ruler: week before -7, due today 0, forgot +2, call +5, firm +8, review +10."""

    def subjects(self, sent):
        return [mail["subject"].partition(": ")[2] for mail in sent]


@tagged("post_install", "-at_install")
class TestStoryReply(StoryCase):
    """Stories 3 and 4: who answers is left in peace; a machine that answers is not a person."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 500.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        (self.reminder,) = self.day("2026-03-11")  # Forgot?

    def test_3_reply_in_the_morning_holds_the_firm_mail_planned_for_nine(self):
        self.day("2026-03-16")  # a call, which nobody makes
        with self.at("2026-03-19 08:50"):
            self.run_ruler()
        self.assertEqual(self.said()[-1], ("Firm and polite", "planned"), "it waits for 9 o'clock")
        with self.at("2026-03-19 08:55"):
            self.reply(self.reminder, "Paid yesterday.")
        self.assertFalse(self.day("2026-03-19", "09:00"), "the firm mail left after the reply")
        debtor = self.debtor()
        hold = debtor.hold_ids
        self.assertEqual((hold.origin, hold.scope, hold.state), ("reply", "all", "active"))
        self.assertEqual(str(hold.date_to), "2026-04-02", "ten working days, if nobody answers")
        self.assertEqual(debtor.priority, "1", "João does not top the list")
        self.assertIn("Answer the reply of Ana Example", self.tasks())
        self.assertTrue(self.followups(step_name="Forgot?").answered_at)
        self.assertIn(
            "Paid yesterday", debtor.message_ids[0].body, "the words are not in the history"
        )
        self.assertIn("hold", debtor.why)

    def test_3_after_an_answer_the_ruler_goes_on_with_one_message(self):
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder)
            self.debtor().hold_ids.answer_task_id.action_done()
        for day in ("2026-03-16", "2026-03-18"):
            self.day(day)
        # working days after the 12th: 13, 16 and 18; Saint Patrick's Day is closed
        self.assertEqual(str(self.debtor().hold_ids.date_to), "2026-03-18")
        self.assertEqual(self.said()[-1], ("Forgot?", "sent"))
        sent = self.day("2026-03-19")
        self.assertEqual(self.subjects(sent), ["please pay, or tell us when"])

    def test_3_two_replies_make_one_hold_and_one_task(self):
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder)
        with self.at("2026-03-13 08:55"):
            self.reply(self.reminder)
        self.assertEqual(len(self.debtor().hold_ids), 1)
        self.assertEqual(str(self.debtor().hold_ids.date_to), "2026-03-30")
        self.assertEqual(self.tasks().count("Answer the reply of Ana Example"), 1)

    def test_3_whoever_answers_or_ends_the_pause_takes_the_star_away(self):
        collector = self.new_user("carl", "collection_ruler.collection_ruler_group_collector")
        for answer in (
            lambda debtor: debtor.message_post(
                body="Thanks!", message_type="comment", subtype_xmlid="mail.mt_comment"
            ),
            lambda debtor: debtor.hold_ids.action_end(),
        ):
            with self.at("2026-03-12 08:55"):
                self.reply(self.reminder)
                debtor = self.debtor()
                debtor.with_user(collector).message_post(
                    body="He asks for a copy.", message_type="comment", subtype_xmlid="mail.mt_note"
                )
                self.assertEqual(debtor.priority, "1", "a note to colleagues is no answer")
                answer(debtor.with_user(collector))
                self.assertEqual(debtor.priority, "0")

    def test_3_a_star_that_people_set_is_theirs(self):
        debtor = self.debtor()
        debtor.priority = "1"
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder)
            self.assertTrue(self.waits_for_answer())
            debtor.hold_ids.action_end()
        self.assertFalse(self.waits_for_answer())
        self.assertEqual(debtor.priority, "1")

    def test_3_an_answered_reply_waits_no_more_and_the_pause_lasts(self):
        collector = self.new_user("carl", "collection_ruler.collection_ruler_group_collector")
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder)
            self.debtor().with_user(collector).message_post(
                body="Thanks!", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            self.assertFalse(self.waits_for_answer())
            self.assertEqual(self.debtor().hold_ids.state, "active")
            self.assertIn("paused for this customer until", self.debtor().why)
            self.reply(self.reminder)
            self.assertTrue(self.waits_for_answer(), "they wrote again")
            self.assertEqual(self.debtor().priority, "1")

    def test_3_a_reply_silences_until_somebody_answers_and_then_wants_a_word(self):
        """Faults A3: "Can I pay on 10 April?" on the 12th; nobody does anything."""
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder, "I lost my job. Can I pay on 10 April?")
        for day in ("2026-03-19", "2026-03-25", "2026-03-27"):
            self.assertFalse(self.day(day), "silence ended while nobody had answered")
        self.assertNotIn("Nobody answered", str(self.tasks()))
        self.assertFalse(self.day("2026-03-30"), "it resumed by itself")
        followup = self.followups(step_name="Firm and polite")
        self.assertEqual((followup.state, followup.reason), ("to_approve", "unanswered"))
        with self.at("2026-03-30 10:00"):
            self.assertIn("nobody has answered what they wrote", self.debtor().why)
            self.env["collection.run"]._cron_watch()
            self.env["collection.run"]._cron_watch()
            asked = [task for task in self.tasks() if "Nobody answered" in task]
            self.assertEqual(len(asked), 1)
            self.debtor().hold_ids.answer_task_id.action_done()
            self.assertFalse([t for t in self.tasks() if "Nobody" in t or "Answer the" in t])
            self.assertEqual(self.debtor().hold_ids.state, "ended")
            followup.action_approve()
        self.assertEqual(len(self.day("2026-03-31")), 1)

    def test_3_an_answer_ends_the_task_and_a_call_is_an_answer(self):
        collector = self.new_user("carl", "collection_ruler.collection_ruler_group_collector")
        for answer in (
            lambda debtor: debtor.message_post(
                body="Thanks!", message_type="comment", subtype_xmlid="mail.mt_comment"
            ),
            lambda debtor: debtor.activity_schedule("mail.mail_activity_data_call").action_done(),
        ):
            with self.at("2026-03-12 08:55"):
                self.reply(self.reminder)
                self.assertIn("Answer the reply of Ana Example", self.tasks())
                answer(self.debtor().with_user(collector))
                self.assertNotIn("Answer the reply of Ana Example", self.tasks())
                self.assertEqual(str(self.debtor().hold_ids.date_to), "2026-03-18")

    def waits_for_answer(self):
        """Who stands under "Replies waiting"."""
        tiles = {tile["key"]: tile for tile in self.env["collection.today"].tiles()["tiles"]}
        return self.env["collection.debtor"].search(tiles["replies"]["action"]["domain"])

    def test_3_reply_from_another_address_holds_too(self):
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder, sender="bookkeeper@elsewhere.example.com")
        self.assertEqual(self.debtor().hold_ids.origin, "reply")

    def assert_not_an_answer(self):
        self.assertFalse(self.debtor().hold_ids)
        self.assertFalse(self.followups(step_name="Forgot?").answered_at)
        self.assertEqual(self.debtor().priority, "0")
        self.assertFalse([t for t in self.tasks() if "reply" in t])
        self.day("2026-03-16")  # a call, which nobody makes
        self.assertEqual(len(self.day("2026-03-19")), 1, "the ruler stopped")

    def test_4_out_of_office_is_no_answer(self):
        with self.at("2026-03-12 09:40"):
            self.reply(self.reminder, "I am away.", Auto_Submitted="auto-replied")
        self.assert_not_an_answer()

    def test_4_old_style_auto_reply_is_no_answer(self):
        with self.at("2026-03-12 09:40"):
            self.reply(self.reminder, "I am away.", X_Autoreply="yes", Precedence="bulk")
        self.assert_not_an_answer()

    def test_4_outlook_auto_reply_is_no_answer(self):
        with self.at("2026-03-12 09:40"):
            self.reply(
                self.reminder,
                "Weg.",
                X_Auto_Response_Suppress="All",
                Auto_Submitted="auto-generated",
            )
        self.assert_not_an_answer()

    def test_second_reply_never_shortens_a_hold(self):
        """A person made it longer, or without end, meanwhile."""
        with self.at("2026-03-12 08:55"):
            self.reply(self.reminder)
        hold = self.debtor().hold_ids
        for hour, until in ((10, "2026-04-30"), (11, False)):
            hold.date_to = until
            with self.at(f"2026-03-12 {hour}:00"):
                self.reply(self.reminder, "One more thing.")
            self.assertEqual(str(hold.date_to), str(until))
        hold.date_to = "2026-03-13"
        with self.at("2026-03-13 10:00"):
            self.reply(self.reminder, "And another.")
        self.assertEqual(str(hold.date_to), "2026-03-30", "a shorter one is made longer")
        self.assertEqual(self.debtor().hold_ids, hold)

    def test_bounce_marks_the_message_and_asks_a_person(self):
        with self.at("2026-03-12 09:40"):
            self.bounce(self.reminder)
        followup = self.followups(step_name="Forgot?")
        self.assertTrue(followup.bounced_at)
        self.assertEqual((followup.state, followup.reason), ("failed", "bounced"))
        self.assertFalse(self.debtor().hold_ids, "a bounce is not a reply")
        self.assertFalse(followup.answered_at)
        asked = [t for t in self.tasks() if "another e-mail address" in t]
        self.assertEqual(len(asked), 1)
        self.assertIn(self.customer.email, asked[0])

    def test_bounced_address_is_not_written_to_again(self):
        with self.at("2026-03-12 09:40"):
            self.bounce(self.reminder)
        self.assertFalse(self.day("2026-03-18"))
        self.assertFalse(self.followups(step_name="Firm and polite"))
        with self.at("2026-03-18 10:00"):
            self.customer.email = "new@customer.example.com"
        sent = self.day("2026-03-18", "10:10")
        self.assertEqual(
            [m["email_to"] for m in sent], [['"Ana Example" <new@customer.example.com>']]
        )


@tagged("post_install", "-at_install")
class TestStoryMoney(StoryCase):
    """Stories 5, 6, 7 and 12: credits, disputes, payments that come back or are entered late."""

    def test_5_credit_is_deducted_and_thanks_leave_no_remainder(self):
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 1000.0, date="2026-03-02")
        refund = self.credit_note(300.0, date="2026-03-02")
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 700\.00")
        self.assertIn("700.00", mail["body"])
        self.assertRegex(
            mail["body"], r"Your open credit(?s:.*?)300\.00", "the credit is not shown"
        )
        self.assertEqual(
            set(re.findall(r"amount=([\d.]+)", mail["body"])),
            {"700.0"},
            "a link asks for something else",
        )
        self.assertEqual(self.followups()[-1].amount_due, 700.0)
        with self.at("2026-03-09 15:00"):
            payment = self.pay(move, 700.0)
            (move + refund).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and not line.reconciled
            ).reconcile()
        self.assertEqual(move.payment_state, "paid")
        self.assertFalse(self.day("2026-03-09", "16:00"), "thanks come on the next business day")
        (thanks,) = self.day("2026-03-10")
        self.assertIn("We received $ 700.00, thank you", thanks["subject"])
        self.assertNotIn("remains open", thanks["body"])
        self.assertEqual(self.debtor().stage_kind, "settled")
        self.assertTrue(payment)

    def test_6_disputed_invoice_is_silent_and_the_rest_goes_on(self):
        self.activate("2026-03-02")
        moves = [
            self.invoice("2026-03-09", amount, date="2026-03-02") for amount in (100, 200, 400, 800)
        ]
        # who disputes something was heard: nobody asks them whether it slipped through
        self.step("Forgot?").mail_template_id = self.words_that_state_nothing()
        self.day("2026-03-02")
        with self.at("2026-03-05 10:00"):
            self.hold(moves[1], origin="dispute")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 1,300\.00")
        self.assertNotIn(moves[1].name, mail["body"])
        for move in (moves[0], moves[2], moves[3]):
            self.assertIn(move.name, mail["body"])
        self.assertFalse([row for row in self.ledger(moves[1]) if row[0] == "Due today"])
        self.assertEqual(self.instalments(moves[1]).stage_id.kind, "dispute")
        self.assertEqual(self.instalments(moves[0]).stage_id.kind, "reminder")
        self.assertEqual(self.debtor().stage_kind, "reminder", "the whole debtor left the board")
        with self.at("2026-03-10 10:00"):
            self.debtor().hold_ids.action_end()
        (mail,) = self.day("2026-03-11")
        self.assertIn("$ 1,500.00", mail["body"], "after the dispute it is asked for again")
        self.assertEqual(self.followups()[-1].amount_due, 1500.0)

    def test_6_new_invoice_is_delivered_while_everything_is_held(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        self.hold(origin="dispute")
        fresh = self.invoice("2026-03-16", 50.0, date="2026-03-06", sent=False)
        sent = self.day("2026-03-06")
        self.assertEqual(len(sent), 1, "a hold kept the invoice itself back")
        self.assertIn(fresh.name, sent[0]["subject"] + sent[0]["body"])
        self.assertTrue(fresh.is_move_sent)
        self.assertEqual(self.ledger(fresh), [("Send the invoice", "sent", "due")])
        self.assertFalse(self.day("2026-03-09"), "dunning is held")

    def returned_after_thanks(self):
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 500.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        self.day("2026-03-11")  # Forgot?
        with self.at("2026-03-12 15:00"):
            payment = self.pay(move)
            self.run_ruler("track")
        (thanks,) = self.day("2026-03-13")
        self.assertIn("thank you", thanks["subject"])
        with self.at("2026-03-19 11:00"):
            self.undo(payment)
        return move

    def test_7_payment_comes_back_after_the_thanks(self):
        move = self.returned_after_thanks()
        self.assertFalse(self.day("2026-03-19", "11:30"), "somebody may only be mending a payment")
        (neutral,) = self.day("2026-03-20")
        self.assertIn("came back", neutral["subject"])
        self.assertIn("500.00", neutral["body"])
        self.assertEqual(self.followups()[-1].step_id.trigger, "payment_returned")
        said = []
        for day in ("2026-03-23", "2026-03-24", "2026-03-25"):
            said += self.subjects(self.day(day))
        self.assertEqual(said, [], "money was seen: it did not slip through")
        again = self.followups(step_name="Forgot?", state="to_approve")
        self.assertEqual(again.reason, "untrue_slipped", "the same step again, not the next")
        self.step("Forgot?").mail_template_id = self.words_that_state_nothing()
        with self.at("2026-03-25 10:00"):
            again.action_approve()
        self.assertEqual(len(self.day("2026-03-25", "10:10")), 1, "true words leave, once")
        self.assertEqual(self.instalments(move).occurrence, 1)

    def test_7_afterwards_the_ruler_goes_on_in_its_rhythm(self):
        self.step("Forgot?").mail_template_id = self.words_that_state_nothing()
        self.returned_after_thanks()
        said = []
        for day in range(19, 32):
            if day not in (21, 22, 28, 29):
                said += [(day, s) for s in self.subjects(self.day(f"2026-03-{day}", "11:30"))]
        self.assertEqual(said[0][0], 20)
        self.assertEqual(said[1][1], "did something slip through?")
        # the 19th stands for +2 now, so +8 is six business-calendar days on: due "on" the 17th, a
        # holiday, counts from the 18th; the call of the 23rd, a day of a message, comes on the 24th
        self.assertEqual([day for day, s in said if "please pay" in s], [26])

    def test_12_old_payments_reconciled_late(self):
        self.activate("2026-03-02")
        moves = []
        for number in range(5):
            partner = self.env["res.partner"].create(
                {"name": f"Pupil {number}", "email": f"p{number}@customer.example.com"}
            )
            moves.append(self.invoice("2026-03-09", 100.0, partner, date="2025-12-01"))
        self.day("2026-03-02")
        with self.at("2026-03-09 08:30"):  # planned for 9 o'clock
            self.run_ruler()
        planned = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("state", "=", "planned")]
        )
        self.assertEqual(len(planned), 5)
        with self.at("2026-03-09 08:45"):
            for move in moves:
                self.pay(move, date="2025-12-15")
        self.assertFalse(self.day("2026-03-09", "09:30"))
        self.assertEqual(set(planned.mapped("state")), {"cancelled"})
        self.assertEqual(set(planned.mapped("reason")), {"paid"})
        for move in moves:
            self.assertIn(("Due today", "cancelled", "paid"), self.ledger(move))
        self.assertFalse(self.day("2026-03-10"), "nobody is thanked for an old payment")
        self.assertFalse(
            self.env["collection.followup"].search(
                [("company_id", "=", self.company.id), ("purpose", "=", "thanks")]
            )
        )
        self.assertEqual(set(self.instalments(*moves).stage_id.mapped("kind")), {"settled"})


@tagged("post_install", "-at_install")
class TestStoryServerDown(StoryCase):
    """Story 10: ten days down across +2, +5 and +8."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-23")
        self.move = self.invoice("2026-04-07", 500.0, date="2026-03-23")  # a Tuesday
        self.day("2026-03-31")
        self.day("2026-04-07")

    def test_10_one_message_at_the_latest_step_and_the_call_stays_a_task(self):
        """The call has two working days, then the latest message leaves without it."""
        sent = self.day("2026-04-16")
        sent += self.day("2026-04-16", "11:00") + self.day("2026-04-17")
        self.assertFalse(sent, "called and written to in one minute")
        self.assertIn("Call: is anything wrong?", self.tasks())
        sent = self.day("2026-04-20") + self.day("2026-04-20", "11:00")
        self.assertEqual(self.subjects(sent), ["please pay, or tell us when"])
        self.assertEqual(
            [
                row
                for row in self.ledger(self.move)
                if row[0] in ("Forgot?", "Call: is anything wrong?", "Firm and polite")
            ],
            [
                ("Forgot?", "skipped", "overtaken"),
                ("Call: is anything wrong?", "sent", "due"),
                ("Firm and polite", "sent", "due"),
            ],
        )
        self.assertIn("Call: is anything wrong?", self.tasks())

    def test_10_with_approval_on_the_latest_step_it_asks(self):
        firm = self.step("Firm and polite")
        firm.mode = "approve"
        self.assertFalse(self.day("2026-04-16"))
        self.assertFalse(self.followups(step_id=firm.id), "the call comes first")
        self.assertFalse(self.day("2026-04-20"))
        followup = self.followups(step_id=firm.id)
        self.assertEqual(followup.state, "to_approve")
        self.assertIn("Approve “Firm and polite”", self.tasks())
        self.assertIn("Call: is anything wrong?", self.tasks())
        self.assertFalse(self.day("2026-04-21"), "it left without approval")
        with self.at("2026-04-21 10:00"):
            followup.action_approve()
        sent = self.day("2026-04-21", "10:10")
        self.assertEqual(self.subjects(sent), ["please pay, or tell us when"])

    def test_10_who_was_never_written_to_hears_the_first_overdue_step(self):
        fresh = self.env["res.partner"].create({"name": "New", "email": "new@customer.example.com"})
        self.invoice("2026-04-07", 100.0, fresh, date="2026-03-23")
        sent = self.day("2026-04-16")
        to_fresh = [m for m in sent if "new@customer" in m["email_to"][0]]
        self.assertEqual(self.subjects(to_fresh), ["did something slip through?"])
