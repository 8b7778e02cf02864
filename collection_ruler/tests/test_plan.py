"""What is planned, when, and why not: rulers, caps, calendars, changes in mid-course."""

from itertools import pairwise

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CollectionCommon


class PlanCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.words = self.step("Forgot?").mail_template_id

    def another_ruler(self, name, **values):
        """A second ruler with one step of its own, two days after the due date, running."""
        ruler = self.env["collection.ruler"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "state": "draft",
                "step_ids": [
                    Command.create(
                        {
                            "name": f"{name} reminder",
                            "offset_days": 2,
                            "channel": "email",
                            "mail_template_id": self.words.id,
                        }
                    )
                ],
                **values,
            }
        )
        return ruler

    def add_step(self, offset, name="Inserted", **values):
        return self.env["collection.ruler.step"].create(
            {
                "ruler_id": self.ruler.id,
                "name": name,
                "offset_days": offset,
                "channel": "email",
                "mail_template_id": self.words.id,
                **values,
            }
        )

    def days_said(self, first, last, month="2026-03"):
        """(day, step name) of what arrives on each day of a month."""
        said = []
        for day in range(first, last + 1):
            known = self.followups(state="sent")
            self.day(f"{month}-{day:02}")
            new = (self.followups(state="sent") - known).filtered(lambda f: f.channel == "email")
            said += [(day, f.step_name) for f in new]
        return said


@tagged("post_install", "-at_install")
class TestInstalments(PlanCase):
    def course(self):
        """A twelve-month course, paid on the 10th of each month."""
        term = self.env["account.payment.term"].create(
            {
                "name": "12 instalments",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100 / 12
                            if month < 11
                            else 100 - 11 * round(100 / 12, 6),
                            "delay_type": "days_after",
                            "nb_days": 8 + 30 * month,
                        }
                    )
                    for month in range(12)
                ],
            }
        )
        return self.invoice(
            False,
            1200.0,
            date="2026-03-01",
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )

    def test_a_course_in_twelve_instalments_is_twelve_due_dates(self):
        self.activate("2026-03-01")
        move = self.course()
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        instalments = self.instalments(move)
        self.assertEqual(len(instalments), 12)
        self.assertEqual(len(set(instalments.mapped("due_date"))), 12)
        self.assertAlmostEqual(sum(instalments.mapped("residual_currency")), 1200.0)
        self.assertEqual(str(instalments[0].due_date), "2026-03-09")

    def test_each_instalment_is_reminded_of_for_itself(self):
        self.activate("2026-03-01")
        move = self.course()
        sent = self.day("2026-03-02")
        self.assertEqual(len(sent), 1)
        self.assertEqual(self.followups()[-1].amount_due, 100.0, "the whole course was asked for")
        with self.at("2026-03-03 10:00"):
            self.pay(move, 100.0)
            self.run_ruler("track")
        self.assertEqual(self.instalments(move).mapped("is_open"), [False] + [True] * 11)
        for day in ("2026-03-09", "2026-03-11", "2026-03-18", "2026-04-01"):
            self.day(day)
        self.assertNotIn("Forgot?", [name for name, _state in self.said()], "a paid one was chased")
        second = self.instalments(move)[1]
        self.assertEqual(str(second.due_date), "2026-04-08")
        self.assertIn(
            "A week before",
            [
                i.step_name
                for i in self.env["collection.followup.item"].search(
                    [("move_id", "=", move.id), ("due_date", "=", second.due_date)]
                )
            ],
        )

    def test_the_invoice_is_delivered_once_for_all_its_instalments(self):
        self.activate("2026-03-01")
        move = self.course()
        move.is_move_sent = False
        self.day("2026-03-02")
        self.day("2026-03-30")
        deliveries = self.followups(purpose="delivery")
        self.assertEqual(len(deliveries), 1)
        rows = [row for row in self.ledger(move) if row[0] == "Send the invoice"]
        self.assertEqual(
            rows,
            [("Send the invoice", "sent", "due"), ("Send the invoice", "skipped", "already_sent")],
        )


