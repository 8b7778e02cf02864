"""What mail servers and providers report about our messages (C5, C6). Their formats are played in
`tests/dunning/test_mail_corpus.py`."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestReports(CollectionCommon):
    """ "Due today" of the 9th of March left for Ana; "Forgot?" would come on the 11th."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        (self.sent,) = self.day("2026-03-09")
        self.message_id = self.sent["EmailMessage"]["Message-Id"]
        self.followup = self.followups()[-1]

    def comes_in(
        self, body, sender="MAILER-DAEMON@mx.example.com", to="bounce@school.example.com", **headers
    ):
        """A text that comes in on the 9th, at noon."""
        headers = {"Return-Path": "<>", "Subject": "failure notice"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        with self.at("2026-03-09 12:00"):
            self._enter_mail_gate(f"From: {sender}\r\nTo: {to}\r\n{head}\r\n{body}".encode())
        self.followup.invalidate_recordset()

    def assert_came_back(self, is_bad):
        self.assertEqual((self.followup.state, self.followup.reason), ("failed", "bounced"))
        self.assertEqual(self.followup.is_bad_address, is_bad)
        self.assertTrue(self.tasks())
        self.assertEqual(len(self.day("2026-03-11")), 0 if is_bad else 1)

    def test_a_mailbox_that_is_not_there(self):
        with self.at("2026-03-09 12:00"):
            self.bounce(self.sent)
        self.assertIn("5.1.1", self.followup.failure)
        self.assert_came_back(is_bad=True)

    def test_what_says_nothing_about_the_mailbox_does_not_silence(self):
        with self.at("2026-03-09 12:00"):
            self.bounce(self.sent, status="5.2.2")
        self.assert_came_back(is_bad=False)

    def test_a_text_without_a_recipient(self):
        self.comes_in(
            f"Sorry it did not work out.\r\n\r\n--- Below is a copy\r\n\r\nMessage-ID: {self.message_id}"
        )
        self.assert_came_back(is_bad=False)

    def test_a_report_to_the_address_for_replies_is_one_too(self):
        to = self.sent["EmailMessage"]["Reply-To"]
        self.comes_in(
            f"<{self.customer.email}>: user unknown\r\n\r\nMessage-ID: {self.message_id}",
            sender="postmaster@mx.example.com",
            to=to,
        )
        self.assertFalse(self.debtor().hold_ids)
        self.assert_came_back(is_bad=True)

    def test_whom_it_was_forwarded_to_says_nothing_about_our_address(self):
        self.comes_in(
            f"<elsewhere@other.example.com>:\r\n550 5.1.1 user unknown\r\n\r\nMessage-ID: {self.message_id}"
        )
        self.assert_came_back(is_bad=False)

    def test_what_is_about_us_is_the_managers(self):
        self.comes_in(
            f"<{self.customer.email}>: 550 5.7.23 SPF validation failed\r\n\r\nMessage-ID: {self.message_id}"
        )
        self.assertTrue(self.followup.bounced_at)
        self.assertFalse(self.tasks())
        self.assertIn(
            "Mail servers of customers", "".join(self.ruler.activity_ids.mapped("summary"))
        )
        self.assertEqual(len(self.day("2026-03-11")), 1)

    def test_a_complaint_is_a_task_and_silence(self):
        for number in (1, 2):
            self.comes_in(
                "--P\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n--P\r\n"
                "Content-Type: message/rfc822\r\n\r\n"
                f"Message-ID: {self.message_id}\r\n\r\nText\r\n--P--\r\n",
                sender="fbl@provider.example.com",
                Content_Type='multipart/report; report-type=feedback-report; boundary="P"',
                Message_Id=f"<complaint-{number}@provider.example.com>",
            )
        self.assertEqual(self.followup.state, "sent")
        self.assertEqual(len(self.debtor().hold_ids), 1)
        self.assertEqual(len([t for t in self.tasks() if "reported as spam" in t]), 1)
        self.assertFalse(self.day("2026-03-11"))

    def test_what_belongs_to_no_message_is_one_task(self):
        for number in (1, 2, 3):
            self.comes_in(
                f"<_%@%>: user unknown {number}", Message_Id=f"<other-{number}@mx.example.com>"
            )
        self.assertEqual(
            self.followup.state, "sent", "an address alone, which anybody can write, muted it"
        )
        told = [t for t in self.ruler.activity_ids.mapped("summary") if "nobody knows" in t]
        self.assertEqual(len(told), 1)

    def test_an_absence_note_there_is_nothing(self):
        self.comes_in(
            "I am away.",
            sender=self.customer.email,
            Subject="Automatic reply: Invoice",
            In_Reply_To=self.message_id,
        )
        self.assertEqual(self.followup.state, "sent")
        self.assertFalse(self.tasks() or self.ruler.activity_ids or self.debtor().hold_ids)

    def test_a_person_who_answers_there_is_heard(self):
        self.comes_in(
            "user unknown? I am here, and I will pay.",
            sender=self.customer.email,
            Subject="Re: delivery failed?",
            Return_Path=f"<{self.customer.email}>",
            In_Reply_To=self.message_id,
        )
        self.assertEqual(self.debtor().hold_ids.mapped("origin"), ["reply"])
        self.assertEqual(self.followup.state, "sent")

    def test_a_copy_that_did_not_arrive_is_none_of_the_customers(self):
        self.customer.user_id = self.new_user("seller")
        self.customer.user_id.email = "seller@school.example.com"
        self.followup.step_id.copy_salesperson = True
        self.comes_in(
            f"<seller@school.example.com>: user unknown\r\n\r\nMessage-ID: {self.message_id}"
        )
        self.assertEqual(self.followup.state, "sent")
