"""What stands in the outbox is seen, and everybody reads what to do about it (H2)."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .door_case import MAIL, SERVER, DoorCase


@tagged("post_install", "-at_install")
class TestOutbox(DoorCase):
    """ "Due today" for Ana stands in the outbox since half past nine."""

    def tile(self, when):
        with self.at(when):
            (tile,) = (
                t for t in self.env["collection.today"].tiles()["tiles"] if t["key"] == "outbox"
            )
        found = self.env["collection.followup"].search(tile["action"]["domain"])
        self.assertEqual(tile["count"], len(found))
        return found

    def sentence(self, when):
        self.env.user.tz = "Europe/Dublin"
        with self.at(when):
            debtor = self.debtor()
            debtor.invalidate_recordset()
            return debtor.next_text, debtor.why, debtor.is_waiting

    def meet_no_server(self, when):
        with self.at(when):
            self.env.flush_all()
            refused = patch("smtplib.SMTP", side_effect=ConnectionRefusedError("<refused>"))
            with self.gateway(), refused:
                self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()
            self.run_ruler("track")

    def test_a_normal_sending_hour_does_not_look_like_trouble(self):
        self.assertFalse(self.tile("2026-03-09 10:25"))
        self.assertEqual(
            self.sentence("2026-03-09 10:25"),
            ("E-mail “Due today” is in the outbox", "E-mail “Due today” is in the outbox.", False),
        )

    def test_what_nobody_took_for_long_is_found_and_explained(self):
        self.assertEqual(self.tile("2026-03-09 10:31"), self.followup)
        short, long, is_waiting = self.sentence("2026-03-09 10:31")
        self.assertEqual(short, "E-mail “Due today” is in the outbox since 09:30")
        self.assertIn("It leaves by itself", long)
        self.assertTrue(is_waiting)
        self.assertIn("since Mon 9 Mar", self.sentence("2026-03-10 08:00")[0])

    @mute_logger(MAIL, SERVER)
    def test_a_server_that_cannot_be_reached_is_seen_at_once(self):
        self.meet_no_server("2026-03-09 09:40")
        self.assertEqual(self.tile("2026-03-09 09:45"), self.followup)
        self.assertIn("since 09:30", self.sentence("2026-03-09 09:45")[0])
        self.queue_at("2026-03-09 09:56")
        self.assertEqual(self.followup.state, "sent")
        self.assertFalse(self.tile("2026-03-09 11:00"))
        self.assertFalse(self.followup.failure)

    @mute_logger(MAIL, SERVER)
    def test_the_task_says_what_the_server_said_and_what_to_do_and_who(self):
        self.meet_no_server("2026-03-09 09:40")
        self.assertFalse(self.debtor().activity_ids, "one task, not one for each customer")
        task = self.ruler.activity_ids
        self.assertEqual(task.summary, "The mail server cannot be reached")
        for words in (
            "&lt;refused&gt;",
            "Nothing is lost",
            "Test Connection",
            "ask an administrator",
        ):
            self.assertIn(words, task.note)
        summary, Run = task.summary, self.env["collection.run"].sudo()
        with self.at("2026-03-09 09:50"):
            Run._open(self.company)._end("done")
        self.assertIn(task, self.ruler.activity_ids, "it does not answer yet")
        self.queue_at("2026-03-09 09:56")
        with self.at("2026-03-09 10:00"):
            Run._open(self.company)._end("done")
        self.assertNotIn(summary, self.ruler.activity_ids.mapped("summary"))

    def test_what_is_written_anew_stands_there_since_then(self):
        """A message that was put off by the mail server is no trouble when it is in the outbox again."""
        with self.at("2026-03-09 12:00"):
            self.followup._replan("due", "2026-03-09 12:00:00", failure="450 later")
            self.run_ruler("send")
        self.assertEqual(self.followup.state, "queued")
        self.assertFalse(self.tile("2026-03-09 12:50"))
        self.assertTrue(self.tile("2026-03-09 13:10"))