@tagged("post_install", "-at_install")
class TestWhichRuler(PlanCase):
    def setUp(self):
        super().setUp()
        self.vip = self.another_ruler("Gentle", sequence=1, partner_domain="[('ref', '=', 'VIP')]")
        self.gentle_customer = self.person("Gentle Guest", ref="VIP")

    def enrol(self, *moves):
        with self.at("2026-03-02 08:00"):
            self.run_ruler("enrol")
        return self.instalments(*moves).mapped("ruler_id")

    def activate_both(self):
        self.activate("2026-03-01")
        with self.at("2026-03-01 08:00"):
            self.vip._activate()

    def test_first_ruler_that_matches_is_taken(self):
        self.activate_both()
        self.assertEqual(
            self.enrol(self.invoice("2026-03-09", partner=self.gentle_customer)), self.vip
        )
        self.assertEqual(self.enrol(self.invoice("2026-03-09")), self.ruler)

    def test_contact_of_a_company_matches_by_its_company(self):
        self.activate_both()
        contact = self.person("Colleague", parent_id=self.gentle_customer.id)
        self.assertEqual(self.enrol(self.invoice("2026-03-09", partner=contact)), self.vip)

    def test_invoice_overrides_customer_who_overrides_the_match(self):
        self.activate_both()
        third = self.another_ruler("Third", sequence=99)
        with self.at("2026-03-01 08:00"):
            third._activate()
        self.customer.with_company(self.company).collection_ruler_id = self.vip
        self.assertEqual(self.enrol(self.invoice("2026-03-09")), self.vip)
        self.assertEqual(
            self.enrol(self.invoice("2026-03-09", collection_ruler_id=third.id)), third
        )

    def test_once_taken_it_stays(self):
        self.activate_both()
        move = self.invoice("2026-03-09", partner=self.gentle_customer)
        self.assertEqual(self.enrol(move), self.vip)
        self.gentle_customer.ref = "ordinary"
        self.customer.with_company(self.company).collection_ruler_id = self.ruler
        self.assertEqual(
            self.enrol(move), self.vip, "a changed customer moved an enrolled instalment"
        )

    def test_a_persons_word_on_the_invoice_moves_it_and_repeats_nothing(self):
        self.activate_both()
        move = self.invoice("2026-03-09")
        self.assertEqual(
            self.days_said(2, 11), [(2, "A week before"), (9, "Due today"), (11, "Forgot?")]
        )
        with self.at("2026-03-11 12:00"):
            move.collection_ruler_id = self.vip
        self.assertEqual(self.instalments(move).ruler_id, self.vip)
        self.assertEqual(self.days_said(12, 20), [], "+2 was said already, under the other ruler")

    def test_ruler_outside_its_dates_takes_nobody_and_says_nothing(self):
        self.vip.write({"date_from": "2026-03-10", "date_to": "2026-03-20"})
        self.activate_both()
        early = self.invoice("2026-03-09", partner=self.gentle_customer)
        self.assertEqual(self.enrol(early), self.ruler, "taken before its first day")
        with self.at("2026-03-10 08:00"):
            late = self.invoice("2026-03-19", partner=self.gentle_customer)
            self.run_ruler("enrol")
        self.assertEqual(self.instalments(late).ruler_id, self.vip)
        self.vip.date_to = "2026-03-18"
        for day in ("2026-03-23", "2026-03-24"):
            self.day(day)
        self.assertFalse(self.followups(self.gentle_customer, ruler_id=self.vip.id))

    def test_two_rulers_for_one_customer_speak_once_a_day(self):
        self.activate_both()
        self.invoice("2026-03-09")
        self.invoice("2026-03-09", collection_ruler_id=self.vip.id)
        self.day("2026-03-02")
        self.day("2026-03-09")
        sent = self.day("2026-03-11")
        self.assertEqual(len(sent), 1)
        self.assertEqual(self.followups()[-1].amount_due, 200.0)


