"""Switching a ruler on (A8): each policy does what its dialog showed, and looking does nothing."""

import base64

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestBacklog(CollectionCommon):
    """Late owes two overdue instalments, of 100 and 50, on Tuesday 10 March; Coming owes one of 70."""

    def setUp(self):
        super().setUp()
        self.late = self.person("Late")
        self.coming = self.person("Coming <b>", email="coming@customer.example.com")
        self.old = self.invoice("2026-03-02", 100.0, self.late, date="2026-02-20")
        self.newer = self.invoice("2026-03-05", 50.0, self.late, date="2026-02-20")
        self.invoice("2026-03-27", 70.0, self.coming, date="2026-03-01")

    def dialog(self, policy):
        values = {"ruler_id": self.ruler.id, "backlog_policy": policy}
        return self.env["collection.ruler.activation"].create(values)

    def rows(self, policy, name):
        """The rows of the dialog about a customer, as HTML."""
        return [row for row in self.dialog(policy).customers.split("<tr>") if name in row]

    def switch_on(self, policy):
        with self.at("2026-03-10 08:00"):
            self.dialog(policy).action_confirm()
            self.env.flush_all()

    def test_looking_at_a_policy_keeps_nothing(self):
        with self.at("2026-03-10 08:00"):
            for policy in ("join", "catch_up", "restart"):
                wizard = self.dialog(policy)
                self.assertEqual((wizard.instalment_count, wizard.overdue_count), (3, 2), policy)
        self.assertEqual((self.ruler.state, self.ruler.backlog_policy), ("draft", "join"))
        self.assertFalse(self.ruler.started_at)
        self.assertFalse(self.instalments(self.old))
        self.assertFalse(
            self.env["collection.followup"].search([("partner_id", "=", self.late.id)])
        )

    def test_dialog_names_customers_and_what_they_hear_first(self):
        with self.at("2026-03-10 08:00"):
            wizard = self.dialog("catch_up")
            self.assertEqual((wizard.today_count, wizard.next_count), (1, 1))
            self.assertIn("Late", wizard.customers)
            self.assertIn("Forgot?", wizard.customers)
            self.assertIn("150.00", wizard.customers)
            self.assertIn("Coming &lt;b&gt;", wizard.customers, "a name is no HTML")
            self.assertIn("one message about all", wizard.summary)
            self.assertIn("slip through", wizard.sample_subject.replace("\xa0", " "))
            self.assertIn(self.old.name, wizard.sample_body)
            self.assertIn("150.00", wizard.sample_body)

    def test_the_sample_reads_as_on_the_day_it_leaves(self):
        """On Saturday the 14th, the 2nd is 12 days ago; on Monday, when it leaves, 14."""
        with self.at("2026-03-14 10:00"):
            body = self.dialog("catch_up").sample_body
        self.assertRegex(body, r"\b14\s+days overdue")
        self.assertNotRegex(body, r"\b12\s+days overdue")

    def test_dialog_card_and_line_announce_the_words_that_then_leave(self):
        """Who joins silently and never heard from us is told the first reminder, not the firm one."""
        self.step("Review").unlink()  # else a task comes on the same day
        with self.at("2026-03-10 08:00"):
            subject = self.dialog("join").sample_subject
        self.switch_on("join")
        with self.at("2026-03-10 10:00"):
            self.run_ruler("track")
            debtor = self.debtor(self.late)
            announced = debtor.next_text, debtor.why, self.newer.ruler_line["next"]
        sent = [mail for number in range(11, 20) for mail in self.day(f"2026-03-{number}")]
        subjects = [mail["subject"] for mail in sent if "late@" in mail["email_to"][0]]
        followups = self.followups(self.late, channel="email")
        self.assertEqual(followups[0].step_name, "Forgot?")
        for words in announced:
            self.assertIn("Forgot?", words)
        self.assertEqual(subject.replace("\xa0", " "), subjects[0])

    def test_all_that_is_missing_is_said_at_once_with_the_way_there(self):
        self.company.email = False
        self.ruler.step_ids.unlink()
        wizard = self.dialog("join")
        self.assertIn("no steps yet", wizard.missing)
        self.assertIn("no e-mail address to send from", wizard.missing)
        self.assertIn(f"action_res_company_form/{self.company.id}", wizard.missing)
        self.assertEqual(wizard.instalment_count, 0)
        with self.assertRaisesRegex(UserError, "(?s)no steps yet.*no e-mail address"):
            wizard.action_confirm()

    def test_catch_up_is_one_message_to_each_customer_and_never_the_firmest(self):
        self.switch_on("catch_up")
        (mail,) = self.day("2026-03-10")
        self.assertIn("slip through", mail["subject"])
        self.assertIn("An amount of $ 150.00 is still open", mail["body"])
        self.assertFalse(self.day("2026-03-11"))

    def test_catch_up_sends_no_mail_for_each_old_invoice_that_was_never_sent(self):
        (self.old | self.newer).is_move_sent = False
        with self.at("2026-03-10 08:00"):
            wizard = self.dialog("catch_up")
            self.assertEqual((wizard.unsent_count, wizard.today_count), (2, 0))
            self.assertIn("not sent from Odoo yet: 2", wizard.summary)
            wizard.have_unsent = True  # by post, or from another system
            self.assertEqual((wizard.unsent_count, wizard.today_count), (0, 1))
            wizard.action_confirm()
        (mail,) = self.day("2026-03-10")
        self.assertIn("slip through", mail["subject"])

    def test_customers_without_an_address_are_named_up_to_five(self):
        self.late.email = False
        with self.at("2026-03-10 08:00"):
            self.assertIn("without an e-mail address: 1 (Late)", self.dialog("join").summary)
        for number in range(6):
            self.invoice("2026-03-27", 5.0, self.person(f"Mute {number}", email=False))
        with self.at("2026-03-10 08:00"):
            self.assertIn("and 2 more)", self.dialog("join").summary)
        self.person("Accounts", type="invoice", parent_id=self.late.id, email="a@b.example.com")
        with self.at("2026-03-10 08:00"):
            self.assertEqual(
                self.dialog("join").mute_count, 6, "whose contact for invoices has one"
            )

    def test_all_of_a_few_customers_are_named(self):
        for number in range(11):
            self.invoice("2026-03-27", 5.0, self.person(f"Extra {number}"))
        with self.at("2026-03-10 08:00"):
            table = self.dialog("join").customers
        self.assertEqual(table.count("<tr>"), 1 + 13)
        self.assertNotIn("more customer", table)

    def test_invoices_that_were_not_sent_are_named(self):
        self.old.is_move_sent = False
        with self.at("2026-03-10 08:00"):
            self.assertIn(f"yet: 1 ({self.old.name})", self.dialog("join").summary)

    def test_the_amount_is_what_the_message_asks_for(self):
        """The step comes for one instalment, and the message asks for that alone, less what the credit leaves
        after it paid for the older one."""
        self.credit_note(130.0, self.late)
        self.step("Review").unlink()  # else a task comes first
        with self.at("2026-03-10 08:00"):
            (row,) = self.rows("join", "Late")
        self.switch_on("join")
        mails = [mail for number in range(10, 16) for mail in self.day(f"2026-03-{number}")]
        asked = next(mail["body"] for mail in mails if "late@" in mail["email_to"][0])
        self.assertIn("An amount of $ 20.00 is still open", asked)
        self.assertIn("20.00", row)
        self.assertNotIn("50.00", row)

    def test_a_task_is_not_announced_as_a_message(self):
        """Its day is that of the review; whoever never heard from us is called first (A13)."""
        with self.at("2026-03-10 08:00"):
            (row,) = self.rows("join", "Late")
        self.assertIn("03/12/2026", row)
        self.assertIn("Task “Call: is anything wrong?”", row)
        self.assertIn("100.00", row, "the other invoice has not come to that step")
        self.switch_on("join")
        self.assertFalse([mail for day in (10, 11, 12) for mail in self.day(f"2026-03-{day}")])
        self.assertEqual(self.tasks(self.late), ["Call: is anything wrong?"])
        self.assertEqual(self.followups(self.late).amount_due, 100.0)

    def test_a_call_that_comes_before_the_message_is_announced_and_made(self):
        """Known heard from us before, so the firm words are next, and the call before them comes first."""
        known = self.person("Known")
        first = self.ruler.copy({"name": "First", "company_id": self.company.id, "amount_min": 400})
        before = self.invoice("2026-02-23", 500.0, known, date="2026-02-10")
        with self.at("2026-02-20 08:00"):
            first._activate()
        self.day("2026-02-25")
        with self.at("2026-02-26 10:00"):
            self.pay(before)
        self.day("2026-02-27")
        first.action_pause()
        self.invoice("2026-03-02", 80.0, known, date="2026-02-20")
        with self.at("2026-03-10 08:00"):
            (row,) = self.rows("catch_up", "Known")
        self.assertIn("03/10/2026", row)
        self.assertIn("Task “Call: is anything wrong?”", row)
        self.assertIn("80.00", row)
        self.switch_on("catch_up")
        self.assertNotIn("known@", str([mail["email_to"] for mail in self.day("2026-03-10")]))
        self.assertEqual(self.tasks(known), ["Call: is anything wrong?"])

    def test_nothing_is_announced_before_the_reminder_of_what_is_overdue(self):
        """A notice would come on the 11th; what is due today was not reminded of until the 12th."""
        both = self.person("Both")
        self.invoice("2026-03-10", 40.0, both, date="2026-03-01")
        self.invoice("2026-03-18", 60.0, both, date="2026-03-01")
        with self.at("2026-03-10 08:00"):
            (row,) = self.rows("join", "Both")
        self.switch_on("join")
        with self.at("2026-03-10 10:00"):
            self.run_ruler("track")
            announced = self.debtor(both).why
        first = [
            day
            for day in ("2026-03-10", "2026-03-11", "2026-03-12")
            if any("both@" in mail["email_to"][0] for mail in self.day(day))
        ]
        self.assertEqual(first, ["2026-03-12"])
        self.assertIn("03/12/2026", row)
        self.assertIn("Forgot?", row)
        self.assertIn("“Forgot?”, on Thu 12 Mar", announced)

    def test_a_company_without_a_logo_is_told_and_its_messages_show_none(self):
        with self.at("2026-03-10 08:00"):
            wizard = self.dialog("catch_up")
            self.assertIn("no logo yet", wizard.summary)
            self.assertNotIn("logo.png", wizard.sample_body)
        self.company.logo = base64.b64encode(file_open("base/static/img/avatar.png", "rb").read())
        with self.at("2026-03-10 08:00"):
            wizard = self.dialog("catch_up")
            self.assertNotIn("no logo yet", wizard.summary)
            self.assertIn("logo.png", wizard.sample_body)

    def test_what_fell_due_on_a_sunday_is_not_overdue_on_monday_and_the_dialog_says_so(self):
        self.invoice("2026-03-08", 20.0, self.person("Sunday"), date="2026-03-01")
        with self.at("2026-03-09 08:00"):
            wizard = self.dialog("join")
            self.assertEqual((wizard.overdue_count, wizard.bank_day_count), (2, 1))
            self.assertIn("count from the next one and are not overdue yet: 1", wizard.summary)

    def test_where_the_country_leaves_the_time_zone_open_it_is_chosen_in_the_settings(self):
        """New Zealand has two; the way leads where the field is."""
        self.company.partner_id.tz = False
        self.company.country_id = self.env.ref("base.nz")
        self.company.collection_calendar_id = False
        wizard = self.dialog("join")
        self.assertIn("several time zones", wizard.missing)
        self.assertIn("/odoo/settings#account", wizard.missing)
        self.env["res.config.settings"].create({"collection_tz": "Pacific/Auckland"}).execute()
        again = wizard.action_look_again()
        anew = self.env[again["res_model"]].with_context(**again["context"]).create({})
        self.assertFalse(anew.missing)

    def test_a_pause_of_the_company_is_said(self):
        with self.at("2026-03-10 08:00"):
            self.assertFalse(self.dialog("join").notice)
            self.company.collection_paused_until = "2026-03-20"
            self.assertIn("paused", self.dialog("join").notice)

    def test_an_invoice_sent_already_is_not_announced_to_be_sent(self):
        later = self.person("Later")
        self.invoice("2026-04-20", 80.0, later, date="2026-03-09")
        unsent = self.person("Unsent")
        self.invoice("2026-04-20", 80.0, unsent, date="2026-03-09", sent=False)
        with self.at("2026-03-10 08:00"):
            self.assertIn("A week before", self.rows("join", "Later")[0])
            self.assertIn("Send the invoice", self.rows("join", "Unsent")[0])

    def test_words_that_cannot_be_written_are_said_to_be_so(self):
        self.step("Forgot?").mail_template_id.subject = "{{ object.no_such_field }}"
        with self.at("2026-03-10 08:00"), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            wizard = self.dialog("catch_up")
            self.assertIn("cannot be written", wizard.sample_body)
            self.assertEqual(wizard.overdue_count, 2, "the counts are shown all the same")

    def test_restart_takes_what_is_overdue_as_due_today(self):
        self.switch_on("restart")
        self.assertFalse(self.day("2026-03-10") + self.day("2026-03-11"))
        (mail,) = self.day("2026-03-12")  # two days from the day it was switched on
        self.assertIn("slip through", mail["subject"])
        self.assertIn("An amount of $ 150.00 is still open", mail["body"])
        instalment = self.instalments(self.old)
        self.assertEqual(str(instalment.due_date), "2026-03-02", "it is as old as before")
        self.assertEqual(str(instalment.anchor_date), "2026-03-10")

    def test_restart_shows_when(self):
        with self.at("2026-03-10 08:00"):
            wizard = self.dialog("restart")
            self.assertEqual((wizard.today_count, str(wizard.next_date)), (0, "2026-03-12"))
            self.assertIn("as if they were due today", wizard.summary)

    def test_policy_is_for_the_backlog_of_the_first_day_only(self):
        self.switch_on("restart")
        self.day("2026-03-10")
        later = self.invoice("2026-03-04", 10.0, self.coming, date="2026-02-20")
        with self.at("2026-03-11 09:00"):
            self.run_ruler("enrol")
        self.assertFalse(self.instalments(later).anchor_date)


