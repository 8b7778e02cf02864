"""A customer whose address does not work: the next messages wait until there is another one (C5, H2)."""

import smtplib
from contextlib import closing
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionCommon
from .door_case import MAIL, SERVER


@tagged("post_install", "-at_install")
class TestBadAddress(CollectionCommon):
    """ "Due today" of the 9th of March did not reach Ana; "Forgot?" would come on the 11th."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.instalment = self.instalments(self.move)
        self.day("2026-03-02")

    def reach_nobody(self):
        (mail,) = self.day("2026-03-09")
        with self.at("2026-03-09 12:00"):
            self.bounce(mail)
        self.bounced = self.followups(state="failed")
        self.assertEqual(self.bounced.step_name, "Due today")

    def refuse(self, said):
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
            refused = smtplib.SMTPRecipientsRefused({self.customer.email: (550, said)})
            self.deliver(refused)
        self.assertEqual(self.followups()[-1].reason, "refused")

    def assert_waits(self, reason="bad_address", since="Due today"):
        """Nothing new is planned, and the place on the ladder is kept."""
        self.instalments(self.move).invalidate_recordset()
        instalment = self.instalments(self.move)
        self.assertEqual((instalment.waiting_reason, instalment.watermark), (reason, 0))
        self.assertEqual(self.followups()[-1].step_name, since)

    def went_to(self, sent):
        return [(mail["subject"].split(":")[0], mail["email_to"][0]) for mail in sent]

    def test_a_delay_that_a_server_reports_stops_nothing(self):
        (mail,) = self.day("2026-03-09")
        with self.at("2026-03-09 12:00"):
            self.bounce(mail, "delayed", "4.4.1")
        self.assertFalse(self.followups(state="failed"))
        ((_subject, to),) = self.went_to(self.day("2026-03-11"))
        self.assertIn(self.customer.email, to)

    def test_the_next_message_is_not_planned_to_an_address_that_bounced(self):
        self.reach_nobody()
        self.assertFalse(self.day("2026-03-11"))
        self.assert_waits()
        self.assertEqual(self.followups(state="failed"), self.bounced)
        with self.at("2026-03-12 10:00"):
            debtor = self.debtor()
            debtor.invalidate_recordset()
            self.assertEqual(debtor.next_text, "Silent: the e-mail address does not work")
            self.assertTrue(debtor.is_waiting)
            tiles = {t["key"]: t for t in self.env["collection.today"].tiles()["tiles"]}
            self.assertEqual(tiles["addresses"]["count"], 1)
            self.bounced.action_cancel()
            tiles = {t["key"]: t for t in self.env["collection.today"].tiles()["tiles"]}
            self.assertEqual(tiles["addresses"]["count"], 1, "who waits for it still stands there")

    def test_calls_go_on_and_another_address_hears_the_latest_step_once(self):
        self.reach_nobody()
        for day in ("2026-03-11", "2026-03-13", "2026-03-16", "2026-03-17", "2026-03-18"):
            self.assertFalse(self.day(day))
        self.assertTrue([t for t in self.tasks() if t.startswith("Call")], self.tasks())
        self.customer.email = "new@customer.example.com"
        sent = self.day("2026-03-19")
        self.assertEqual(
            [mail["email_to"] for mail in sent], [['"Ana Example" <new@customer.example.com>']]
        )
        self.assertEqual(self.followups(channel="email")[-1].step_name, "Firm and polite")
        self.assertFalse(self.day("2026-03-20"))

    def test_an_invoice_contact_with_another_address_is_enough(self):
        self.reach_nobody()
        self.day("2026-03-11")
        self.office()
        (mail,) = self.day("2026-03-12")
        self.assertIn("office@customer.example.com", mail["email_to"][0])

    @mute_logger(MAIL, SERVER)
    def test_a_mailbox_that_the_server_does_not_know(self):
        self.refuse(b"5.1.1 no such user")
        self.assertFalse(self.day("2026-03-11"))
        self.assert_waits()

    @mute_logger(MAIL, SERVER)
    def test_a_refusal_that_may_be_about_us_does_not_silence_the_customer(self):
        """Else one bad day of our own mail server would silence everybody for good."""
        for said in (b"5.7.1 not authorized", b"5.0.0 mailbox unavailable", b"5.6.1 no such media"):
            with self.subTest(said), closing(self.env.cr.savepoint()):
                self.refuse(said)
                self.assertFalse(self.followups()[-1].is_bad_address)
                self.assertTrue([t for t in self.tasks() if "Not sent" in t])
                self.assertEqual(len(self.day("2026-03-11")), 1)

    def test_where_there_is_no_address_the_first_fails_and_the_next_wait(self):
        self.customer.email = False
        self.assertFalse(self.day("2026-03-09"))
        self.assertEqual(self.followups()[-1].reason, "no_address")
        self.assertFalse(self.day("2026-03-11"))
        self.assert_waits("no_address")
        self.customer.email = "ana@customer.example.com"
        self.assertEqual(len(self.day("2026-03-12")), 1)
        self.assertEqual(self.followups()[-1].step_name, "Forgot?")

    def test_trying_again_at_a_new_address_does_not_make_that_one_bad(self):
        self.reach_nobody()
        with self.at("2026-03-09 13:00"):
            self.customer.email = "new@customer.example.com"
            self.bounced.action_retry()
        self.assertEqual(len(self.day("2026-03-09", "13:30")), 1)
        self.assertEqual(
            len(self.day("2026-03-12")), 1, "the new address was taken for the bad one"
        )

    def test_whom_a_later_message_reached_is_written_to(self):
        """A bounce of long ago does not count against an address that works since."""
        self.reach_nobody()
        self.bounced.copy(
            {
                "state": "sent",
                "bounced_at": False,
                "scheduled_at": "2026-03-10 09:00:00",
                "handed_at": "2026-03-10 09:00:00",
                "delivered_at": "2026-03-10 09:00:00",
            }
        )
        self.assertEqual(len(self.day("2026-03-12")), 1)

    def office(self):
        """A contact for invoices, with an address of its own."""
        return self.person(
            "Ana's office",
            type="invoice",
            parent_id=self.customer.id,
            email="office@customer.example.com",
        )

    def fail_forgot(self):
        """ "Due today" arrived; the mailbox was gone when "Forgot?" came."""
        self.day("2026-03-09")
        with self.at("2026-03-11 09:30"):
            self.run_ruler()
            refused = smtplib.SMTPRecipientsRefused(
                {self.customer.email: (550, b"5.1.1 no such user")}
            )
            self.deliver(refused)
            self.run_ruler("track")
        failed = self.followups(state="failed")
        self.assertEqual((failed.step_name, failed.reason), ("Forgot?", "refused"))
        return failed

    def failed_addresses(self):
        tiles = {t["key"]: t for t in self.env["collection.today"].tiles()["tiles"]}
        return tiles["addresses"]["count"]

    @mute_logger(MAIL, SERVER)
    def test_another_address_mends_the_message_that_failed(self):
        failed = self.fail_forgot()
        self.assertEqual(self.failed_addresses(), 1)
        self.assertTrue([t for t in self.tasks() if "does not work" in t])
        with self.at("2026-03-12 08:00"):
            self.customer.email = "new@customer.example.com"
        (mail,) = self.day("2026-03-12")
        self.assertEqual(self.went_to([mail])[0][1], '"Ana Example" <new@customer.example.com>')
        failed.invalidate_recordset()
        self.assertEqual((failed.step_name, failed.state), ("Forgot?", "sent"))
        self.assertEqual(
            [row for row in self.ledger(self.move) if row[0] == "Forgot?"],
            [("Forgot?", "sent", "due")],
        )
        with self.at("2026-03-12 12:00"):
            debtor = self.debtor()
            debtor.invalidate_recordset()
            self.assertNotIn("was not sent", debtor.next_text)
            self.assertEqual(self.failed_addresses(), 0)
        self.assertFalse([t for t in self.tasks() if "does not work" in t])
        self.assertIn("is tried again", "".join(debtor.message_ids.mapped("body")))
        self.assertFalse(self.day("2026-03-13"), "it is said once")

    @mute_logger(MAIL, SERVER)
    def test_the_message_follows_to_a_new_contact_for_invoices(self):
        self.fail_forgot()
        with self.at("2026-03-12 08:00"):
            office = self.office()
        (mail,) = self.day("2026-03-12")
        self.assertIn("office@customer.example.com", mail["email_to"][0])
        self.assertEqual(self.followups()[-1].partner_id, office)

    @mute_logger(MAIL, SERVER)
    def test_other_news_about_the_customer_tries_nothing_again(self):
        failed = self.fail_forgot()
        with self.at("2026-03-12 08:00"):
            self.customer.write({"email": "Ana@Customer.example.com ", "phone": "+353 1 555 0100"})
        self.assertFalse(self.day("2026-03-12"))
        self.assertEqual(failed.state, "failed")
        self.assertTrue([t for t in self.tasks() if "does not work" in t])

    @mute_logger(MAIL, SERVER)
    def test_what_any_channel_reads_of_a_contact_has_track_look_again(self):
        self.fail_forgot()
        Refresh = self.env["collection.debtor.refresh"]
        Refresh.search([]).unlink()
        self.customer.function = "Violinist"
        self.assertFalse(Refresh.search([]), "no channel reads it")
        channel = self.registry["collection.channel.email"]
        with patch.object(channel, "_address_fields", ("email", "function")):
            self.customer.function = "Cellist"
            self.assertEqual(Refresh.search([]).debtor_id, self.debtor())
            Refresh.search([]).unlink()
            self.person("Office", parent_id=self.customer.id, email=False, function="Desk 2")
            self.assertEqual(Refresh.search([]).debtor_id, self.debtor(), "a new contact")

    @mute_logger(MAIL, SERVER)
    def test_what_was_paid_meanwhile_is_not_said_after_all(self):
        failed = self.fail_forgot()
        with self.at("2026-03-12 08:00"):
            self.pay(self.move)
            self.customer.email = "new@customer.example.com"
        self.assertNotIn("Forgot?", [f.step_name for f in self.followups(state="sent")])
        for mail in self.day("2026-03-12"):
            self.assertIn("Thank", mail["subject"])
        self.assertEqual(failed.state, "cancelled")

    def test_a_notice_that_is_late_is_taken_back_and_not_said(self):
        """ "Due today" is untrue the day after; the next reminder comes on its day."""
        self.customer.email = False
        self.day("2026-03-09")
        failed = self.followups(state="failed")
        self.assertEqual(failed.step_name, "Due today")
        self.assertIn("Add an e-mail address: there is none to send to", self.tasks())
        with self.at("2026-03-10 08:00"):
            self.customer.email = "ana@customer.example.com"
        self.assertFalse(self.day("2026-03-10"))
        self.assertEqual((failed.state, failed.reason), ("cancelled", "replaced"))
        self.assertNotIn("Add an e-mail address: there is none to send to", self.tasks())
        self.assertEqual(len(self.day("2026-03-11")), 1)
        self.assertEqual(self.followups(state="sent")[-1].step_name, "Forgot?")

    def test_only_the_newest_of_several_is_tried_again(self):
        self.customer.email = False
        self.day("2026-03-09")
        older = self.followups(state="failed")
        step = self.step("Firm and polite")
        older.step_id = self.step("Forgot?")  # no notice that would be too late
        newer = older.copy(
            {
                "step_name": step.name,
                "step_id": step.id,
                "state": "failed",  # else a copy begins anew
                "scheduled_at": "2026-03-10 09:00:00",
            }
        )
        older.item_ids.copy(
            {
                "followup_id": newer.id,
                "step_id": step.id,
                "step_name": step.name,
                "offset_days": step.offset_days,
            }
        )
        self.instalments(self.move).watermark = step.offset_days
        with self.at("2026-03-12 08:00"):
            self.customer.email = "ana@customer.example.com"
        self.assertEqual(len(self.day("2026-03-12")), 1)
        self.assertEqual((older.state, older.reason), ("cancelled", "replaced"))
        self.assertEqual(newer.state, "sent")

    def test_many_addresses_cost_as_much_as_one(self):
        """An import writes thousands of contacts; those without failed messages cost nothing more."""
        self.customer.email = False
        self.day("2026-03-09")
        costs = []
        for count in (1, 20):
            people = self.env["res.partner"].union(
                *(self.person(f"Other {count} {n}") for n in range(count)), self.customer
            )
            people.mapped("commercial_partner_id")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            people._collection_address_changed()
            costs.append(self.env.cr.sql_log_count - before)
            touches = self.env["collection.debtor.refresh"].search([])
            self.assertEqual(touches.debtor_id, self.debtor())
            touches.unlink()
        self.assertEqual(*costs)

    def test_costs_the_same_however_many_addresses_fail(self):
        costs = []
        for count in (2, 8):
            partners = [self.person(f"Person {count} {n}") for n in range(count)]
            moves = [self.invoice("2026-03-09", partner=p, date="2026-03-02") for p in partners]
            with self.at("2026-03-09 09:30"):
                self.run_ruler("enrol", "plan")
                for partner in partners:
                    followup = self.followups(partner)[-1]
                    followup.write({"address": partner.email, "handed_at": "2026-03-09 09:30:00"})
                    followup.is_bad_address = True
            debtors = self.instalments(*moves).debtor_id
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            mute = self.env["collection.failed.addresses"]._unreachable(debtors.ids)
            costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(mute), set(debtors.ids))
        self.assertEqual(*costs)
        self.assertLess(costs[0], 12)
