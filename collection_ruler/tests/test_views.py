from lxml import etree
from odoo import fields
from odoo.addons.payment import utils as payment_utils
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import CollectionCommon, ScreenCase

ACTIONS = (
    "collection_ruler.collection_ruler_action",
    "collection_ruler.collection_debtor_action",
    "collection_ruler.collection_instalment_action",
    "collection_ruler.collection_followup_action",
    "collection_ruler.collection_outgoing_action",
    "collection_ruler.collection_stage_action",
    "collection_ruler.collection_contact_limit_action",
    "collection_ruler.collection_hold_action_new",
    "collection_ruler.collection_reschedule_action",
    "collection_ruler.collection_coverage_action",
    "collection_ruler.collection_simulation_action",
    "collection_ruler.collection_forecast_action",
    "collection_ruler.collection_message_action",
)
COLLECTORS_ONLY = (
    "collection_ruler.collection_hold_action_new",
    "collection_ruler.collection_reschedule_action",
)
MENUS = (
    "collection_ruler.collection_today_menu",
    "collection_ruler.collection_debtor_menu",
    "collection_ruler.collection_outgoing_menu",
    "collection_ruler.collection_instalment_menu",
    "collection_ruler.collection_followup_menu",
    "collection_ruler.collection_coverage_menu",
    "collection_ruler.collection_forecast_menu",
)
# buttons that a reader would press in vain
CHANGING = {
    "collection.ruler": {"action_activate", "action_pause", "action_resume"},
    "collection.followup": {"action_approve", "action_retry", "action_cancel"},
    "collection.hold": {"action_end"},
    "collection.outgoing": {"action_skip_today", "action_plan_again"},
}


