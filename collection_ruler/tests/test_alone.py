"""Whoever has a right of ours and no other: what is shown to them opens (F1)."""

from lxml import etree
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import CollectionCommon

OURS = "collection_ruler."
ELSEWHERE = (
    "collection_ruler_action",
    "collection_stage_action",
    "collection_contact_limit_action",
    "collection_simulation_action",
    "collection_forecast_action",
    "collection_message_action",
    "collection_hold_action_new",
    "collection_reschedule_action",
)
ROLES = ("reader", "collector", "manager")


@tagged("post_install", "-at_install")
class TestAlone(CollectionCommon):
    """A reader, a collector and a manager of collections who may do nothing in accounting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            role: cls.new_user(f"alone_{role}", f"collection_ruler.collection_ruler_group_{role}")
            for role in ROLES
        }

    def setUp(self):
        super().setUp()
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")], limit=1
        )
        self.activate("2026-01-05")
        for due in ("2026-01-12", "2026-01-30"):
            self.invoice(due, date="2026-01-05")
        for day in ("2026-01-05", "2026-01-12", "2026-01-14"):
            self.day(day)
        self.hold()
        # afterwards, so that they choose nobody
        self.ruler.write(
            {
                "journal_ids": [Command.set(journal.ids)],
                "payment_term_ids": [
                    Command.set(self.env.ref("account.account_payment_term_immediate").ids)
                ],
                "country_ids": [Command.set(self.company.country_id.ids)],
            }
        )

    def spec(self, fields, arch):
        """What the browser asks for, by the fields of a view.

        :param fields: {field name: description} of the model, by model name
        :param arch: (model name, view node)
        """
        model, root = arch
        result = {}
        for node in root.iter("field"):
            parents = [p for p in node.iterancestors() if p.tag == "field"]
            if any(root in p.iterancestors() for p in parents):
                continue
            name = node.get("name")
            kind = fields[model]["fields"][name]["type"]
            if kind == "many2one":
                result[name] = {"fields": {"display_name": {}}}
            elif kind in ("one2many", "many2many"):
                relation = fields[model]["fields"][name]["relation"]
                inner = {}
                for view in node:
                    if view.tag in ("list", "kanban", "form"):
                        inner |= self.spec(fields, (relation, view))
                result[name] = {"fields": inner or {"display_name": {}}}
            else:
                result.setdefault(name, {})
        return result

    def open(self, env, action):
        """Load the views of an action, and read records as the browser does for each of them."""
        model = action["res_model"]
        views = [*action["views"], (False, "search")]
        if all(kind != "form" for _id, kind in views):
            views.append((False, "form"))
        context = action.get("context") or {}
        if isinstance(context, str):
            context = safe_eval(context, {"uid": env.uid, "active_id": False})
        Model = env[model].with_context(**context)
        got = Model.get_views([tuple(v[:2]) for v in views], {"load_filters": True})
        count = 0
        for kind, view in got["views"].items():
            if kind in ("search", "graph", "pivot", "calendar"):
                continue
            spec = self.spec(got["models"], (model, etree.fromstring(view["arch"])))
            with self.subTest(model, kind=kind):
                if Model._transient:
                    if Model.has_access("create"):
                        Model.onchange({}, [], spec)
                else:
                    count += len(Model.search([], limit=5).web_read(spec))
        return count

    def menus(self, env):
        """The entries with an action that this person sees in the Invoicing app, with their actions."""
        tree = env["ir.ui.menu"].load_menus(False)
        app = self.env.ref("account.menu_finance").id
        result, todo = [], list(tree["root"]["children"])
        self.assertIn(app, todo, "no Invoicing app")
        todo = [app]
        while todo:
            menu = tree[todo.pop()]
            todo += menu["children"]
            if menu["action_id"]:
                result.append(env["ir.ui.menu"].browse(menu["id"]))
        return result

    def test_invoicing_shows_our_entries_alone_and_each_opens(self):
        for role, user in self.people.items():
            env = self.env(user=user)
            opened = set()
            for menu in self.menus(env):
                name, action = menu.sudo().complete_name, menu.sudo().action
                with self.subTest(name, role=role):
                    xmlid = menu.sudo().get_external_id()[menu.id]
                    self.assertTrue(xmlid.startswith("collection_ruler"), xmlid)
                    if action._name != "ir.actions.act_window":
                        continue
                    found = env["ir.actions.actions"]._for_xml_id(
                        action.get_external_id()[action.id]
                    )
                    if self.open(env, found):
                        opened.add(found["res_model"])
            wanted = {"collection.debtor", "collection.followup", "collection.instalment"}
            wanted |= {"collection.ruler"} if role == "manager" else set()
            with self.subTest(role=role):
                self.assertLessEqual(wanted, opened)

    def test_who_keeps_the_books_sees_the_same_as_before(self):
        books = self.new_user("alone_books", "account.group_account_invoice")
        names = {menu.get_external_id()[menu.id] for menu in self.menus(self.env(user=books))}
        for xmlid in (
            "menu_account_customer",
            "product_product_menu_sellable",
            "menu_account_supplier",
            "menu_action_move_in_invoice_type",
        ):
            self.assertIn(f"account.{xmlid}", names)

    def test_today_counts_and_lists_for_each(self):
        for role, user in self.people.items():
            env = self.env(user=user)
            for tile in env["collection.today"].tiles()["tiles"]:
                with self.subTest(tile["key"], role=role):
                    self.open(env, tile["action"])

    def test_what_opens_from_elsewhere_is_read(self):
        """A ruler opens from a debtor, an invoice or a follow-up, a dialog from a button."""
        for role, user in self.people.items():
            env = self.env(user=user)
            for xmlid in ELSEWHERE:
                action = env["ir.actions.actions"]._for_xml_id(OURS + xmlid)
                if env[action["res_model"]].has_access("read"):
                    with self.subTest(xmlid, role=role):
                        self.open(env, action)
