"""Rulers and steps for some payers only (F6)."""

from odoo import Command
from odoo.tests import tagged

from .profile_case import ProfileCase


@tagged("post_install", "-at_install")
class TestMatchByProfile(ProfileCase):
    """A ruler for whoever pays late comes before the one that takes everybody (A6)."""

    def setUp(self):
        super().setUp()
        late = self.env.ref("collection_ruler.collection_payer_class_late")
        chronic = self.env.ref("collection_ruler.collection_payer_class_chronic")
        self.first = self.ruler.copy(
            {"name": "Firm", "sequence": 1, "profiles": [Command.set((late + chronic).ids)]}
        )
        self.ruler.sequence = 2
        with self.at("2026-05-04 09:30"):
            (self.first + self.ruler)._activate()

    def ruler_of(self, move):
        with self.at("2026-06-01 10:00"):
            self.run_ruler("enrol")
        return move.collection_instalment_ids.ruler_id.name

    def test_a_new_debtor_is_judged_by_what_was_paid_before(self):
        self.always(30)
        self.assertEqual(self.ruler_of(self.invoice("2026-07-01")), "Firm")

    def test_a_new_customer_is_new(self):
        self.assertEqual(self.ruler_of(self.invoice("2026-07-01")), "Default")
        self.env.ref("collection_ruler.collection_payer_class_new").who = "strangers"
        self.first.profiles = self.env.ref("collection_ruler.collection_payer_class_new")
        self.assertEqual(self.ruler_of(self.invoice("2026-07-02")), "Firm")

    def test_a_known_debtor_is_judged_by_today(self):
        self.always(0)
        self.assertEqual(
            self.ruler_of(self.invoice("2026-05-20", 900.0, date="2026-05-06")), "Default"
        )
        with self.at("2026-06-29 10:00"):
            move = self.invoice("2026-08-01", date="2026-06-29")
            self.run_ruler("enrol")  # the large one is long overdue by now
        self.assertEqual(move.collection_instalment_ids.ruler_id.name, "Firm")

    def test_why_names_the_payers(self):
        self.always(30)
        move = self.invoice("2026-07-01")
        self.ruler_of(move)
        other = self.invoice("2026-07-01", partner=self.person("Bert"))
        self.ruler_of(other)
        with self.at("2026-06-01 10:05"):
            self.assertIn(
                "“Firm” is the first ruler that takes it: customers who usually pay late or "
                "customers who usually pay very late.",
                str(move.collection_why),
            )
            self.assertIn(
                "Not “Firm”: it is for customers who usually pay late or", other.collection_why
            )


@tagged("post_install", "-at_install")
class TestStepsForSome(ProfileCase):
    """ "Due today" is not for punctual payers (F6)."""

    def setUp(self):
        super().setUp()
        punctual = self.env.ref("collection_ruler.collection_payer_class_punctual")
        self.step("Due today").skip_profiles = punctual
        self.activate("2026-05-04")

    def test_it_is_passed_over_and_the_next_one_comes(self):
        self.always(0)
        other = self.person("Bert")
        moves = [self.invoice("2026-06-10", partner=p, date="2026-06-01") for p in (None, other)]
        for day in ("2026-06-03", "2026-06-10", "2026-06-12"):
            self.day(day)
        self.assertEqual(self.debtor().profile, "punctual")
        self.assertIn(("Due today", "skipped", "not_for_them"), self.ledger(moves[0]))
        self.assertNotIn("Due today", [name for name, _state in self.said()])
        self.assertIn("Forgot?", [name for name, _state in self.said()])
        self.assertIn("Due today", [name for name, _state in self.said(other)])

    def test_what_comes_next_is_what_they_will_get(self):
        self.always(0)
        self.invoice("2026-06-10", date="2026-06-01")
        self.day("2026-06-03")
        debtor = self.debtor()
        with self.at("2026-06-04 12:00"):
            debtor.invalidate_recordset()
            self.assertIn("Forgot?", debtor.next_text)

    def test_a_new_debtor_is_judged_before_anything_is_said(self):
        self.always(0)
        move = self.invoice("2026-06-10", date="2026-06-10")
        self.day("2026-06-10")
        self.assertNotIn("Due today", [name for name, _state in self.said()])
        self.assertIn(("Due today", "skipped", "not_for_them"), self.ledger(move))

    def test_the_simulation_goes_by_the_customer(self):
        self.always(0)
        self.invoice("2026-07-01")
        self.look()
        values = {"ruler_id": self.ruler.id, "due_date": "2026-06-10", "is_sent": True}
        with self.at("2026-06-01 12:00"):
            anybody = self.env["collection.simulation"].create(values)
            them = self.env["collection.simulation"].create(
                {**values, "partner_id": self.customer.id}
            )
            self.assertIn("Due today", anybody.result)
            self.assertNotIn("Due today", them.result)
            self.assertIn("Forgot?", them.result)


@tagged("post_install", "-at_install")
class TestPreviewByProfile(ProfileCase):
    def test_the_dialog_of_an_activation_names_what_they_will_hear(self):
        punctual = self.env.ref("collection_ruler.collection_payer_class_punctual")
        self.step("Due today").skip_profiles = punctual
        around = self.ruler.step_ids.filtered(lambda s: s.name in ("Due today", "Forgot?"))
        self.ruler.step_ids.filtered(lambda s: s.trigger == "due" and s not in around).unlink()
        self.always(0)
        self.invoice("2026-07-10", date="2026-06-01")
        with self.at("2026-06-01 08:00"):
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            self.assertIn("Forgot?", wizard.customers)
            self.assertNotIn("Due today", wizard.customers)
        self.assertFalse(self.debtor(), "looking keeps nothing")
