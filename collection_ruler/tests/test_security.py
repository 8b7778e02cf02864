"""H1: readers read, collectors work, managers rule; others see nothing; companies keep apart."""

import inspect
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CollectionCommon

# (read, write, create, unlink) of readers, collectors and managers; portal users and visitors have none
RIGHTS = {
    "collection.ruler": "r--- r--- rwcu",
    "collection.ruler.step": "r--- r--- rwcu",
    "collection.stage": "r--- r--- r---",
    "collection.contact.limit": "r--- r--- rwcu",
    "collection.payer.class": "r--- r--- r---",
    "collection.instalment": "r--- r--- r---",
    "collection.debtor": "r--- rw-- rw--",
    "collection.debtor.refresh": "---- ---- r---",
    "collection.followup": "r--- r--- r---",
    "collection.followup.item": "r--- r--- r---",
    "collection.hold": "r--- rwc- rwc-",
    "collection.blackout": "r--- rwcu rwcu",
    "collection.ruler.activation": "---- ---- rwcu",
    "collection.preview": "rwc- rwc- rwc-",
    "collection.drop": "---- rwc- rwc-",
    "collection.reschedule": "---- rwc- rwc-",
    "collection.simulation": "rwc- rwc- rwc-",
    "collection.forecast": "r-c- r-c- r-c-",
    "collection.coverage": "r--- r--- r---",
}
# whose records belong to a company
OF_A_COMPANY = (
    "collection.ruler",
    "collection.ruler.step",
    "collection.instalment",
    "collection.debtor",
    "collection.followup",
    "collection.followup.item",
    "collection.hold",
)
ROLES = ("reader", "collector", "manager", "portal", "public")
# methods that anybody may call by RPC; each checks what its caller may do
PUBLIC = {
    # the circuit breaker: managers only
    "action_release_today",
    # Today, today's outgoing, and cards that are dropped
    "tiles",
    "action_preview",
    "action_preview_next",
    "action_write_now",
    "action_schedule_message",  # Odoo's own of the composer, whose rights it asks
    "action_skip_today",
    "action_plan_again",
    "action_drop",
    "action_look_again",
    "action_end_hold",
    # collectors, on the debtor; on invoices whoever may write them
    "action_mark_sent",
    "action_collection_mark_sent",
    "action_send",
    "action_note",
    "default_get",
    "action_activate",
    "action_agree",
    "action_approve",
    "action_cancel",
    "action_confirm",
    "action_create",
    "action_end",
    "action_open_collection_debtor",
    "action_open_debtor",
    "action_open_debtors",
    "action_open_move",
    "action_pause",
    "action_resume",
    "action_retry",
    "action_send_samples",
    # the forecast: readers of the company
    "action_open_forecast",
    "words",
    # Odoo's own
    "button_draft",
    "create",
    "write",
    "unlink",
    "init",
    "message_process",
    "message_update",
    "mail_allowed_qweb_expressions",
    "portal_my_invoice_detail",
    "send_email",
    "copy_data",
}