@tagged("post_install", "-at_install")
class TestOneVoice(PlanCase):
    """B4, B5: one message per customer, in the tone of the oldest; a cap over everything."""

    def test_several_invoices_one_message_with_the_tone_of_the_oldest(self):
        self.activate("2026-03-02")
        old = self.invoice("2026-03-09", 100.0)
        new = self.invoice("2026-03-15", 50.0)  # a Sunday: due on Monday the 16th
        for day in ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16"):
            self.day(day)
        sent = self.day("2026-03-18")  # +9 of the old, +2 of the new
        self.assertEqual(len(sent), 1)
        followup = self.followups()[-1]
        self.assertEqual(followup.step_name, "Firm and polite")
        self.assertEqual(followup.amount_due, 150.0)
        self.assertEqual(set(followup.item_ids.mapped("step_name")), {"Firm and polite", "Forgot?"})
        self.assertIn(old.name, sent[0]["body"])
        self.assertIn(new.name, sent[0]["body"])

    def test_tone_falls_when_the_oldest_is_paid_before_it_leaves(self):
        self.activate("2026-03-02")
        old = self.invoice("2026-03-09", 100.0)
        self.invoice("2026-03-15", 50.0)
        for day in ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16"):
            self.day(day)
        with self.at("2026-03-18 08:00"):
            self.run_ruler()
            self.assertEqual(self.followups()[-1].step_name, "Firm and polite")
            self.pay(old)
        sent = self.day("2026-03-18", "09:10")
        self.assertIn("slip through", sent[0]["subject"])
        followup = self.followups(purpose="dunning")[-1]
        self.assertEqual((followup.step_name, followup.amount_due), ("Forgot?", 50.0))
        self.assertNotIn(old.name, sent[0]["body"])
        self.assertIn(("Firm and polite", "cancelled", "paid"), self.ledger(old))

    def test_what_is_coming_is_a_second_table_not_a_second_message(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0)
        coming = self.invoice("2026-03-30", 70.0)
        self.day("2026-03-02")
        (sent,) = self.day("2026-03-09")
        self.assertEqual(self.followups()[-1].amount_due, 100.0, "what is not due was added")
        self.assertIn(coming.name, sent["body"])
        self.assertFalse(self.ledger(coming))

    def test_what_a_notice_asks_for_does_not_stand_in_the_second_table_too(self):
        self.activate("2026-03-02")
        own = self.invoice("2026-03-09", 100.0)
        later = self.invoice("2026-03-30", 70.0)
        with self.at("2026-03-02 09:30"):
            self.run_ruler()
            notice = self.followups()[-1]
            self.assertIn(own.name, notice.due_table)
            self.assertIn(later.name, notice.coming_table)
            self.assertNotIn(own.name, notice.coming_table)

    def test_days_between_contacts(self):
        self.ruler.min_days_between_contacts = 5
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.assertEqual(
            self.days_said(2, 16), [(2, "A week before"), (9, "Due today"), (16, "Forgot?")]
        )

    def test_cap_of_contacts_in_a_period(self):
        self.ruler.write({"max_contacts": 1, "max_contacts_days": 10})
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        said = self.days_said(2, 27)
        self.assertTrue(said)
        days = [day for day, _name in said]
        for first, second in pairwise(days):
            self.assertGreaterEqual(second - first, 10)

    def test_cap_counts_what_was_said_about_other_invoices(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09")
        self.invoice("2026-03-10")
        self.assertEqual(
            [day for day, _n in self.days_said(9, 10)], [9], "a second message a day later"
        )

    def test_thanks_and_invoices_are_no_contacts(self):
        """B4: what asks for nothing keeps no reminder back, and no reminder keeps it back."""
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 100.0)
        self.day("2026-03-02")
        with self.at("2026-03-06 10:00"):
            self.pay(move, 30.0)
            self.run_ruler("track")
        self.invoice("2026-03-19", 50.0, date="2026-03-09", sent=False)
        known = self.followups()
        self.assertEqual(len(self.day("2026-03-09")), 3)
        purposes = (self.followups(state="sent") - known.filtered("delivered_at")).mapped("purpose")
        self.assertIn("dunning", purposes)
        self.assertIn("delivery", purposes)
        self.assertEqual(self.followups(purpose="thanks").state, "sent")

    def test_no_overdue_step_until_days_after_delivery(self):
        """Story 2: posted today, due today, never sent."""
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", date="2026-03-09", sent=False)
        sent = self.day("2026-03-09")
        self.assertEqual(len(sent), 1)
        self.assertTrue(move.is_move_sent)
        self.assertFalse(self.day("2026-03-10") + self.day("2026-03-11"))
        (mail,) = self.day("2026-03-12")
        self.assertIn("slip through", mail["subject"])

    def test_no_overdue_step_until_days_after_a_person_sent_the_invoice(self):
        self.activate("2026-03-02")
        self.ruler.days_after_delivery = 5
        move = self.invoice("2026-03-09", date="2026-03-09", sent=False)
        self.step("Send the invoice").unlink()
        with self.at("2026-03-09 08:00"), self.gateway(), self.allow_pdf_render():
            wizard = self.env["account.move.send.wizard"].with_context(
                active_model="account.move", active_ids=move.ids
            )
            wizard.create({"sending_methods": ["email"]}).action_send_and_print()
        self.assertTrue(move.is_move_sent)
        sent = [(n, mail) for n in range(9, 17) for mail in self.day(f"2026-03-{n:02}")]
        reminders = [n for n, mail in sent if "slip through" in mail["subject"]]
        self.assertEqual(reminders, [16], "on the 14th it is a Saturday")
        self.assertNotIn("today", str([mail["subject"] for _n, mail in sent]))


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
        """A3, story 1: due on Saturday and not paid on Monday is not late yet."""
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
        with self.at("2026-03-17 12:00"):
            self.run_ruler()
        for _time in range(3):
            self.day("2026-03-18")
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
        self.assertEqual(self.days_said(12, 18), [(18, "Firm and polite")])

    def test_step_moved_behind_the_watermark_is_not_repeated(self):
        self.step("Forgot?").offset_days = 1
        self.assertEqual(self.days_said(12, 13), [])

    def test_step_said_already_and_moved_ahead_is_not_repeated(self):
        self.step("Forgot?").offset_days = 4
        self.assertEqual(self.days_said(12, 16), [], "the same words twice")
        self.assertEqual(self.days_said(17, 18), [(18, "Firm and polite")], "stuck behind it")

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
        self.day("2026-03-18")
        marks.append(self.instalments(self.move).watermark)
        self.assertEqual(marks, sorted(marks))
        self.assertEqual(marks[0], 2)
        self.assertEqual(marks[-1], 8)

    def test_pause_and_resume(self):
        with self.at("2026-03-12 10:00"):
            self.ruler.action_pause()
        self.assertEqual(self.days_said(16, 18), [])
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
        with self.at("2026-03-18 09:30"):
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


