from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestDebtorWords(CollectionCommon):
    """Card and banner say in one plain sentence what comes next and what the last word was (F1)."""

    def words(self, at, partner=None):
        with self.at(at):
            debtor = self.debtor(partner)
            debtor.invalidate_recordset()
            return debtor.next_text, debtor.last_text

    def test_next_step_and_last_word(self):
        self.invoice("2026-01-30")
        self.activate()
        self.assertEqual(
            self.words("2026-01-05 10:00"),
            ("E-mail “A week before” on Fri 23 Jan", "The ruler has not written yet"),
        )
        self.day("2026-01-23")
        self.assertEqual(
            self.words("2026-01-24 10:00"),
            ("E-mail “Due today” on Fri 30 Jan", "Reminded yesterday"),
        )

    def test_planned_message_names_its_hour(self):
        self.invoice("2026-01-30")
        self.activate()
        with self.at("2026-02-03 07:00"):
            self.run_ruler("enrol", "plan")
        self.env.user.tz = "Europe/Dublin"
        self.assertEqual(self.words("2026-02-03 07:10")[0], "E-mail “Forgot?” today at 09:00")
        with self.at("2026-02-03 07:20"):
            self.followups(state="planned").action_skip_today()
        self.assertEqual(
            self.words("2026-02-03 07:30")[0],
            "E-mail “Forgot?” skipped, asked again tomorrow",
        )

    def test_who_joined_silently_was_not_written_to(self):
        self.invoice("2025-12-30")
        self.activate()
        self.assertEqual(self.words("2026-01-05 10:00")[1], "The ruler has not written yet")

    def test_who_joined_silently_stands_under_no_reminder_before_one_was_said(self):
        # away from the turn of the year, which puts firm words off
        self.invoice("2026-01-12")  # the firm reminder lies behind, the review ahead
        self.invoice("2025-12-01", partner=self.person("Forgotten"))  # all lies behind
        self.activate("2026-01-21")
        with self.at("2026-01-21 10:00"):
            self.run_ruler("track")
        debtor, forgotten = (
            self.debtor(),
            self.debtor(self.env["res.partner"].search([("name", "=", "Forgotten")])),
        )
        self.assertEqual((debtor.stage_id.kind, forgotten.stage_id.kind), ("upcoming", "review"))
        with self.at("2026-01-26 10:00"):
            self.run_ruler()
            self.run_ruler("track")
        self.assertEqual(debtor.stage_id.kind, "review", "its task was made")

    def test_who_is_to_be_reminded_today_was_not_reminded_yet(self):
        self.invoice("2026-01-08")
        self.activate("2026-01-10")
        with self.at("2026-01-12 07:00"):
            self.run_ruler("plan", "track")
        self.assertEqual(self.followups().mapped("state"), ["planned"])
        self.assertEqual(self.debtor().stage_id.kind, "upcoming")
        self.assertTrue(self.day("2026-01-12"))
        self.assertEqual(self.debtor().stage_id.name, "Reminded")

    def test_a_ruler_that_is_paused_is_said_on_the_card_and_on_today(self):
        self.invoice("2026-01-30")
        self.activate()
        self.ruler.action_pause()
        self.assertEqual(self.words("2026-01-26 10:00")[0], "Silent: the ruler is not running")
        Today = self.env["collection.today"].with_context(allowed_company_ids=self.company.ids)
        self.assertIn(f"“{self.ruler.name}” is paused", str(Today.tiles()["notices"]))
        self.ruler.action_resume()
        self.assertNotIn("not running", self.words("2026-01-26 10:00")[0])
        self.assertFalse(Today.tiles()["notices"])

    def test_a_message_to_nobody_is_not_said_to_leave(self):
        self.invoice("2026-01-08")
        self.activate("2026-01-10")
        with self.at("2026-01-12 07:00"):
            self.run_ruler("plan")
        with self.at("2026-01-12 07:30"):
            self.assertIn("leaves today", self.debtor().why)
        self.customer.email = False
        self.env.invalidate_all()
        self.assertIn("cannot leave: there is no address to send it to", self.debtor().why)

    def test_message_in_the_outbox_is_named(self):
        self.invoice("2026-01-30")
        self.activate()
        with self.at("2026-02-03 10:00"):
            self.run_ruler()
        self.assertEqual(self.words("2026-02-03 10:00")[0], "E-mail “Forgot?” is in the outbox")

    def test_contacts_without_answer_are_counted_and_an_answer_ends_it(self):
        self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        self.day("2026-01-30")
        self.assertEqual(self.words("2026-01-31 10:00")[1], "Reminded yesterday")
        (mail,) = self.day("2026-02-03")
        self.assertEqual(
            self.words("2026-02-04 10:00")[1], "No answer to 3 contacts, the last yesterday"
        )
        with self.at("2026-02-04 11:00"):
            self.reply(mail)
        self.assertEqual(self.words("2026-02-05 10:00"), ("Reply waiting", "Replied yesterday"))

    def test_hold_says_until_when_and_why(self):
        self.invoice("2026-01-30")
        self.activate()
        with self.at("2026-01-05 10:00"):
            self.hold(note="waits for a corrected invoice", date_to="2026-01-15")
        self.assertEqual(
            self.words("2026-01-06 10:00")[0],
            "Silent until Thu 15 Jan: waits for a corrected invoice",
        )
        self.assertEqual(self.words("2026-01-16 10:00")[0], "E-mail “A week before” on Fri 23 Jan")

    def test_message_that_failed_is_not_forgotten(self):
        self.customer.email = False
        self.invoice("2026-01-30")
        self.activate()
        self.day("2026-01-23")
        self.assertEqual(
            self.words("2026-01-24 10:00")[0],
            "“A week before” was not sent: no address to send to",
        )

    def test_second_currency_is_mentioned(self):
        self.invoice("2026-01-30")
        francs = self.env.ref("base.CHF")
        francs.active = True
        self.invoice("2026-01-30", currency_id=francs.id)
        self.activate()
        self.assertEqual(self.debtor().currency_text, "+1 currency")

    def test_nothing_is_owed(self):
        move = self.invoice("2026-01-30")
        self.activate()
        with self.at("2026-01-10 10:00"):
            self.pay(move)
            self.run_ruler("track", "plan")
        self.day("2026-01-12")
        self.assertEqual(
            self.words("2026-01-14 10:00"), ("Nothing is owed", "Thanked on Mon 12 Jan")
        )

    def test_a_list_costs_the_same_for_five_and_for_fifty(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@customer.example.com"} for n in range(50)]
        )
        for partner in partners:
            self.invoice("2026-01-30", partner=partner)
        self.activate()
        self.day("2026-01-23")
        names = ["next_text", "last_text", "why", "instalment_count", "currency_text"]
        names += ["is_waiting", "local_time", "window_open"]
        counts = []
        with self.at("2026-01-24 10:00"):
            for size in (1, 5, 50):  # the first warms up what Odoo keeps
                debtors = self.env["collection.debtor"].search(
                    [("partner_id", "in", partners.ids)], limit=size
                )
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                debtors.read(names)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        # settings are read once: of them what templates state and which steps review are the latest
        # what comes next rests on all that decisions rest on
        self.assertLess(counts[2], 34)

    def test_what_no_ruler_takes_is_open_all_the_same_and_says_so(self):
        self.ruler.amount_min = 1000.0
        self.activate("2026-03-02")
        with self.at("2026-03-12 10:00"):
            bea = self.person("Bea")
            self.invoice("2026-03-09", 95.0, bea, date="2026-03-02")
            self.run_ruler()
            debtor = self.debtor(bea)
            self.assertEqual((debtor.amount_due, debtor.amount_overdue), (95.0, 95.0))
            self.assertEqual(debtor.next_text, "No ruler takes what is open")
            self.assertIn("nobody is reminded", debtor.why)

    def test_local_time_says_whether_the_window_is_open(self):
        self.invoice("2026-01-30")
        self.activate()
        for at, words in (
            ("2026-01-05 10:42", "10:42 · open until 18:00"),
            ("2026-01-05 07:42", "07:42 · closed until 09:00"),
            ("2026-01-09 19:00", "19:00 · closed until Mon 12 Jan 09:00"),
        ):
            with self.at(at):
                debtor = self.debtor()
                debtor.invalidate_recordset()
                self.assertEqual(debtor.local_time, words)

    def test_a_task_is_done_and_not_sent(self):
        self.invoice("2026-01-30")
        self.activate()
        for day in ("2026-01-23", "2026-01-30", "2026-02-03", "2026-02-06"):
            self.day(day)
        task = self.followups(channel="activity")
        self.assertEqual(task.mapped("state_text"), ["To do"])
        task.activity_id.action_done()
        task.invalidate_recordset()
        self.assertEqual(task.mapped("state_text"), ["Done"])

    def test_a_hold_and_its_end_stand_on_the_timeline_with_the_reason(self):
        move = self.invoice("2026-01-30")
        self.activate()
        hold = self.hold(move, origin="dispute", note="wrong price", date_to="2026-02-10")
        hold.action_end()
        said = [" ".join(message.preview.split()) for message in self.debtor().message_ids[:2]]
        name = f"{move.name} · 01/30/2026 (Dispute: wrong price)."
        self.assertEqual(said, [f"Hold ended for {name}", f"On hold until 02/10/2026: {name}"])
