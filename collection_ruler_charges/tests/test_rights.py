"""Readers read, collectors charge, managers say what is charged; each screen opens for each of them."""

from lxml import etree
from odoo.addons.collection_ruler.tests.test_security import SecurityCase
from odoo.tests import tagged

RIGHTS = {
    "collection.charge.rule": "r--- r--- rwcu",
    "collection.charge.rate": "r--- r--- rwcu",
    "collection.charge": "r--- r--- r---",
    "collection.charge.issue": "---- rwc- rwc-",
    "collection.charge.issue.line": "---- rwc- rwc-",
}
# collectors only; a look at a debit note for all who may see it
PUBLIC = {"action_charge", "action_issue", "action_open_debit_note"}
PUBLIC |= {"write"}  # Odoo's own


@tagged("post_install", "-at_install")
class TestRights(SecurityCase):
    def test_rights_per_model_and_group(self):
        self.check_rights(RIGHTS)

    def test_employee_without_accounting_sees_nothing(self):
        for model in RIGHTS:
            self.assertFalse(self.as_user("employee", self.env[model]).has_access("read"), model)

    def test_public_methods_are_known(self):
        self.assertEqual(self.public_methods("collection_ruler_charges") - PUBLIC, set())

    def test_the_list_of_late_charges_opens_for_each(self):
        """Views load, and every field that they name is read."""
        xmlid = "collection_ruler_charges.collection_charge_rule_action"
        for name in ("reader", "collector", "manager"):
            env = self.env(user=self.users[name], su=False)
            action = env["ir.actions.actions"]._for_xml_id(xmlid)
            Rule = env[action["res_model"]]
            views = Rule.get_views([*action["views"], (False, "search")], {"load_filters": True})
            for kind, view in views["views"].items():
                with self.subTest(kind, role=name):
                    arch = etree.fromstring(view["arch"])
                    self.assertEqual(arch.tag, kind)
                    own = arch.xpath("//field[not(ancestor::field)]/@name")
                    if kind != "search":
                        self.assertTrue(Rule.search([], limit=5).web_read({n: {} for n in own}))

    def test_what_it_adds_to_the_forms_is_there_for_collectors(self):
        for model, names in (
            ("collection.ruler", {"charge_rule_id", "charge_note"}),
            ("collection.ruler.step", {"show_charges", "issue_charges"}),
            ("collection.debtor", {"charge_text", "charge_ids"}),
        ):
            record = self.as_user("collector", self.env[model])
            arch = etree.fromstring(record.get_view(view_type="form")["arch"])
            with self.subTest(model):
                self.assertLessEqual(names, set(arch.xpath("//field/@name")))

    def test_charging_stands_in_the_debtors_cog_menu_for_collectors(self):
        for name, seen in (("reader", False), ("collector", True), ("manager", True)):
            env = self.env(user=self.users[name], su=False)
            bound = env["ir.actions.actions"].get_bindings("collection.debtor").get("action", ())
            with self.subTest(name):
                self.assertEqual(
                    "Charge for late payment…" in {action["name"] for action in bound}, seen
                )
