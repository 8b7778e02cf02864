"""The first ten minutes: three questions lead to a ruler that could be activated at once."""

from itertools import product

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..wizards.sample_rulers import SAMPLES
from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestProposal(CollectionCommon):
    def proposal(self, customers="persons", country="base.us", ways="call"):
        return self.env["collection.ruler.proposal"].create(
            {
                "company_id": self.company.id,
                "customers": customers,
                "country_id": self.env.ref(country).id,
                "ways": ways,
            }
        )

    def made(self, **answers):
        action = self.proposal(**answers).action_create()
        return self.env["collection.ruler"].browse(action["params"]["res_id"])

    def test_whatever_the_answers_the_ruler_can_be_activated(self):
        names = set()
        for customers, country, ways in product(
            ("persons", "companies", "both"), ("base.us", "base.br", "base.ie"), ("email", "call")
        ):
            with self.subTest(customers=customers, country=country, ways=ways):
                ruler = self.made(customers=customers, country=country, ways=ways)
                ruler._check_ready()
                self.assertEqual(ruler.state, "draft", "nothing is sent by proposing")
                self.assertEqual(
                    set(ruler.step_ids.mapped("trigger")), {"due", "paid", "payment_returned"}
                )
                names.add(ruler.name)
        self.assertEqual(len(names), len(SAMPLES), "a sample that nobody is ever proposed")

    def test_who_only_writes_gets_no_calls(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.assertIn(call, self.made(ways="call").step_ids.activity_type_id)
        self.assertNotIn(call, self.made(ways="email").step_ids.activity_type_id)

    def test_punctual_payers_are_not_told_that_it_is_due_today(self):
        ruler = self.made(customers="both")
        (step,) = ruler.step_ids.filtered("skip_profiles")
        self.assertEqual((step.offset_days, step.skip_profiles.code), (0, "punctual"))

    def test_the_preview_is_what_is_made(self):
        proposal = self.proposal("companies", "base.ie")
        self.assertIn("E-mail", proposal.preview)
        ruler = self.made(customers="companies", country="base.ie")
        self.assertEqual(ruler.customer_kind, "company")
        self.assertEqual(ruler.name, proposal.title)
        for step in ruler.step_ids.filtered(lambda s: s.trigger == "due"):
            self.assertIn(step.name, proposal.preview)
            self.assertIn(step.timing, proposal.preview)

    def test_the_country_is_that_of_the_company(self):
        self.company.country_id = self.env.ref("base.br")
        wizard = self.env["collection.ruler.proposal"].create({"company_id": self.company.id})
        self.assertEqual(wizard.title, "Brazil")

    def test_all_words_of_the_samples_can_be_written(self):
        """Each message of each sample, for a customer with an overdue invoice."""
        self.env.user.email = "me@school.example.com"
        for customers, country in (("companies", "base.us"), ("persons", "base.us")):
            ruler = self.made(customers=customers, country=country)
            with self.at("2026-03-10 10:00"), self.enter_registry_test_mode():
                ruler.action_send_samples()
            mails = self.env["mail.mail"].search([("email_to", "=", "me@school.example.com")])
            self.assertEqual(len(mails), len(ruler.step_ids.filtered("mail_template_id")))
            for mail in mails:
                self.assertNotIn("object.", mail.subject + mail.body_html)
            mails.unlink()

    def test_a_collector_makes_no_rulers(self):
        collector = self.new_user(
            "proposal_collector", "collection_ruler.collection_ruler_group_collector"
        )
        with self.assertRaises(AccessError):
            self.env["collection.ruler.proposal"].with_user(collector).create({})
