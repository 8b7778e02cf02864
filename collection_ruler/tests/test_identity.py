"""Decision 3: when entries change hands, history follows and nothing fires again."""

from contextlib import closing

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestIdentity(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.other = self.env["res.partner"].create(
            {"name": "Ana E.", "email": "ana.e@customer.example.com"}
        )
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        for day in ("2026-03-02", "2026-03-09", "2026-03-11"):
            self.day(day)
        self.said_before = [
            ("A week before", "sent", "due"),
            ("Due today", "sent", "due"),
            ("Forgot?", "sent", "due"),
        ]
        self.assertEqual(self.ledger(self.move)[-3:], self.said_before)

    def merge(self, sources, target):
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge((sources | target).ids, target)
        self.env.flush_all()
        self.env.invalidate_all()

    def assert_nothing_fires_again(self, partner):
        """Nothing until the call of +5 had its two working days, then exactly the firm word of +8."""
        for day in ("2026-03-12", "2026-03-13", "2026-03-16", "2026-03-18"):
            self.assertFalse(self.day(day), f"said again on {day}")
        self.assertEqual(
            [
                r
                for r in self.ledger(self.move)
                if r[0] in ("A week before", "Due today", "Forgot?")
            ],
            self.said_before,
        )
        self.assertEqual(
            [r for r in self.said(partner) if r[0].startswith("Call")],
            [("Call: is anything wrong?", "sent")],
        )
        sent = self.day("2026-03-19")
        self.assertEqual(len(sent), 1)
        self.assertIn("please pay", sent[0]["subject"])
        self.assertIn(("Firm and polite", "sent"), self.said(partner))

    def test_merge_into_a_customer_without_debts(self):
        debtor = self.debtor()
        self.merge(self.customer, self.other)
        self.assertEqual(self.debtor(self.other), debtor)
        self.assertEqual(self.instalments(self.move).partner_id, self.other)
        self.assertFalse(self.instalments(self.move).gone)
        self.assert_nothing_fires_again(self.other)

    def test_merge_keeps_the_responsible_and_the_star_of_a_reply(self):
        self.invoice("2026-03-09", 50.0, self.other, date="2026-03-02")
        with self.at("2026-03-11 11:00"):
            self.run_ruler()
        responsible = self.new_user(
            "looks_after", "collection_ruler.collection_ruler_group_collector"
        )
        self.debtor().write({"user_id": responsible.id, "priority": "1"})
        self.merge(self.customer, self.other)
        debtor = self.debtor(self.other)
        self.assertEqual((debtor.user_id, debtor.priority), (responsible, "1"))

    def test_merge_of_two_debtors_joins_their_histories(self):
        second = self.invoice("2026-03-09", 50.0, self.other, date="2026-03-02")
        with self.at("2026-03-11 11:00"):
            self.run_ruler()
            self.deliver()
        messages = self.debtor().message_ids
        self.merge(self.customer, self.other)
        debtor = self.debtor(self.other)
        self.assertEqual(len(debtor), 1)
        self.assertEqual(self.instalments(self.move, second).debtor_id, debtor)
        self.assertEqual(set(self.followups(self.other).item_ids.move_id), {self.move, second})
        self.assertTrue(messages <= debtor.message_ids, "the words that were said got lost")
        self.assertFalse(self.debtor(self.customer) if self.customer.exists() else False)
        with self.at("2026-03-12 10:00"):
            self.run_ruler("track")
        self.assertEqual(debtor.amount_due, 150.0)

    def test_merge_keeps_holds_and_planned_messages(self):
        self.day("2026-03-16")  # the call of +5
        with self.at("2026-03-19 08:00"):
            self.run_ruler()
        self.assertIn(("Firm and polite", "planned"), self.said())
        self.hold()
        self.invoice("2026-03-30", 50.0, self.other, date="2026-03-02")
        with self.at("2026-03-19 08:10"):
            self.run_ruler("enrol")
        self.merge(self.customer, self.other)
        self.assertEqual(len(self.debtor(self.other).hold_ids), 1)
        self.assertFalse(self.day("2026-03-19"), "the hold was lost in the merge")

    def test_merge_takes_an_open_call_along_and_the_firm_word_waits_for_it(self):
        self.invoice("2026-04-30", 50.0, self.other, date="2026-03-02")
        self.day("2026-03-16")
        with self.at("2026-03-16 12:00"):
            self.run_ruler("enrol")
        self.assertEqual(self.tasks(), ["Call: is anything wrong?"])
        self.merge(self.customer, self.other)
        self.assertEqual(self.tasks(self.other), ["Call: is anything wrong?"])
        self.assertFalse(self.day("2026-03-18"), "the call is still to be made")
        self.assertEqual(len(self.day("2026-03-19")), 1)
        self.assertEqual(self.tasks(self.other), ["Call: is anything wrong?"])

    def test_merge_of_partners_in_one_entry_whose_instalments_collide(self):
        """A general entry that asks both for the same day: one instalment afterwards."""
        entry = self.entry("2026-03-09", (self.customer, 30.0), (self.other, 30.0))
        with self.at("2026-03-11 11:00"):
            self.run_ruler()
        self.assertEqual(len(self.instalments(entry)), 2)
        self.merge(self.customer, self.other)
        instalment = self.instalments(entry)
        self.assertEqual(len(instalment), 1)
        with self.at("2026-03-12 11:00"):
            self.run_ruler("enrol", "track")
        self.assertEqual(instalment.residual, 60.0)
        self.assertFalse(instalment.gone)

    def test_customer_given_a_parent(self):
        company = self.env["res.partner"].create({"name": "Example Ltd", "is_company": True})
        debtor = self.debtor()
        self.customer.parent_id = company
        with self.at("2026-03-12 08:00"):
            self.run_ruler()
        self.assertEqual(self.customer.commercial_partner_id, company)
        self.assertEqual(self.debtor(company), debtor)
        self.assert_nothing_fires_again(company)

    def test_customer_given_a_parent_that_owes_as_well(self):
        company = self.env["res.partner"].create(
            {"name": "Example Ltd", "is_company": True, "email": "ap@customer.example.com"}
        )
        self.invoice("2026-04-30", 70.0, company, date="2026-03-02")
        with self.at("2026-03-11 12:00"):
            self.run_ruler("enrol", "track")
        self.customer.parent_id = company
        with self.at("2026-03-12 08:00"):
            self.run_ruler()
        self.assertEqual(self.instalments(self.move).debtor_id, self.debtor(company))
        self.assertEqual(self.debtor(company).amount_due, 170.0)
        self.assert_nothing_fires_again(company)

    def test_customer_leaves_its_parent_again(self):
        company = self.env["res.partner"].create({"name": "Example Ltd", "is_company": True})
        self.customer.parent_id = company
        with self.at("2026-03-12 08:00"):
            self.run_ruler()
        self.customer.parent_id = False
        with self.at("2026-03-12 09:00"):
            self.run_ruler()
        self.assert_nothing_fires_again(self.instalments(self.move).partner_id)

    def test_invoice_handed_to_another_customer(self):
        with self.at("2026-03-12 08:00"):
            self.move.button_draft()
            self.move.partner_id = self.other
            self.move.action_post()
            self.run_ruler()
        alive = self.instalments(self.move).filtered(lambda i: not i.gone)
        self.assertEqual(alive.partner_id, self.other)
        self.assertEqual(alive.watermark, 2, "the new customer would hear it all again")
        self.assertEqual(self.debtor(self.other).amount_due, 100.0)
        self.assertFalse(self.debtor().amount_due)

    def test_what_waits_goes_to_whom_the_invoice_was_handed(self):
        """Also where the first customer's other debt was to be named in the same message."""
        for others in (0, 1):
            with self.subTest(others=others), closing(self.env.cr.savepoint(flush=False)):
                if others:
                    self.invoice("2026-03-09", 70.0, date="2026-03-02")
                    self.day("2026-03-11")
                self.day("2026-03-16")  # the call of +5
                with self.at("2026-03-19 07:00"):
                    self.run_ruler("enrol", "plan")  # said at nine
                self.assertIn(("Firm and polite", "planned"), self.said())
                with self.at("2026-03-19 08:00"):
                    self.move.button_draft()
                    self.move.partner_id = self.other
                    self.move.action_post()
                sent = {
                    mail["email_to"][0]: mail["body"] for mail in self.day("2026-03-19", "10:00")
                }
                to_the_new = next(body for to, body in sent.items() if self.other.email in to)
                self.assertIn(self.move.name, to_the_new)
                self.assertFalse(
                    [to for to in sent if self.move.name in sent[to] and self.other.email not in to]
                )
                self.assertFalse(self.day("2026-03-20"), "nobody hears it again")
            self.env.invalidate_all(flush=False)

    def test_invoice_handed_over_while_its_call_is_open(self):
        """Nobody is called about what they do not owe, and whoever never heard of it begins gently."""
        for others in (0, 1):
            with self.subTest(others=others), closing(self.env.cr.savepoint(flush=False)):
                if others:
                    self.invoice("2026-04-30", 70.0, date="2026-03-02")
                self.day("2026-03-16")
                self.assertEqual(self.tasks(), ["Call: is anything wrong?"])
                with self.at("2026-03-17 08:00"):
                    self.move.button_draft()
                    self.move.partner_id = self.other
                    self.move.action_post()
                (mail,) = self.day("2026-03-18")
                self.assertIn(self.other.email, mail["email_to"][0])
                self.assertIn("slip through", mail["subject"])
                self.assertFalse(self.tasks(), "nothing of it is theirs")
                self.assertFalse(self.day("2026-03-19"))
            self.env.invalidate_all(flush=False)

    def test_partner_of_a_line_changed(self):
        """Odoo lets the partner of a posted receivable line be changed; the debt follows."""
        line = self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        line.with_context(skip_account_move_synchronization=True).partner_id = self.other
        self.env.flush_all()
        with self.at("2026-03-12 08:00"):
            self.run_ruler()
        instalment = self.instalments(self.move).filtered(lambda i: not i.gone)
        self.assertEqual(instalment.partner_id, self.other)
        self.assertEqual(instalment.watermark, 2)
        self.assertFalse(self.day("2026-03-12") + self.day("2026-03-13"))
