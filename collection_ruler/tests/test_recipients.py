"""Who gets it (B6)."""

from odoo.tests import tagged

from .message_case import MessageCase


@tagged("post_install", "-at_install", "quick")
class TestRecipient(MessageCase):
    def test_collection_contact_before_invoice_address_before_company(self):
        self.contact("invoice")
        mail, _move = self.due_today()
        self.assertIn("invoice@customer.example.com", mail["email_to"][0])
        self.contact("collection")
        (mail,) = self.day("2026-03-11")
        self.assertIn("collection@customer.example.com", mail["email_to"][0])

    def test_contact_without_address_is_passed_over(self):
        self.contact("collection", email=False)
        mail, _move = self.due_today()
        self.assertIn("ana@customer.example.com", mail["email_to"][0])

    def test_escalation_contact_for_the_firm_step(self):
        self.contact("collection")
        self.contact("escalation")
        self.step("Firm and polite").recipient_role = "escalation"
        self.due_today()
        self.day("2026-03-11")
        self.day("2026-03-16")  # the call
        (mail,) = self.day("2026-03-19")
        self.assertIn("escalation@customer.example.com", mail["email_to"][0])

    def test_archived_contact_is_not_written_to(self):
        self.contact("collection").active = False
        mail, _move = self.due_today()
        self.assertIn("ana@customer.example.com", mail["email_to"][0])

    def test_copy_to_the_salesperson(self):
        salesperson = self.env["res.users"].create(
            {"name": "Sam", "login": "sam", "email": "sam@school.example.com"}
        )
        self.customer.user_id = salesperson
        self.step("Due today").copy_salesperson = True
        self.invoice("2026-03-09", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        sent = self.day("2026-03-09")
        everybody = [a for mail in sent for a in (*mail["email_to"], *(mail["email_cc"] or []))]
        self.assertTrue([a for a in everybody if "sam@school" in a])
        self.assertTrue([a for a in everybody if "ana@customer" in a])
        self.assertEqual(self.followups()[-1].state, "sent")

    def test_no_copy_unless_the_step_wants_one(self):
        self.customer.user_id = self.env.ref("base.user_admin")
        mail, _move = self.due_today()
        self.assertFalse(mail["email_cc"])
