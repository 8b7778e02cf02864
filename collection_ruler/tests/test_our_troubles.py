"""Our server, sender, limits and login are ours: nothing of it is a failure of a customer (H2, H3)."""

import smtplib
from contextlib import closing

from odoo.tests import tagged
from odoo.tools import mute_logger

from .door_case import MAIL, SERVER, DoorCase

DENIED = smtplib.SMTPDataError(
    550, b"5.7.60 SMTP; Client does not have permissions to send as this sender"
)
ADDRESS = "ana@customer.example.com"


@tagged("post_install", "-at_install")
class TestOurTroubles(DoorCase):
    """Four customers' messages stand in the outbox."""

    def setUp(self):
        super().setUp()
        self.others = self.env["res.partner"].union(*(self.person(f"Pupil {n}") for n in range(3)))
        for partner in self.others:
            self.invoice("2026-03-09", 10.0, partner, date="2026-03-02")
        with self.at("2026-03-09 09:40"):
            self.run_ruler()
        self.all = self.followup.union(*(self.followups(p)[-1] for p in self.others))
        self.tried = 0

    def queue(self, when, error=None):
        """Track, then Odoo's queue at a time: what left."""
        with self.at(when):
            self.run_ruler("track")

        def answer(_message):
            self.tried += 1
            if error:
                raise error

        sent = self.queue_at(when, answer)
        self.all.invalidate_recordset()
        return sent

    def assert_nobody_failed(self):
        self.assertEqual(set(self.all.mapped("state")), {"queued"})
        self.assertFalse(self.all.debtor_id.activity_ids, "a task at a customer")
        self.assertEqual(len(self.ruler.activity_ids), 1, "one task for the manager")

    def run_begins(self, when):
        with self.at(when):
            self.env["collection.run"].sudo()._open(self.company)._end("done")

    @mute_logger(MAIL, SERVER)
    def test_a_sender_who_is_denied_stops_the_channel_and_not_four_customers(self):
        self.queue("2026-03-09 09:45", DENIED)
        self.assertEqual(self.tried, 1, "the others were tried in spite of it")
        self.assert_nobody_failed()
        self.assertIn("permissions to send as", self.ruler.activity_ids.note)
        self.queue("2026-03-09 09:55", DENIED)
        self.assertEqual(self.tried, 1, "tried before the pause was over")
        self.queue("2026-03-09 10:01", DENIED)
        self.assertEqual(self.tried, 2)
        self.queue("2026-03-09 10:25", DENIED)
        self.assertEqual(self.tried, 2, "the pauses do not grow")
        self.assert_nobody_failed()
        self.assertEqual(sorted(self.all.mapped("attempts")), [0, 0, 1, 1], "always the same one")
        self.queue("2026-03-09 10:32")
        self.queue("2026-03-09 10:33")
        self.assertEqual(set(self.all.mapped("state")), {"sent"})
        self.assertFalse(self.env["collection.trouble"].search([]))
        self.run_begins("2026-03-09 10:40")
        told = self.ruler.activity_ids.mapped("summary")
        self.assertNotIn("The mail server does not let us send", told)

    @mute_logger(MAIL, SERVER)
    def test_after_two_days_a_person_says_that_it_is_mended(self):
        limit = smtplib.SMTPSenderRefused(
            450, b"4.7.0 rate limit exceeded", "office@school.example.com"
        )
        # words that stay true for as long as that: "is due today" would be taken back at the door
        self.queue("2026-03-09 09:45")
        with self.at("2026-03-11 09:40"):
            self.run_ruler()
        partners = self.customer + self.others
        self.all = self.all.browse().union(*(self.followups(p)[-1] for p in partners))
        self.assertEqual(set(self.all.mapped("step_name")), {"Forgot?"})
        self.assertEqual(self.all.mapped("state"), ["queued"] * 4)
        self.tried = 0
        self.queue("2026-03-11 09:45", limit)
        trouble = self.env["collection.trouble"].search([])
        trouble.attempts = 15
        self.queue("2026-03-13 09:45", limit)
        self.assertFalse(trouble.next_try_at)
        self.queue("2026-03-16 09:45")
        self.assertEqual(self.tried, 2)
        self.run_begins("2026-03-16 09:46")
        self.assertFalse(trouble.next_try_at, "nobody said that it is mended")
        self.ruler.activity_ids.action_done()
        self.run_begins("2026-03-16 09:47")
        self.assertTrue(trouble.next_try_at)
        self.assertFalse(self.all.debtor_id.activity_ids)

    @mute_logger(MAIL, SERVER)
    def test_all_of_this_is_ours(self):
        for error in (
            smtplib.SMTPDataError(421, b"4.3.2 shutting down"),
            smtplib.SMTPDataError(452, b"quota exceeded"),
            smtplib.SMTPDataError(550, b"5.4.5 Daily user sending quota exceeded"),
            smtplib.SMTPSenderRefused(
                530, b"5.7.0 Authentication required", "office@school.example.com"
            ),
            smtplib.SMTPAuthenticationError(535, b"5.7.8 bad credentials"),
            smtplib.SMTPSenderRefused(553, b"not allowed", "office@school.example.com"),
            smtplib.SMTPRecipientsRefused({ADDRESS: (554, b"5.7.1 Relay access denied")}),
            smtplib.SMTPDataError(554, b"5.7.1 Message rejected: out of credit"),
        ):
            with self.subTest(error), closing(self.env.cr.savepoint()):
                self.tried = 0
                self.queue("2026-03-09 09:45", error)
                self.assertEqual(self.tried, 1)
                self.assert_nobody_failed()
            self.env.invalidate_all()

    @mute_logger(MAIL, SERVER)
    def test_later_for_one_in_the_middle_lets_the_others_pass(self):
        def second(message):
            if "pupil.1@" in message:
                raise smtplib.SMTPRecipientsRefused(
                    {"pupil.1@customer.example.com": (450, b"4.2.0 Greylisted")}
                )

        self.queue_at("2026-03-09 09:45", second)
        self.assertEqual(sorted(self.all.mapped("state")), ["planned", "sent", "sent", "sent"])
        self.assertEqual(self.followups(self.others[1])[-1].state, "planned")

    @mute_logger(MAIL, SERVER)
    def test_what_is_about_one_message_does_not_hold_all_for_ever(self):
        def first(message):
            if ADDRESS in message:
                raise DENIED

        for when in ("09:45", "10:01", "10:02", "10:32", "10:33", "11:40"):
            with self.at(f"2026-03-09 {when}"):
                self.run_ruler("track")
            self.queue_at(f"2026-03-09 {when}", first)
        self.assertEqual({self.followups(p)[-1].state for p in self.others}, {"sent"})
        self.assert_said("failed", "refused")

    @mute_logger(MAIL, SERVER)
    def test_an_answer_is_text_wherever_it_goes(self):
        said = b"5.6.0 bad\x00 <a href='https://bad.example'>here</a> \x1b[31m" + b"x" * 5000

        def first(message):
            if ADDRESS in message:
                raise smtplib.SMTPDataError(554, said)

        self.queue_at("2026-03-09 09:45", first)
        states = sorted(self.all.mapped("state"))
        self.assertEqual(states, ["failed", "sent", "sent", "sent"], "a NUL ended the queue's run")
        self.assert_said("failed", "refused")
        self.assertFalse(set("\0\x1b") & set(self.followup.failure))
        self.assertLessEqual(len(self.followup.failure), 500)
        (note,) = self.debtor().activity_ids.mapped("note")
        self.assertIn("&lt;a href", note)
        self.assertNotIn("<a", note)

    @mute_logger(MAIL, SERVER)
    def test_too_large_is_about_the_message_and_a_full_mailbox_passes(self):
        for code, said, state in (
            (552, b"5.3.4 Message size exceeds fixed limit", "failed"),
            (552, b"5.2.2 mailbox full", "planned"),
            (550, b"5.7.1 policy", "failed"),
        ):
            with self.subTest(said), closing(self.env.cr.savepoint()):
                self.queue_at("2026-03-09 09:45", smtplib.SMTPDataError(code, said))
                self.assertEqual(self.followup.state, state)
                self.assertFalse(self.followup.is_bad_address)
                self.assertFalse(self.env["collection.trouble"].search([]))
            self.env.invalidate_all()

    def refusing(self, refused):
        """A server that takes a message for some of its recipients."""

        def send_message(_message, _from, to):
            return {one: refused[one] for one in to if one in refused}

        return send_message

    @mute_logger(MAIL, SERVER)
    def test_one_recipient_among_several(self):
        self._answering = self.refusing
        gone = (550, b"5.1.1 no such user")
        both = f"{ADDRESS}, ana@home.example.com"
        self.customer.email = self.followup.address = self.mail().email_to = both
        self.queue_at("2026-03-09 09:45", {ADDRESS: gone, "pupil.0@customer.example.com": gone})
        self.assertEqual(self.followup.state, "sent", "one address silenced the other")
        self.assertEqual(self.tasks(), [f"One of several addresses does not work: {ADDRESS}"])
        self.assertIn("550 5.1.1 no such user", self.debtor().activity_ids.note)
        self.assertFalse(self.followup.is_bad_address)
        self.assertEqual(self.followup.failed_address, ADDRESS)
        alone = self.followups(self.others[0])[-1]
        self.assertEqual((alone.state, alone.is_bad_address), ("failed", True))
