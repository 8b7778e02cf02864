"""Whoever asks why a customer is not written to gets one answer, wherever they look (F1, F5, A6, A13)."""

import re
import smtplib

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..dunning.reason import Reason
from ..models.common.reason_labels import reason_label
from .common import CollectionCommon

MAIL = "odoo.addons.mail.models.mail_mail"
SERVER = "odoo.addons.base.models.ir_mail_server"


@tagged("post_install", "-at_install")
class TestOneReason(CollectionCommon):
    """Ana owes 100 since Monday the 9th of March; "Forgot?" comes on the 11th."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler("enrol")

    def plan(self):
        """ "Forgot?" is planned for nine o'clock."""
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol", "plan")
        followup = self.followups(state="planned") + self.followups(state="to_approve")
        self.assertEqual(followup.step_name, "Forgot?")
        return followup

    def assert_said(self, reason, banner=None, line=None, report=None, at="2026-03-11 07:30"):
        """Banner, drawn line, list, today's outgoing and the report of what nobody follows up agree.

        :param reason: what lists have; in words where the others have none of their own
        :param banner: what its sentence says, as a regular expression
        :param line: the same for the drawn line, False where nothing is drawn
        :param report: what the report has, None where the invoice is not in it
        """
        words = re.escape(reason_label(self.env, reason)) if reason else None
        self.env.flush_all()
        self.env.invalidate_all()
        with self.at(at):
            debtor, instalment = self.debtor(), self.instalments(self.move)
            self.assertRegex(debtor.why, banner or words)
            self.assertRegex(debtor.next_text, banner or words)
            self.assertEqual(instalment.waits_because, reason or False)
            for owner in (instalment, debtor, self.move):
                if line is False:
                    self.assertFalse(owner.ruler_line)
                else:
                    self.assertRegex(owner.ruler_line["next"], line or words)
            for followup in self.followups().filtered("leaves_at"):
                if reason == Reason.SKIPPED_TODAY:
                    self.assertIn("Skipped until", followup.waits_because)
                elif reason == Reason.NO_ADDRESS:
                    self.assertIn("no e-mail address", followup.waits_because)
                elif reason:
                    self.assertRegex(followup.waits_because.lower(), words.lower())
                else:
                    self.assertFalse(followup.waits_because)
            rows = self.env["collection.coverage"].search([("move_id", "=", self.move.id)])
            self.assertEqual(rows.mapped("reason"), [report] if report else [])

    def test_the_next_step(self):
        self.assert_said(None, "Forgot", "Forgot.*on Wed", at="2026-03-10 10:00")
        self.plan()
        self.assert_said(None, "Forgot.*today at 09:00", "Forgot.*today")

    def test_a_pause_of_the_company(self):
        self.plan()
        self.company.collection_paused_until = "2026-03-20"
        self.assert_said(Reason.PAUSED)

    def test_a_ruler_that_is_paused(self):
        self.plan()
        self.ruler.action_pause()
        self.assert_said(Reason.RULER_STOPPED, report=Reason.RULER_STOPPED)

    def test_a_ruler_that_has_ended_is_not_running(self):
        self.plan()
        self.ruler.date_to = "2026-03-10"
        self.assert_said(Reason.RULER_STOPPED, report=Reason.ENDED)

    def test_a_hold(self):
        followup = self.plan()
        self.hold(note="wrong price")
        self.assert_said(Reason.HELD, "wrong price")
        followup.action_cancel()
        self.assert_said(Reason.HELD, "wrong price")

    def test_a_hold_on_one_instalment(self):
        self.plan()
        self.hold(self.move, note="wrong price")
        self.assert_said(Reason.HELD, "wrong price")

    def test_a_hold_on_one_of_two_instalments_leaves_the_other(self):
        other = self.invoice("2026-03-20", 50.0, date="2026-03-02")
        with self.at("2026-03-10 10:00"):
            self.run_ruler("enrol")
        self.hold(self.move, note="wrong price")
        with self.at("2026-03-10 10:30"):
            own = self.instalments(self.move, other)
            self.assertEqual(own.mapped("waits_because"), [Reason.HELD, False])
            self.assertNotIn("wrong price", self.debtor().why)

    def test_a_hold_goes_before_a_pause_and_a_ruler_that_stands_still(self):
        self.plan()
        self.hold(note="wrong price")
        self.company.collection_paused_until = "2026-03-20"
        self.assert_said(Reason.HELD, "wrong price")
        self.ruler.action_pause()
        self.assert_said(Reason.HELD, "wrong price", report=Reason.RULER_STOPPED)

    def test_failed(self):
        self.plan()._fail(Reason.TEMPLATE_ERROR)
        self.assert_said(Reason.TEMPLATE_ERROR)

    @mute_logger(MAIL, SERVER)
    def test_uncertain(self):
        with self.at("2026-03-11 09:30"):
            self.run_ruler()
            self.deliver(smtplib.SMTPServerDisconnected("gone"))
        self.assertEqual(self.followups().mapped("state")[-1], "uncertain")
        words = "Nobody knows"
        self.assert_said(Reason.UNCERTAIN, words, words, at="2026-03-11 10:00")

    def test_to_approve(self):
        self.step("Forgot?").mode = "approve"
        self.plan()
        self.assert_said(Reason.TO_APPROVE, "waits for (your )?approval", "waits for approval")

    def test_skipped_for_today(self):
        followup = self.plan()
        with self.at("2026-03-11 07:10"):
            followup.action_skip_today()
        self.assert_said(Reason.SKIPPED_TODAY, "skipped, asked again tomorrow")

    def test_without_an_address(self):
        self.plan()
        self.customer.email = False
        self.assert_said(Reason.NO_ADDRESS, "cannot leave: .*no .*address|no address")

    def test_a_cap(self):
        with self.at("2026-03-10 10:00"):
            self.debtor().activity_schedule("mail.mail_activity_data_call").action_feedback()
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol", "plan")
        self.assert_said(Reason.CONVERSATION)

    def test_a_cap_that_a_door_finds(self):
        followup = self.plan()
        with self.at("2026-03-11 07:10"):
            self.debtor().activity_schedule("mail.mail_activity_data_call").action_feedback()
        with self.at("2026-03-11 09:05"):
            self.run_ruler("send")
        self.assertEqual((followup.state, followup.reason), ("planned", "talked"))
        self.assert_said(Reason.CONVERSATION, at="2026-03-11 09:10")

    def test_old_bank_data(self):
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": "2026-03-03",
                "payment_ref": "FEE",
                "amount": -5.0,
            }
        )
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol", "plan")
        self.assert_said(
            Reason.STALE_BANK, "(?i)the bank data is old, a payment may have come(. Import it.)?$"
        )

    def test_no_ruler(self):
        self.ruler.amount_min = 1000.0
        self.instalments(self.move).unlink()
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol")
        words = "No ruler takes what is open|No running ruler takes"
        self.assert_said(Reason.NO_MATCH, words, line=False, report=Reason.NO_MATCH)
        self.ruler.action_pause()
        words = "No ruler is switched on"
        self.assert_said(Reason.NO_RULER, words, line=False, report=Reason.NO_RULER)

    def test_never_open(self):
        """Working hours of a country that is wider than a working day have no hour in common."""
        self.customer.country_id = self.env.ref("base.ru")
        with self.at("2026-03-09 10:00"):
            self.run_ruler("enrol")
        self.assert_said(Reason.NEVER_OPEN, line=False, at="2026-03-10 10:00")

    def test_nothing_left(self):
        self.ruler.step_ids.filtered(lambda step: step.offset_days > 0).unlink()
        with self.at("2026-03-10 10:00"):
            self.run_ruler()
        self.assert_said(None, "No further step", "No further step", at="2026-03-10 10:30")
