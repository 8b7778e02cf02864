"""H1: nothing leads to what belongs to another company, in whatever way it is written."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .test_security import SecurityCase


@tagged("post_install", "-at_install")
class TestForeignRecords(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {"name": "Other", "country_id": cls.company.country_id.id}
        )
        cls.foreign_ruler = cls.env["collection.ruler"].create(
            {"name": "Theirs", "company_id": cls.other.id}
        )
        cls.foreign_step = cls.env["collection.ruler.step"].create(
            {
                "ruler_id": cls.foreign_ruler.id,
                "name": "Call",
                "offset_days": 5,
                "channel": "activity",
                "stage_id": cls.env["collection.stage"].search([], limit=1).id,
            }
        )
        partner = cls.env["res.partner"].create({"name": "Their customer"})
        cls.foreign_debtor = cls.env["collection.debtor"].create(
            {"partner_id": partner.id, "company_id": cls.other.id}
        )

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")

    def refused(self, act, *arguments):
        """It raises, and nothing of it stays."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            act(*arguments)
            self.env.flush_all()

    def test_nothing_is_given_to_another_company(self):
        ruler = self.as_user("manager", self.ruler)
        self.refused(ruler.write, {"company_id": self.other.id})
        self.refused(ruler.step_ids[:1].write, {"ruler_id": self.foreign_ruler.id})
        limit = ruler.env["collection.contact.limit"].create(
            {"name": "Evenings", "source": "us", "company_id": self.company.id, "week_to": 17}
        )
        self.refused(limit.write, {"company_id": self.other.id})
        hold = self.as_user("collector", self.hold())
        self.refused(hold.write, {"debtor_id": self.foreign_debtor.id})
        blackout = hold.env["collection.blackout"].create(
            {"debtor_id": self.debtor().id, "date_from": "2026-03-20"}
        )
        self.refused(blackout.write, {"debtor_id": self.foreign_debtor.id})

    def test_no_command_takes_a_step_of_another_company(self):
        ruler = self.as_user("manager", self.ruler)
        for command in (
            Command.link(self.foreign_step.id),
            Command.set([*ruler.step_ids.ids, self.foreign_step.id]),
            Command.update(self.foreign_step.id, {"name": "Ours"}),
            Command.delete(self.foreign_step.id),
        ):
            with self.subTest(command):
                self.refused(ruler.write, {"step_ids": [command]})
        self.assertEqual(self.foreign_step.exists().ruler_id, self.foreign_ruler)
        self.assertEqual(self.foreign_step.name, "Call")

    def test_no_dialog_is_made_about_another_companys_records(self):
        manager = self.as_user("manager", self.ruler).env
        foreign = {"debtor_id": self.foreign_debtor.id, "ruler_id": self.foreign_ruler.id}
        stage = self.env["collection.stage"].search([], limit=1).id
        dialogs = {
            "collection.drop": {"debtor_id": foreign["debtor_id"], "stage_id": stage},
            "collection.preview": {"debtor_id": foreign["debtor_id"]},
            "collection.reschedule": {
                "debtor_id": foreign["debtor_id"],
                "due_date": "2026-04-01",
                "why": "asked",
            },
            "collection.ruler.activation": {"ruler_id": foreign["ruler_id"]},
            "collection.simulation": {"ruler_id": foreign["ruler_id"]},
        }
        for model, values in dialogs.items():
            defaults = {f"default_{name}": value for name, value in values.items()}
            with self.subTest(model):
                self.refused(manager[model].create, values)
                self.refused(manager[model].with_context(**defaults).create, {})

    def test_what_all_companies_share_is_the_administrators(self):
        administrator = new_test_user(
            self.env,
            login="ruler_admin",
            groups="base.group_system,collection_ruler.collection_ruler_group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        Limit = self.env["collection.contact.limit"]
        hours = {"name": "Evenings", "source": "us", "week_from": 9, "week_to": 17}
        shared = Limit.create({**hours, "company_id": False})
        own = Limit.create({**hours, "company_id": self.company.id})
        stage = self.env["collection.stage"].search([], limit=1)
        manager = self.as_user("manager", Limit)
        self.refused(manager.create, {**hours, "company_id": False})
        self.refused(manager.browse(own.id).write, {"company_id": False})
        self.refused(manager.browse(shared.id).write, {"week_to": 20})
        self.refused(manager.browse(shared.id).unlink)
        self.refused(self.as_user("manager", stage).write, {"name": "Ours"})
        self.assertTrue(manager.browse(shared.id).read(["week_to"]))
        manager.browse(own.id).week_to = 16
        theirs = self.env(user=administrator, su=False)
        shared.with_env(theirs).week_to = 20
        stage.with_env(theirs).name = "Everybody's"
        self.assertEqual((shared.week_to, stage.name), (20, "Everybody's"))

    def test_what_is_ones_own_is_made_and_changed_as_ever(self):
        collector = self.as_user("collector", self.debtor()).env
        values = {"debtor_id": self.debtor().id, "due_date": "2026-04-01", "why": "asked"}
        dialog = collector["collection.reschedule"].create(values)
        self.assertEqual(dialog.instalment_ids, self.instalments(self.move))
        ruler = self.as_user("manager", self.ruler)
        ruler.write({"name": "Ours", "step_ids": [Command.update(ruler.step_ids[0].id, {})]})
        self.assertEqual(self.ruler.name, "Ours")

    def test_a_filter_of_customers_answers_no_question_about_what_else_is_known(self):
        for text in (
            "[('invoice_ids.amount_total', '>', 100)]",
            "[('bank_ids.acc_number', '=like', 'DE%')]",
            "[('bank_ids', 'ilike', 'DE')]",
            "[('user_ids.password', '=like', 'a%')]",
            "[('parent_id.bank_ids.acc_number', '=like', 'DE%')]",
            "[('user_id', 'ilike', 'a')]",
            "[('category_id.partner_ids.email', '=like', 'a%')]",
            "[('invoice_ids', 'any', [('amount_total', '>', 100)])]",
            "[('credit', '>', 100)]",
            "[('signup_type', '!=', False)]",
            "[('message_ids.body', 'ilike', 'secret')]",
            "[('id', 'in', __import__('os').getpid())]",
            "'x' * 10**9 and []",
            "[" * 3000 + "]" * 3000,
            "[('name', '=', '" + "x" * 20000 + "')]",
        ):
            with self.subTest(text[:60]):
                self.refused(self.as_user("manager", self.ruler).write, {"partner_domain": text})

    def test_customers_are_chosen_by_what_is_written_on_them(self):
        tag = self.env["res.partner.category"].create({"name": "Regulars"})
        ruler = self.as_user("manager", self.ruler)
        for text in (
            f"[('category_id', 'in', [{tag.id}])]",
            "[('category_id', 'child_of', 'Regulars')]",
            "['|', ('country_id.code', '=', 'IE'), ('state_id.country_id.code', '=', 'BR')]",
            "['!', ('name', 'ilike', 'acme'), ('ref', '!=', False)]",
            "[('user_id', '=', False), ('parent_id', 'in', [1, 2])]",
            "[('create_date', '>=', '2026-01-01'), ('active', '=', True)]",
        ):
            with self.subTest(text):
                ruler.partner_domain = text
                self.env.flush_all()
                self.assertEqual(self.ruler.partner_domain, text)
