"""Messages name the charges apart from the principal (D6)."""

from odoo import Command
from odoo.addons.collection_ruler.models.common.memo import Memo
from odoo.tests import tagged

from .common import ChargeCase

# until the call; the firm e-mail leaves two working days later
DAYS = ("2026-03-02", "2026-03-09", "2026-03-11", "2026-03-16")


@tagged("post_install", "-at_install")
class TestMessages(ChargeCase):
    def setUp(self):
        super().setUp()
        self.step("Firm and polite").show_charges = True

    def firm(self, **values):
        """What the firm e-mail says on Thursday 19 March, ten days late: nobody made the call of the 16th."""
        self.owe(**values)
        for day in DAYS:
            self.day(day)
        (mail,) = self.day("2026-03-19")
        return mail["body"]

    def test_charges_stand_apart_from_what_is_asked_for(self):
        body = self.firm()
        self.assertIn("not part of the amount above", body)
        self.assertIn("$ 10.00", body)
        self.assertIn("Clause 7 of our contract.", body)
        followup = self.followups(self.acme)[-1]
        self.assertEqual(followup.amount_due, 1000.0)
        self.assertNotIn("1,010", body)

    def test_a_step_that_does_not_want_them_does_not_name_them(self):
        self.step("Firm and polite").show_charges = False
        self.assertNotIn("not part of the amount above", self.firm())

    def test_a_person_is_told_of_no_charge_for_companies(self):
        self.rule.debtor_kind = "company"
        self.assertNotIn("not part of the amount above", self.firm(partner=self.customer))

    def test_while_credits_are_open_no_charges_are_named(self):
        self.owe()
        for day in DAYS:
            self.day(day)
        self.paid_aside(600.0)  # on the due date: interest on 1000 would be wrong
        (mail,) = self.day("2026-03-19")
        self.assertIn("$ 400.00", mail["body"].replace("\xa0", " "))
        self.assertNotIn("not part of the amount above", mail["body"])

    def test_credits_in_another_currency_take_no_charges_away(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.paid_aside(600.0, "2026-03-02", currency_id=euro.id)
        self.assertIn("$ 10.00", self.firm())

    def test_a_batch_in_which_only_some_name_charges_counts_once(self):
        naming = self.made(2)
        silent = self.made(2)
        silent.step_id = self.step("Forgot?")
        words = self.env["collection.words"].sudo()
        with self.at("2026-03-18 10:00"):
            batch = self.env["collection.spoken"]._read(naming + silent)
            first, second, *_silent = batch.values()
            counted = words._counted_charges(first)
            self.assertIs(words._counted_charges(second), counted)
        self.assertEqual(set(counted), set(naming.instalment_ids.ids))

    def made(self, count):
        """That many firm e-mails, each to a company of its own."""
        step = self.step("Firm and polite")
        made = self.env["collection.followup"]
        for number in range(count):
            partner = self.person(f"Firm {number}", is_company=True)
            move = self.owe(partner=partner)
            made += made.create(
                {
                    "debtor_id": self.debtor(partner).id,
                    "company_id": self.company.id,
                    "ruler_id": self.ruler.id,
                    "step_id": step.id,
                    "channel": "email",
                    "scheduled_at": "2026-03-18 10:00",
                    "currency_id": self.company.currency_id.id,
                    "amount_due": 1000.0,
                    "partner_id": partner.id,
                    "instalment_ids": [Command.set(self.instalments(move).ids)],
                }
            )
        return made

    def test_a_batch_of_messages_costs_no_query_more_than_one(self):
        made = self.made(6)
        costs = []
        with self.at("2026-03-18 10:00"):
            made.mapped("appendix")  # views and languages are read once
            for some in (made[:1], made):
                self.env.flush_all()
                self.env.invalidate_all()
                # as the send verb does: what is the same for a batch is read once
                memo = Memo()
                some = some.browse(some.ids).with_context(collection_memo=memo)
                some.mapped("step_id.show_charges")
                some.mapped("debtor_id.partner_id.lang")
                memo["spoken"] = some.env["collection.spoken"]._read(some)
                before = self.env.cr.sql_log_count
                # one by one, as where each has a language of its own
                texts = [some.browse(key).appendix for key in some.ids]
                costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(["9.00" in text for text in texts], [True] * 6)
        self.assertLessEqual(costs[1], costs[0])
