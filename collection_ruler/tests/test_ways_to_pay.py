"""What a message says about paying: a button, bank details, or what is missing (C2)."""

from unittest.mock import patch

from odoo.tests import tagged

from .message_case import MessageCase


@tagged("post_install", "-at_install")
class TestWayToPay(MessageCase):
    """C2: paying online is offered where the payment page has somebody to take the money."""

    def assert_no_online_payment(self, mail):
        self.assertNotIn("#portal_pay", mail["body"])
        self.assertNotRegex(mail["body"], r">\s*Pay\s")
        self.assertNotIn("Pay $", mail["body"])
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 1,234\.50")

    def test_button_and_promise_stand_together(self):
        mail, _move = self.due_today()
        self.assertIn("#portal_pay", mail["body"])
        self.assertRegex(mail["body"], r">\s*Pay\s")
        self.assertIn("Pay $ 1,234.50", mail["body"])

    def test_without_a_provider_only_the_bank_details_are_there(self):
        self.provider.state = "disabled"
        self.env["res.partner.bank"].create(
            {"acc_number": "IE12BOFI90000112345678", "partner_id": self.company.partner_id.id}
        )
        mail, _move = self.due_today()
        self.assert_no_online_payment(mail)
        self.assertIn("By bank transfer", mail["body"])

    def test_a_provider_that_customers_do_not_see_takes_no_payment(self):
        self.provider.is_published = False
        self.assert_no_online_payment(self.due_today()[0])

    def test_a_provider_of_another_company_takes_no_payment(self):
        self.provider.company_id = self.env["res.company"].create({"name": "Example Piano School"})
        self.assert_no_online_payment(self.due_today()[0])

    def test_a_provider_for_another_currency_or_country_takes_no_payment(self):
        self.customer.country_id = self.env.ref("base.ie")
        self.provider.available_country_ids = self.env.ref("base.fr")
        self.assert_no_online_payment(self.due_today()[0])
        followup = self.followups(step_name="Due today")
        self.provider.available_country_ids += self.env.ref("base.ie")
        self.env.invalidate_all()
        self.assertTrue(followup.pay_button)
        self.provider.available_currency_ids = self.env.ref("base.CHF")
        self.env.invalidate_all()
        self.assertFalse(followup.pay_button)

    def test_a_provider_without_a_method_takes_no_payment(self):
        """Its page has nothing to choose: no button leads there."""
        card = self.provider.payment_method_ids
        card.active = False
        self.assert_no_online_payment(self.due_today()[0])
        followup = self.followups(step_name="Due today")
        card.write({"active": True, "supported_country_ids": [(6, 0, self.env.ref("base.fr").ids)]})
        self.customer.country_id = self.env.ref("base.ie")
        self.env.invalidate_all()
        self.assertFalse(followup.pay_button)
        card.supported_country_ids += self.env.ref("base.ie")
        self.env.invalidate_all()
        self.assertTrue(followup.pay_button)

    def test_rows_have_no_links_without_a_provider(self):
        self.provider.state = "disabled"
        self.invoice("2026-03-09", 20.0, date="2026-03-02")
        mail, _move = self.due_today()
        self.assertNotIn("#portal_pay", mail["body"])
        self.assertNotIn("Pay this one", mail["body"])

    def test_providers_are_asked_for_once_for_all_messages(self):
        people = [self.person(f"Person {n}") for n in range(5)]
        for person in people:
            self.invoice("2026-03-09", 100.0, person, date="2026-03-02")
        self.day("2026-03-02")
        Providers = type(self.env["payment.provider"])
        search = patch.object(Providers, "search", autospec=True, side_effect=Providers.search)
        with search as asked:
            self.assertEqual(len(self.day("2026-03-09")), 5)
        self.assertEqual(asked.call_count, 1)

    def test_activation_says_what_messages_lack(self):
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        summary = self.activation_summary
        self.assertNotIn("way to pay", summary())
        self.assertNotIn("No online payment", summary())
        self.provider.state = "disabled"
        self.assertIn("Messages show no way to pay", summary())
        self.env["res.partner.bank"].create(
            {"acc_number": "IE12BOFI90000112345678", "partner_id": self.company.partner_id.id}
        )
        self.assertIn("messages show the bank details only", summary())
        self.assertNotIn("way to pay", summary())

    def activation_summary(self):
        """What the dialog says before the ruler is switched on."""
        with self.at("2026-03-02 08:00"):
            other = self.ruler.copy({"name": "Other"})
            self.ruler.state = "draft"
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": other.id})
            return wizard.summary
