"""Where the link of an invoice leads (C2)."""

from odoo.tests import tagged

from .common import ScreenCase
from .message_case import MessageCase


@tagged("post_install", "-at_install")
class TestPaymentLink(MessageCase, ScreenCase):
    def setUp(self):
        super().setUp()
        mail, self.move = self.due_today()
        (self.link,) = {link for link in self.links(mail) if "/my/invoices/" in link}
        self.path = self.link.partition("//")[2].partition("/")[2].partition("#")[0]

    def follow(self, path=None):
        self.env.flush_all()
        return self.url_open("/" + (path or self.path))

    def test_link_asks_for_the_residual_without_the_portals_key(self):
        self.assertIn("amount=1234.5&", self.link)
        self.assertNotIn("access_token", self.link)

    def test_visitor_arrives_at_the_payment_form_with_the_amount(self):
        answer = self.follow()
        self.assertEqual(answer.status_code, 200)
        self.assertIn("/payment/pay", answer.url)
        self.assertIn("1,234.50", answer.text)

    def test_tampered_amount_leads_nowhere(self):
        for tampered in (
            self.path.replace("amount=1234.5", "amount=1.0"),
            self.path.replace("payment_token=", "payment_token=0"),
            self.path.replace("&payment_token", "&x"),
        ):
            answer = self.follow(tampered)
            self.assertNotIn("/payment/pay", answer.url)
            self.assertNotIn(self.move.name, answer.text)

    def test_token_of_one_invoice_opens_no_other(self):
        other = self.invoice("2026-03-09", 1234.5, date="2026-03-02")
        answer = self.follow(
            self.path.replace(f"my/invoices/{self.move.id}", f"my/invoices/{other.id}")
        )
        self.assertNotIn("/payment/pay", answer.url)

    def test_paid_invoice_says_nothing_to_pay(self):
        self.pay(self.move, date="2026-03-09")
        answer = self.follow()
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("/payment/pay", answer.url)
        self.assertIn("othing to pay", answer.text)

    def test_part_paid_invoice_asks_for_the_rest(self):
        self.pay(self.move, 1000.0, date="2026-03-09")
        answer = self.follow()
        self.assertIn("/payment/pay", answer.url)
        self.assertIn("234.50", answer.text)
        self.assertNotIn("1,234.50", answer.text)