@tagged("post_install", "-at_install")
class TestSamples(CollectionCommon):
    def sent_to_me(self):
        mails = self.env["mail.mail"].search([("email_to", "=", self.env.user.email)])
        return mails.sorted("id")

    def test_the_whole_ruler_comes_to_oneself_and_leaves_no_trace(self):
        self.env.user.email = "me@school.example.com"
        moves = self.env["account.move"].search_count([])
        partners = self.env["res.partner"].search_count([])
        with self.at("2026-03-10 10:00"), self.enter_registry_test_mode():
            self.ruler.action_send_samples()
        later = str(list(self.env.cr.postcommit._funcs))
        self.assertNotIn("rank", later, "Odoo would count the invoices of a partner who is gone")
        mails = self.sent_to_me()
        words = self.ruler.step_ids.filtered("mail_template_id")
        self.assertEqual(len(mails), len(words))
        self.assertIn("Message 1 of", mails[0].body_html)
        self.assertIn("7 days before due", mails[0].body_html)
        for mail in mails:
            self.assertIn("[Sample]", mail.subject)
            self.assertIn("480.00", mail.subject + mail.body_html)
            self.assertFalse(mail.collection_followup_id)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertFalse(self.env["collection.debtor"].search([]))

    def test_without_an_address_of_ones_own_it_says_so(self):
        self.env.user.email = False
        with self.assertRaisesRegex(UserError, "your own user"):
            self.ruler.action_send_samples()
