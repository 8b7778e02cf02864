"""People's contacts count, and the ruler is silent after a conversation (B4)."""

from itertools import product

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestConversation(CollectionCommon):
    """ "Forgot?" was sent on Wednesday the 11th; "Firm and polite" comes on the 18th."""

    def setUp(self):
        super().setUp()
        # the ruler's own call would put off what is to be silenced here
        self.step("Call: is anything wrong?").unlink()
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 500.0, date="2026-03-02")
        days = ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16")
        self.forgot = [mail for day in days for mail in self.day(day)][-1]
        self.claire = new_test_user(
            self.env,
            "claire",
            "account.group_account_invoice,collection_ruler.collection_ruler_group_collector",
            name="Claire",
            email="claire@school.example.com",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )

    def talks(self):
        return self.followups(purpose="talk")

    def heard(self, day, hour="09:30"):
        """What the customer was sent that day, colleagues' notices left aside."""
        return [mail for mail in self.day(day, hour) if "ana@" in mail["email_to"][0]]

    def call(self, kind="mail.mail_activity_data_call"):
        activity = self.debtor().with_user(self.claire).activity_schedule(kind)
        activity.action_feedback("She pays on Friday.")

    def test_9_after_a_call_nothing_is_said_for_three_days(self):
        with self.at("2026-03-16 15:00"):
            self.call()
        self.assertEqual([(t.step_name, t.state_text) for t in self.talks()], [("Call", "Done")])
        self.assertFalse(self.heard("2026-03-18"))
        self.assertFalse(self.heard("2026-03-19"))
        with self.at("2026-03-19 12:00"):
            debtor = self.debtor()
            self.assertIn("we spoke with them these days", debtor.why)
            self.assertEqual(debtor.last_text, "We spoke on Mon 16 Mar")
            self.assertEqual(str(debtor.last_followup_date), "2026-03-16")
        (mail,) = self.heard("2026-03-20")
        self.assertIn("please pay, or tell us when", mail["subject"])

    def test_writing_now_goes_to_whoever_hears_of_bills_and_is_a_conversation(self):
        desk = self.env["res.partner"].create(
            {
                "name": "Accounts",
                "parent_id": self.customer.id,
                "type": "collection",
                "email": "accounts@customer.example.com",
                "lang": "en_US",
            }
        )
        action = self.debtor().with_user(self.claire).action_write_now()
        self.assertEqual(
            action["context"]["default_subject"], "Your account with Example Guitar School"
        )
        composer = self.env[action["res_model"]].with_user(self.claire)
        with self.at("2026-03-16 15:00"), self.gateway():
            letter = composer.with_context(**action["context"]).create({"body": "<p>Dear Ana…</p>"})
            self.assertEqual(letter.partner_ids, desk)
            letter.action_send_mail()
        self.assertEqual(len(self.talks()), 1)
        self.assertFalse(self.heard("2026-03-18"))

    def test_whoever_writes_outside_the_hours_is_offered_the_opening_hour(self):
        """Faults A15: at 07:38 the window opens at nine; an e-mail is no talk."""
        with self.at("2026-03-16 07:38"):
            action = self.debtor().with_user(self.claire).action_write_now()
        self.assertEqual(action["context"]["default_scheduled_date"], "2026-03-16 09:00:00")
        self.assertIn("closed until Mon 16 Mar 09:00", action["name"])
        composer = self.env[action["res_model"]].with_user(self.claire)
        with self.at("2026-03-16 07:40"):
            letter = composer.with_context(**action["context"]).create({"body": "<p>Dear Ana…</p>"})
            self.assertEqual(letter.scheduled_date, "2026-03-16 09:00:00")
        with self.at("2026-03-16 10:00"):
            action = self.debtor().with_user(self.claire).action_write_now()
            self.assertNotIn("default_scheduled_date", action["context"])
            self.debtor().with_user(self.claire).message_post(
                body="Dear Ana", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            self.assertRegex(self.debtor().last_text, "^We wrote")

    def test_its_button_says_when_it_leaves_by_the_customers_clock_and_it_leaves_then(self):
        """Faults A15: "Send at 9:00" at 7:38; nothing leaves at once, and the ruler does not write in
        the same minute."""
        with self.at("2026-03-18 07:38"), self.gateway():
            action = self.debtor().with_user(self.claire).action_write_now()
            composer = self.env[action["res_model"]].with_user(self.claire)
            letter = composer.with_context(**action["context"]).create({"body": "<p>Dear Ana</p>"})
            self.assertEqual(letter.collection_send_label, "Send at 9:00")
            view = letter.get_view(action["views"][0][0], "form")["arch"]
            self.assertIn("collection_send_label", view)
            letter.action_schedule_message()
            self.env["mail.mail"].process_email_queue()
            self.assertFalse(self.emails)
        with self.at("2026-03-18 07:39"):
            self.env.invalidate_all()
            self.assertFalse(self.talks(), "nobody wrote yet")
            self.assertNotRegex(self.debtor().last_text, "We wrote")
        self.assertFalse(self.heard("2026-03-18", "09:00"))
        self.assertEqual(self.debtor().instalment_ids.waiting_reason, "wrote")
        with self.at("2026-03-18 09:01"), self.gateway():
            self.env.ref("mail.ir_cron_post_scheduled_message").method_direct_trigger()
            self.env["mail.mail"].process_email_queue()
            (mail,) = self.emails
            self.assertIn("Claire", mail["message"])
        with self.at("2026-03-18 09:02"):
            self.env.invalidate_all()
            self.assertEqual(len(self.talks()), 1)
            self.assertRegex(self.debtor().last_text, "^We wrote")
            self.assertIn("we wrote to them these days", self.debtor().why)

    def test_what_was_written_until_after_the_opening_leaves_at_once(self):
        with self.at("2026-03-16 08:55"):
            action = self.debtor().with_user(self.claire).action_write_now()
            composer = self.env[action["res_model"]].with_user(self.claire)
            letter = composer.with_context(**action["context"]).create({"body": "<p>Dear Ana</p>"})
            self.assertEqual(letter.collection_send_label, "Send at 9:00")
            self.assertEqual(letter.author_id, self.claire.partner_id)
        with self.at("2026-03-16 09:20"), self.gateway():
            letter.action_schedule_message()
            self.env["mail.mail"].process_email_queue()
            self.assertEqual(len(self.emails), 1)
        self.assertEqual(len(self.talks()), 1)

    def test_a_customer_far_away_is_written_to_at_their_own_hour(self):
        self.customer.write(
            {
                "country_id": self.env.ref("base.us").id,
                "state_id": self.env.ref("base.state_us_5").id,
            }
        )
        with self.at("2026-03-18 12:00"):  # early in the morning in California
            self.run_ruler("enrol", "track")
            action = self.debtor().with_user(self.claire).action_write_now()
            composer = self.env[action["res_model"]].with_user(self.claire)
            letter = composer.with_context(**action["context"]).create({"body": "<p>Hi</p>"})
            self.assertEqual(letter.collection_send_label, "Send at 9:00")
            self.assertEqual(action["context"]["default_scheduled_date"], "2026-03-18 16:00:00")
            self.assertIn("18 Mar 09:00", action["name"])
            letter.scheduled_date = "2026-03-19 17:30:00"
            self.assertEqual(letter.collection_send_label, "Send on Thu 19 Mar at 10:30")

    def test_a_letter_of_next_week_silences_nobody_today(self):
        with self.at("2026-03-17 10:00"):
            self.env["mail.scheduled.message"].create(
                {
                    "model": "collection.debtor",
                    "res_id": self.debtor().id,
                    "author_id": self.claire.partner_id.id,
                    "body": "Later",
                    "scheduled_date": "2026-03-26 09:00:00",
                }
            )
        self.assertEqual(len(self.heard("2026-03-18")), 1)

    def test_a_second_word_that_arrives_ends_the_alarm_about_the_first(self):
        debtor = self.debtor().with_user(self.claire)

        def write(body):
            debtor.message_post(
                body=body,
                partner_ids=self.customer.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()

        with self.at("2026-03-16 15:00"), self.gateway():
            self.connect_mocked.side_effect = ConnectionRefusedError(111, "Connection refused")
            write("First word")
        with self.at("2026-03-16 15:10"):
            self.assertIn("was not sent", self.debtor().why)
        with self.at("2026-03-16 15:20"), self.gateway():
            write("Second word")
        with self.at("2026-03-16 15:30"):
            self.run_ruler("track")
            self.assertNotIn("was not sent", self.debtor().why)
            Today = self.env["collection.today"].with_context(allowed_company_ids=self.company.ids)
            tiles = {tile["key"]: tile["count"] for tile in Today.tiles()["tiles"]}
            self.assertEqual(tiles["failed"], 0)

    def test_in_test_mode_what_a_person_writes_does_not_reach_the_customer_either(self):
        self.company.collection_test_email = "me@school.example.com"
        with self.at("2026-03-16 15:00"), self.gateway():
            action = self.debtor().with_user(self.claire).action_write_now()
            composer = self.env[action["res_model"]].with_user(self.claire)
            letter = composer.with_context(**action["context"]).create({"body": "<p>Dear Ana…</p>"})
            letter.action_send_mail()
            self.env["mail.mail"].process_email_queue()
            (mail,) = self.emails
        self.assertEqual(mail["smtp_to_list"], ["me@school.example.com"])
        self.assertRegex(mail["message"], r"(?s)Subject: .{0,60}Test.{0,60}ana@")

    def test_who_has_no_address_to_write_from_is_told_before_writing(self):
        self.claire.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address to write from"):
            self.debtor().with_user(self.claire).action_write_now()

    def test_what_could_not_be_sent_was_no_conversation_until_it_is(self):
        with self.at("2026-03-16 15:00"):
            debtor = self.debtor().with_user(self.claire)
            with self.gateway():
                refused = ConnectionRefusedError(111, "Connection refused")
                self.connect_mocked.side_effect = refused
                debtor.message_post(
                    body="Please call us.",
                    partner_ids=self.customer.ids,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )
                self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()
            talk = self.talks()
            self.assertEqual(talk.state, "failed")
            self.assertTrue(talk.failure)
            self.assertIn("“Message of Claire” was not sent", self.debtor().why)
        self.assertEqual(len(self.heard("2026-03-18")), 1, "the ruler goes on")
        with self.at("2026-03-18 16:00"), self.gateway():
            talk.mail_message_id.mail_ids.mark_outgoing()
            self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()
            self.assertEqual((talk.state, talk.failure), ("sent", False))

    def test_copies_of_colleagues_decide_nothing(self):
        """The customer's copy is refused and a colleague's arrives, or the other way round."""
        colleague = self.new_user("ben", "account.group_account_invoice").partner_id
        colleague.email = "ben@school.example.com"
        refused = []

        def answer(text):
            if any(f"To: {name}" in text.replace('"', "") for name in refused):
                raise ConnectionRefusedError(111, "Connection refused")

        cases = ((16, self.customer, "failed"), (17, colleague, "sent"))
        for (day, loser, state), first in product(cases, (self.customer, colleague)):
            with self.subTest(lost=loser.name, first=first.name):
                refused[:] = [loser.name]
                with self.at(f"2026-03-{day} 15:00"), self.gateway():
                    self.testing_smtp_session.send_message = self._answering(answer)
                    message = (
                        self.debtor()
                        .with_user(self.claire)
                        .with_context(mail_notify_force_send=False)
                        .message_post(
                            body="Please call us.",
                            partner_ids=(self.customer + colleague).ids,
                            message_type="comment",
                            subtype_xmlid="mail.mt_comment",
                        )
                    )
                    talk = self.talks()[-1]
                    talk.mail_message_id = message  # of the second message of a day, too
                    mails = message.sudo().mail_ids
                    self.assertEqual(len(mails), 2)
                    for mail in mails.sorted(lambda m, one=first: one not in m.recipient_ids):
                        mail.send()
                    self.assertEqual(talk.state, state)

    def test_9_a_message_that_is_planned_for_later_that_day_stays_at_the_door(self):
        self.debtor().best_hour = 15.0
        with self.at("2026-03-18 09:05"):
            self.run_ruler()
        with self.at("2026-03-18 10:00"):
            self.call()
        self.assertFalse(self.heard("2026-03-18", "15:05"))
        followup = self.followups(step_name="Firm and polite")
        self.assertEqual((followup.state, followup.reason), ("planned", "talked"))

    def test_a_message_that_a_person_writes_counts_once_a_day(self):
        with self.at("2026-03-17 10:00"):
            for text in ("Dear Ana", "One more thing"):
                self.debtor().with_user(self.claire).message_post(
                    body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
                )
        self.assertEqual(self.talks().mapped("step_name"), ["Message of Claire"])
        self.assertFalse(self.heard("2026-03-18"))

    def test_notes_and_other_tasks_are_no_conversation(self):
        with self.at("2026-03-17 10:00"):
            self.debtor().with_user(self.claire).message_post(body="Note to self")
            self.call("mail.mail_activity_data_todo")
        self.assertFalse(self.talks())
        self.assertEqual(len(self.heard("2026-03-18")), 1)

    def test_a_reply_is_answered_and_noted_at_the_message_not_at_the_conversation(self):
        with self.at("2026-03-17 10:00"):
            self.call()
        last = self.env["collection.conversation"]._last_followup(self.debtor())
        self.assertEqual(last.step_name, "Forgot?")

    def test_a_reply_after_a_letter_is_noted_at_the_message_that_it_answers(self):
        with self.at("2026-03-17 10:00"):
            self.debtor().with_user(self.claire).message_post(
                body="Dear Ana", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        with self.at("2026-03-17 12:00"):
            self.reply(self.forgot)
            self.env.invalidate_all()
        self.assertTrue(self.followups(step_name="Forgot?").answered_at)
        self.assertEqual(len(self.talks()), 1)
        self.assertFalse(self.talks().answered_at)

    def test_without_silence_a_conversation_is_a_contact_like_others(self):
        self.ruler.days_after_conversation = 0
        with self.at("2026-03-17 15:00"):
            self.call()
        self.assertFalse(self.heard("2026-03-18"))  # at least two days between contacts
        self.assertEqual(len(self.heard("2026-03-19")), 1)