@tagged("post_install", "-at_install")
class TestActivation(PlanCase):
    """A8: switching on is never a blast, and the counts are named first."""

    def setUp(self):
        super().setUp()
        self.late = self.person("Late")
        self.coming = self.person("Coming")
        self.moves = [
            self.invoice("2026-03-02", 100.0, self.late),
            self.invoice("2026-03-05", 100.0, self.late),
            self.invoice("2026-03-27", 100.0, self.coming),
        ]

    def test_dialog_names_the_counts_and_changes_nothing(self):
        with self.at("2026-03-10 10:00"):
            self.ruler.action_activate()
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            self.assertEqual(wizard.customer_count, 2)
            self.assertEqual(wizard.instalment_count, 3)
            self.assertEqual(wizard.overdue_count, 2)
            self.assertEqual(wizard.joining_count, 2)
            self.assertEqual(wizard.today_count, 0)
            # +10 of the first on the 12th, +8 of the second on the 13th, the other a fortnight on
            self.assertEqual(str(wizard.next_date), "2026-03-12")
            self.assertEqual(wizard.next_count, 1)
        self.assertEqual(self.ruler.state, "draft")
        self.assertFalse(self.instalments(*self.moves), "looking enrolled somebody")
        self.assertFalse(self.debtor(self.late))

    def test_backlog_joins_silently_at_its_step(self):
        with self.at("2026-03-16 10:00"):
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            wizard.action_confirm()
        self.assertEqual(self.ruler.state, "running")
        for day in ("2026-03-16", "2026-03-18", "2026-03-19"):
            self.assertFalse(self.day(day), "a debt of before was chased")
        self.assertEqual(len(self.day("2026-03-20")), 1, "the coming one is announced as ever")
        self.assertFalse(self.followups(self.late))

    def test_what_becomes_due_after_joining_goes_on_from_there(self):
        self.activate("2026-03-09", "08:00")  # at +5 and +2
        self.assertFalse(self.day("2026-03-09"))
        (mail,) = self.day("2026-03-10")  # +8 of the first, and nobody had written before
        self.assertIn("slip through", mail["subject"], "the first word was the firmest")
        self.assertEqual(self.ledger(self.moves[0]), [("Firm and polite", "sent", "due")])
        self.assertNotIn("Forgot?", [name for name, *_state in self.ledger(*self.moves)])

    def test_a_ruler_without_steps_cannot_be_switched_on(self):
        self.ruler.step_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no steps yet"):
            self.ruler._activate()