class SecurityCase(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "reader": "base.group_user,collection_ruler.collection_ruler_group_reader",
            "collector": "base.group_user,collection_ruler.collection_ruler_group_collector",
            "manager": "base.group_user,collection_ruler.collection_ruler_group_manager",
            "portal": "base.group_portal",
            "public": "base.group_public",
            "employee": "base.group_user",
        }
        cls.users = {
            name: new_test_user(
                cls.env,
                login=f"ruler_{name}",
                groups=group,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for name, group in groups.items()
        }

    def as_user(self, name, record):
        return record.with_env(self.env(user=self.users[name], su=False))

    def check_rights(self, expected_rights):
        """Each group has the rights of the table, and no others.

        :param expected_rights: {model name: what readers, collectors and managers may do}, as in RIGHTS
        """
        operations = (("read", "r"), ("write", "w"), ("create", "c"), ("unlink", "u"))
        for model, rights in expected_rights.items():
            groups = zip(ROLES, [*rights.split(), "----", "----"], strict=True)
            for name, expected in groups:
                found = "".join(
                    letter if self.as_user(name, self.env[model]).has_access(operation) else "-"
                    for operation, letter in operations
                )
                self.assertEqual(found, expected, f"{name} on {model}")

    def public_methods(self, addon):
        """The names of what an add-on lets anybody call by RPC."""
        package = f"odoo.addons.{addon}."
        return {
            name
            for model in self.env.registry.values()
            for cls in model.__mro__
            if cls.__module__.startswith(package) and "tests" not in cls.__module__
            for name, member in vars(cls).items()
            if inspect.isfunction(member)
            and not name.startswith("_")
            and not getattr(member, "_api_private", False)
        }


@tagged("post_install", "-at_install", "quick")
class TestRights(SecurityCase):
    def test_rights_per_model_and_group(self):
        self.check_rights(RIGHTS)

    def test_employee_without_accounting_sees_nothing(self):
        for model in RIGHTS:
            self.assertFalse(self.as_user("employee", self.env[model]).has_access("read"), model)

    def test_accounting_groups_bring_the_expected_ones(self):
        for accounting, ours in (
            ("account.group_account_readonly", "reader"),
            ("account.group_account_invoice", "collector"),
            ("account.group_account_manager", "manager"),
        ):
            user = new_test_user(self.env, login=accounting, groups=f"base.group_user,{accounting}")
            self.assertTrue(
                user.has_group(f"collection_ruler.collection_ruler_group_{ours}"), accounting
            )
        billing = self.env["res.users"].search([("login", "=", "account.group_account_invoice")])
        self.assertFalse(billing.has_group("collection_ruler.collection_ruler_group_manager"))

    def test_public_methods_are_known(self):
        """What anybody can call by RPC is on the list above, or it wants an underscore."""
        self.assertEqual(self.public_methods("collection_ruler") - PUBLIC, set())


@tagged("post_install", "-at_install")
class TestActions(SecurityCase):
    """Collectors work through actions; nobody writes a follow-up by hand."""

    def setUp(self):
        super().setUp()
        self.step("Due today").mode = "approve"
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        self.followup = self.followups()[-1]
        self.assertEqual(self.followup.state, "to_approve")

    def test_nobody_writes_a_followup_by_hand(self):
        for name in ("reader", "collector", "manager"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.as_user(name, self.followup).write({"state": "planned"})

    def test_collector_approves(self):
        with self.at("2026-03-09 10:00"):
            self.as_user("collector", self.followup).action_approve()
        self.assertEqual(self.followup.state, "planned")
        self.assertEqual(len(self.day("2026-03-09", "10:10")), 1)

    def test_collector_takes_back(self):
        self.as_user("collector", self.followup).action_cancel()
        self.assertEqual((self.followup.state, self.followup.reason), ("cancelled", "by_hand"))
        self.assertEqual(
            self.followup.write_uid, self.users["collector"], "who did it is not noted"
        )

    def test_collector_tries_again(self):
        self.followup.action_approve()
        self.followup._fail("no_address")
        with self.at("2026-03-09 10:00"):
            self.as_user("collector", self.followup).action_retry()
        self.assertEqual(self.followup.state, "planned")

    def test_reader_and_employee_do_none_of_it(self):
        for name in ("reader", "employee", "portal"):
            for action in ("action_approve", "action_cancel", "action_retry"):
                with self.subTest(f"{name} {action}"), self.assertRaises(AccessError):
                    getattr(self.as_user(name, self.followup), action)()
        self.assertEqual(self.followup.state, "to_approve")

    def test_collector_of_another_company_does_none_of_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="base.group_user,collection_ruler.collection_ruler_group_collector",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            self.followup.with_env(
                self.env(user=stranger, su=False, context={"allowed_company_ids": other.ids})
            ).action_approve()

    def test_collector_holds_and_ends_the_hold(self):
        debtor = self.as_user("collector", self.debtor())
        hold = debtor.env["collection.hold"].create(
            {"debtor_id": debtor.id, "note": "On the phone"}
        )
        self.assertEqual(hold.user_id, self.users["collector"])
        self.assertFalse(self.day("2026-03-11"))
        hold.action_end()
        self.assertEqual(hold.state, "ended")
        with self.assertRaises(AccessError):
            hold.unlink()

    def test_reader_holds_nothing(self):
        with self.assertRaises(AccessError):
            self.as_user("reader", self.env["collection.hold"]).create(
                {"debtor_id": self.debtor().id}
            )

    def test_only_a_manager_pauses_and_resumes(self):
        for name in ("reader", "collector"):
            for action in ("action_pause", "action_resume", "action_send_samples"):
                with self.subTest(f"{name} {action}"), self.assertRaises(AccessError):
                    getattr(self.as_user(name, self.ruler), action)()
        self.as_user("manager", self.ruler).action_pause()
        self.assertEqual(self.ruler.state, "paused")
        with self.at("2026-03-10 10:00"):
            self.as_user("manager", self.ruler).action_resume()
        self.assertEqual(self.ruler.state, "running")

    def test_manager_activates_through_the_dialog(self):
        self.ruler.state = "draft"
        with self.at("2026-03-10 10:00"):
            ruler = self.as_user("manager", self.ruler)
            ruler.action_activate()
            wizard = ruler.env["collection.ruler.activation"].create({"ruler_id": ruler.id})
            self.assertEqual(wizard.today_count, 0)
            wizard.action_confirm()
        self.assertEqual(self.ruler.state, "running")

    def test_reader_reads_every_field_of_the_boards(self):
        for record in (
            self.debtor(),
            self.followup,
            self.followup.item_ids,
            self.instalments(self.move),
        ):
            read = self.as_user("reader", record)
            for name, field in read._fields.items():
                if not field.groups and name in read.fields_get():
                    read[name]  # a compute that needs more than a reader has would raise

    def test_bookkeeper_registers_a_payment_on_a_chased_invoice(self):
        user = new_test_user(
            self.env,
            login="bookkeeper",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        move = self.move.with_env(self.env(user=user, su=False))
        with self.at("2026-03-10 10:00"):
            wizard = (
                move.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"journal_id": self.bank_journal.id})
            )
            wizard._create_payments()
            move.env.flush_all()
        self.assertFalse(self.instalments(self.move).is_open)


@tagged("post_install", "-at_install")
class TestCompanies(SecurityCase):
    def test_each_company_sees_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="base.group_user,collection_ruler.collection_ruler_group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        self.hold()
        theirs = self.env(user=stranger, su=False, context={"allowed_company_ids": other.ids})
        for model in OF_A_COMPANY:
            own = [("company_id", "=", self.company.id)]
            self.assertTrue(self.env[model].search(own), f"nothing to see of {model}")
            self.assertFalse(theirs[model].search(own), model)

    def test_a_branch_shares_the_debtors_of_its_root(self):
        branch = self.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
            }
        )
        self.env.cr.precommit.run()  # the branch takes over the chart of accounts
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": [self.company.id, branch.id]}
        )
        clerk = new_test_user(
            self.env,
            login="clerk",
            groups="base.group_user,collection_ruler.collection_ruler_group_collector",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.activate("2026-03-02")
        root_move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        branch_move = self.invoice("2026-03-09", 50.0, date="2026-03-02", company_id=branch.id)
        (mail,) = self.day("2026-03-02")
        self.assertIn("150.00", mail["body"], "two messages, or only one company's debts")
        debtor = self.debtor()
        self.assertEqual(self.instalments(root_move, branch_move).debtor_id, debtor)
        theirs = self.env(user=clerk, su=False, context={"allowed_company_ids": branch.ids})
        self.assertEqual(theirs["collection.debtor"].search([]).ids, debtor.ids)
        self.assertEqual(
            theirs["collection.instalment"].search([]).move_id.ids,
            branch_move.ids,
            "the root's invoices",
        )
        self.assertTrue(theirs["collection.followup"].search([]))
        for record in (
            theirs["collection.debtor"].search([]),
            theirs["collection.followup"].search([]),
        ):
            record.read()


@tagged("post_install", "-at_install")
class TestForgedContext(CollectionCommon):
    """A context comes with each RPC: only what our own code made is believed of it."""

    def test_no_context_tells_a_message_what_is_owed(self):
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        followup = self.followups()[-1]
        forged = {"spoken": {followup.id: None}, ("currency", "USD"): None}
        table = followup.with_context(collection_memo=forged).due_table
        followup.invalidate_recordset()
        self.assertIn("100.00", followup.due_table)
        self.assertEqual(table, followup.due_table)

    def test_no_context_says_that_a_customer_agreed(self):
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.activate("2026-03-02")
        self.day("2026-03-02")
        line = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        with self.at("2026-03-03 10:00"):
            forged = line.with_context(collection_agreement=["they called"])
            forged.date_maturity = "2026-03-20"
            self.run_ruler()
        instalment = self.debtor().instalment_ids
        self.assertEqual(instalment.due_date, date(2026, 3, 20))
        self.assertFalse(instalment.agreed_at)
        self.assertNotIn("they called", " ".join(self.debtor().message_ids.mapped("body")))

    def test_no_context_tells_what_hours_are_open(self):
        true = self.company._collection_hours()
        forged = {("hours", self.company.id, self.company.collection_calendar_id.id): None}
        self.assertEqual(
            self.company.with_context(collection_memo=forged)._collection_hours(), true
        )

    def test_no_context_turns_a_mail_aside(self):
        mail = self.env["mail.mail"].create(
            {"email_to": "ann@example.com", "subject": "Hello", "body_html": "<p>Hello</p>"}
        )
        forged = {"test_email": "eve@example.com"}
        (one,) = mail.with_context(collection_outcome=forged)._prepare_outgoing_list()
        self.assertEqual(one["email_to"], ["ann@example.com"])
