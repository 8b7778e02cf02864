"""In whose name it is said."""

import re

from odoo.tests import tagged

from .message_case import MessageCase


@tagged("post_install", "-at_install")
class TestCreditor(MessageCase):
    """C7, B6: who is owed says so in each message, and links lead nowhere else."""

    def setUp(self):
        super().setUp()
        self.company.write({"street": "1 Chord Lane", "city": "Dublin", "vat": "IE1234567T"})

    def all_messages(self):
        """One of each kind: the invoice itself, notices, reminders, the return of a payment, thanks."""
        move = self.invoice("2026-03-12", 100.0, date="2026-03-02", sent=False)
        days = ["02", "05", "12", "16", "20", "23"]
        sent = [mail for day in days for mail in self.day(f"2026-03-{day}")]
        with self.at("2026-03-24 10:00"):
            payment = self.pay(move)
            self.run_ruler("track")
        sent += self.day("2026-03-25")
        with self.at("2026-03-26 10:00"):
            self.undo(payment)
            self.run_ruler("track")
        sent += self.day("2026-03-27")
        said = self.followups(state="sent").filtered(lambda f: f.channel == "email")
        self.assertEqual(set(said.mapped("purpose")), {"delivery", "dunning", "thanks", "returned"})
        self.assertEqual(len(sent), len(said))
        return sent

    def test_each_message_names_the_creditor_with_address_and_tax_id(self):
        for mail in self.all_messages():
            for words in ("Example Guitar School", "1 Chord Lane", "IE1234567T"):
                with self.subTest(mail["subject"], words=words):
                    self.assertIn(words, mail["body"])

    def test_links_lead_to_the_companys_own_domain_only(self):
        ours = self.company.get_base_url()
        links = []
        for mail in self.all_messages():
            links += re.findall(r'(?:href|src)="(https?:[^"]+)"', mail["body"])
        self.assertTrue(links, "nothing is proved here")
        self.assertFalse([link for link in links if not link.startswith(f"{ours}/")])

    def test_each_company_writes_in_its_own_name_and_deducts_its_own_credits(self):
        other = self.env["res.company"].create(
            {
                "name": "Example Piano School",
                "email": "piano@keys.example.com",
                "country_id": self.company.country_id.id,
            }
        )
        other.partner_id.tz = "Europe/Dublin"
        self.env["account.chart.template"].try_loading("generic_coa", other, install_demo=False)
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": [self.company.id, other.id]}
        )
        theirs = self.ruler.copy({"name": "Piano", "company_id": other.id})
        with self.at("2026-03-02 08:00"):
            theirs._activate()
        self.credit_note(100.0, date="2026-03-02")  # of the guitar school
        self.invoice("2026-03-09", 150.0, date="2026-03-02")
        self.invoice("2026-03-09", 80.0, date="2026-03-02", company_id=other.id)
        with self.at("2026-03-02 09:30"):
            self.run_ruler()
            for verb in ("enrol", "track", "plan", "send"):
                worker = self.env[f"collection.{verb}"].with_company(other)
                worker._batch(other, worker._todo(other))
            sent = {mail["email_from"]: mail for mail in self.deliver()}
        self.assertEqual(
            sorted(sent),
            [
                '"Example Guitar School" <office@school.example.com>',
                '"Example Piano School" <piano@keys.example.com>',
            ],
        )
        (_name, guitar), (_other, piano) = sorted(sent.items())
        self.assertIn("$ 50.00", guitar["body"])
        self.assertIn("$ 80.00", piano["body"])
        self.assertNotIn("credit", piano["body"], "the credit of another company")
        self.assertIn("Example Piano School", piano["body"])
        self.assertNotIn("Guitar", piano["body"])