@tagged("post_install", "-at_install")
class TestViews(CollectionCommon):
    """Each screen loads for each group, with the buttons that this group may press, no others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            role: cls.env["res.users"].create(
                {
                    "name": role,
                    "login": f"views_{role}",
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                    "group_ids": [
                        Command.set(cls.env.ref("base.group_user").ids),
                        Command.link(cls.env.ref(group).id),
                    ],
                }
            )
            for role, group in (
                ("reader", "account.group_account_readonly"),
                ("collector", "account.group_account_invoice"),
                ("manager", "account.group_account_manager"),
            )
        }

    def screens(self, role, xmlid):
        """The views of an action as this person's browser gets them, by type."""
        env = self.env(user=self.people[role])
        action = env["ir.actions.actions"]._for_xml_id(xmlid)
        views = [*action["views"], (False, "search")]
        if all(kind != "form" for _id, kind in views):
            views.append((False, "form"))
        return action, env[action["res_model"]].get_views(views, {"load_filters": True})["views"]

    def buttons(self, arch, kind="object"):
        return {
            node.get("name")
            for node in etree.fromstring(arch).iter("button")
            if node.get("type") == kind
        }

    def test_each_action_loads_for_each_group(self):
        for xmlid in ACTIONS:
            for role in self.people:
                if xmlid in COLLECTORS_ONLY and role == "reader":
                    continue
                with self.subTest(xmlid, role=role):
                    action, views = self.screens(role, xmlid)
                    for kind, view in views.items():
                        arch = etree.fromstring(view["arch"])
                        self.assertEqual(arch.tag, kind)
                        if kind != "search":
                            self._read_like_the_browser(role, action["res_model"], arch)

    def _read_like_the_browser(self, role, model, arch):
        """Every field that the view names can be read by this person."""
        Model = self.env(user=self.people[role])[model]
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(parent.tag == "field" for parent in node.iterancestors())
        }
        Model.search([], limit=5).web_read({name: {} for name in names})

    def test_readers_see_no_button_that_would_fail(self):
        looks_only = {str(self.env.ref("collection_ruler.collection_simulation_action").id)}
        for xmlid in ACTIONS[:5]:
            _action, views = self.screens("reader", xmlid)
            for kind, view in views.items():
                with self.subTest(xmlid, kind=kind):
                    named = self.buttons(view["arch"])
                    for model, changing in CHANGING.items():
                        self.assertFalse(named & changing, model)
                    self.assertFalse(self.buttons(view["arch"], "action") - looks_only)

    def test_collectors_and_managers_see_theirs(self):
        approve = self.screens("collector", "collection_ruler.collection_followup_action")
        approve = approve[1]["form"]
        self.assertLessEqual(CHANGING["collection.followup"], self.buttons(approve["arch"]))
        ruler = self.screens("collector", "collection_ruler.collection_ruler_action")[1]["form"]
        self.assertFalse(CHANGING["collection.ruler"] & self.buttons(ruler["arch"]))
        ruler = self.screens("manager", "collection_ruler.collection_ruler_action")[1]["form"]
        self.assertLessEqual(CHANGING["collection.ruler"], self.buttons(ruler["arch"]))

    def test_what_is_rarer_stands_in_the_debtors_cog_menu_for_collectors(self):
        names = {"Hand over", "Dispute", "The customer says it is paid"}
        for role in self.people:
            env = self.env(user=self.people[role])
            bound = env["ir.actions.actions"].get_bindings("collection.debtor").get("action", ())
            mine = names & {action["name"] for action in bound}
            self.assertEqual(mine, set() if role == "reader" else names, role)

    def test_boards_sum_per_stage(self):
        self.invoice("2026-01-10", 300)
        self.activate()
        self.run_ruler("track")
        reader = self.env(user=self.people["reader"])
        for model, field in (
            ("collection.debtor", "amount_due"),
            ("collection.instalment", "residual"),
        ):
            with self.subTest(model):
                groups = reader[model].web_read_group([], ["stage_id"], [f"{field}:sum", "__count"])
                self.assertEqual(sum(group[f"{field}:sum"] for group in groups["groups"]), 300)
        bar = {"field": "waiting_reason", "colors": {"held": "warning"}, "sum_field": "residual"}
        reader["collection.instalment"].read_progress_bar([], "stage_id", bar)

    def test_invoices_board_begins_with_what_is_urgent(self):
        soon = self.invoice("2026-01-10")
        later = self.invoice("2026-06-10")
        self.activate()
        action, _views = self.screens("reader", "collection_ruler.collection_instalment_action")
        self.assertEqual(safe_eval(action["context"]), {"search_default_now": 1})
        with self.at("2026-01-05 10:00"):
            now = self._filter("collection_ruler.collection_instalment_action", "now")
            found = self.env["collection.instalment"].search(now)
        self.assertIn(soon, found.move_id)
        self.assertNotIn(later, found.move_id)

    def test_an_empty_board_keeps_its_columns(self):
        """Odoo shows the help of an empty board only beside columns."""
        for model in ("collection.debtor", "collection.instalment"):
            board = self.env[model].with_context(read_group_expand=True)
            groups = board.web_read_group([("id", "=", 0)], ["stage_id"], ["__count"])
            self.assertEqual(groups["length"], self.env["collection.stage"].search_count([]))

    def test_each_filter_finds_without_error(self):
        for xmlid in ACTIONS[:5]:
            action, views = self.screens("collector", xmlid)
            Model = self.env(user=self.people["collector"])[action["res_model"]]
            for node in etree.fromstring(views["search"]["arch"]).iter("filter"):
                if domain := node.get("domain"):
                    with self.subTest(xmlid, filter=node.get("name")):
                        Model.search(safe_domain(domain, Model.env.uid), limit=1)

    def test_holds_filter_leaves_out_what_is_over(self):
        self.invoice("2026-01-10")
        self.activate()
        hold = self.hold()
        on_hold = self._filter("collection_ruler.collection_debtor_action", "on_hold")
        self.assertEqual(self.env["collection.debtor"].search(on_hold), self.debtor())
        hold.date_to = fields.Date.subtract(fields.Date.today(), days=1)
        self.assertFalse(self.env["collection.debtor"].search(on_hold))

    def _filter(self, xmlid, name):
        arch = etree.fromstring(self.screens("manager", xmlid)[1]["search"]["arch"])
        return safe_domain(arch.find(f".//filter[@name='{name}']").get("domain"), self.env.uid)

    def test_customer_and_vendor_documents_still_open(self):
        for role in self.people:
            env = self.env(user=self.people[role])
            for model, xmlid in (
                ("account.move", "account.view_move_form"),
                ("res.partner", "base.view_partner_form"),
            ):
                with self.subTest(model, role=role):
                    arch = env[model].get_view(env.ref(xmlid).id, "form")["arch"]
                    self.assertIn("collection_ruler_id", arch)
        plain = self.env["res.users"].create(
            {
                "name": "No accountant",
                "login": "views_plain",
                "group_ids": self.env.ref("base.group_user"),
            }
        )
        arch = self.env(user=plain)["res.partner"].get_view(view_type="form")["arch"]
        self.assertNotIn("collection_", arch)

    def test_menus_are_seen_with_invoicing_alone(self):
        for role in self.people:
            with self.subTest(role):
                seen = self.env(user=self.people[role])["ir.ui.menu"]._visible_menu_ids()
                for xmlid in MENUS:
                    self.assertIn(self.env.ref(xmlid).id, seen)
                rulers = self.env.ref("collection_ruler.collection_ruler_rulers_menu").id
                self.assertEqual(rulers in seen, role == "manager")

    def test_styles_compile(self):
        """Odoo serves old styles, and says so on each page, when ours cannot be compiled."""
        bundle = self.env["ir.qweb"]._get_asset_bundle("web.assets_backend", css=True, js=False)
        bundle.preprocess_css()
        self.assertEqual([error[:100] for error in bundle.css_errors], [])

    def test_partner_button_opens_the_debtor(self):
        self.invoice("2026-01-10")
        self.activate()
        action = self.customer.action_open_collection_debtor()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("collection.debtor", self.debtor().id)
        )

    # ------------------------------------------------------------------
    # activation
    # ------------------------------------------------------------------

    def activation(self):
        """The dialog as the browser opens it."""
        manager = self.env(user=self.people["manager"])
        action = self.ruler.with_env(manager).action_activate()
        return (
            manager[action["res_model"]]
            .with_context(**action["context"])
            .create({"ruler_id": self.ruler.id})
        )

    def test_activation_names_the_counts(self):
        self.invoice("2026-01-05", 100)
        self.invoice("2026-01-30", 100)
        other = self.env["res.partner"].create({"name": "Ben", "email": "ben@customer.example.com"})
        self.invoice("2026-01-30", 50, other)
        with self.at("2026-01-14 10:00"):
            wizard = self.activation()
            self.assertEqual(
                (wizard.customer_count, wizard.instalment_count, wizard.overdue_count), (2, 3, 1)
            )
            self.assertIn("3 open instalments of 2 customers.", wizard.summary)
            self.assertIn("1 is overdue: it joins silently", wizard.summary)
            self.assertIn("The first step comes on", wizard.summary)
            self.assertEqual(self.ruler.state, "draft", "Looking switches nothing on")
            wizard.action_confirm()
        self.assertEqual(self.ruler.state, "running")

    def test_activation_with_nothing_open(self):
        wizard = self.activation()
        self.assertEqual(wizard.instalment_count, 0)
        self.assertIn("No open invoice", wizard.summary)

    def test_activation_opens_in_the_browser(self):
        """What onchange answers keeps the ruler: nothing is saved before Activate is pressed."""
        self.invoice("2026-01-30", 100)
        Wizard = self.env(user=self.people["manager"])["collection.ruler.activation"]
        answer = Wizard.with_context(default_ruler_id=self.ruler.id).onchange(
            {}, [], {"ruler_id": {"fields": {}}, "instalment_count": {}, "summary": {}}
        )["value"]
        self.assertEqual(answer["ruler_id"]["id"], self.ruler.id)
        self.assertEqual(answer["instalment_count"], 1)
        self.assertIn("1 open instalment of 1 customer.", answer["summary"])

    def test_activation_answers_to_another_policy_in_the_browser(self):
        self.invoice("2026-01-12", 100, date="2026-01-05")
        Wizard = self.env(user=self.people["manager"])["collection.ruler.activation"]
        names = ("backlog_policy", "summary", "customers", "overdue_count", "sample_subject")
        spec = {"ruler_id": {"fields": {}}, **{name: {} for name in names}}
        with self.at("2026-01-19 10:00"):
            Wizard = Wizard.with_context(default_ruler_id=self.ruler.id)
            first = Wizard.onchange({}, [], spec)["value"]
            self.assertEqual(first["backlog_policy"], "join")
            self.assertIn("joins silently", first["summary"])
            values = {**first, "ruler_id": self.ruler.id, "backlog_policy": "catch_up"}
            answer = Wizard.onchange(values, ["backlog_policy"], spec)["value"]
        self.assertNotIn("backlog_policy", answer, "the choice was taken back")
        self.assertIn("gets one message", answer["summary"])
        self.assertIn("Forgot?", answer["customers"])
        self.assertIn("slip through", {**first, **answer}["sample_subject"])


@tagged("post_install", "-at_install")
class TestNothingToPay(ScreenCase):
    """The page behind an old payment link."""

    def test_paid_invoice_shows_no_name_and_no_amount(self):
        move = self.invoice("2026-01-30", 123.45)
        self.pay(move)
        token = payment_utils.generate_access_token(move.id, 123.45, env=self.env)
        answer = self.url_open(f"/my/invoices/{move.id}?payment_token={token}&amount=123.45")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Nothing to pay", answer.text)
        self.assertIn(self.company.name, answer.text)
        for secret in (move.name, "123.45", self.customer.name):
            self.assertNotIn(secret, answer.text)


def safe_domain(text, uid):
    """The domain of a filter, as the browser would evaluate it."""
    return safe_eval(text, {"uid": uid})
