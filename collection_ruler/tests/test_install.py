"""Decisions 10 and 11: installing is cheap and silent; a copied database is silent."""

from odoo.tests import tagged
from odoo.tools import file_open

from .common import CollectionCommon

IDENTITY = "collection_ruler.database_identity"


@tagged("post_install", "-at_install")
class TestInstall(CollectionCommon):
    def test_account_move_gets_only_cheap_columns(self):
        ours = self.env["ir.model.fields"].search(
            [
                ("model", "in", ("account.move", "account.move.line", "res.partner")),
                ("store", "=", True),
            ]
        )
        ours = ours.filtered(
            lambda f: (
                "collection_ruler" in f.modules.split(", ")
                and f.ttype not in ("one2many", "many2many")
            )
        )
        ours = ours.filtered(lambda f: f.modules == "collection_ruler")
        self.assertEqual(
            {(f.model, f.name) for f in ours},
            {
                ("account.move", "collection_ruler_id"),
                ("account.move", "collection_sent_on"),
                ("account.move.line", "collection_original_due_date"),
                ("res.partner", "collection_ruler_id"),
            },
        )
        for field in ours:
            definition = self.env[field.model]._fields[field.name]
            self.assertFalse(
                definition.compute
                or definition.related
                or definition.default
                or definition.required
            )
        self.env.cr.execute(
            "SELECT is_nullable, column_default FROM information_schema.columns "
            "WHERE table_name IN ('account_move', 'account_move_line') "
            "AND column_name LIKE 'collection_%'"
        )
        self.assertEqual(self.env.cr.fetchall(), [("YES", None)] * 3)

    def test_nothing_is_enrolled_or_said_before_a_ruler_runs(self):
        self.invoice("2026-01-05", 100.0)
        with self.at("2026-03-02 09:30"):
            self.run_cron()
            self.assertFalse(self.deliver())
        self.assertEqual(self.ruler.state, "draft")
        self.assertFalse(
            self.env["collection.instalment"].search([("company_id", "=", self.company.id)])
        )
        self.assertFalse(self.debtor())

    def test_shipped_ruler_is_a_draft_with_the_steps_of_the_sample(self):
        shipped = self.env.ref("collection_ruler.collection_ruler_default")
        self.assertEqual(shipped.state, "draft")
        self.assertEqual(
            [(s.offset_days, s.channel) for s in shipped.step_ids if s.trigger == "due"],
            [
                (-10, "email"),
                (-7, "email"),
                (0, "email"),
                (2, "email"),
                (5, "activity"),
                (8, "email"),
                (10, "activity"),
            ],
        )

    def test_database_is_remembered_at_the_first_activation(self):
        self.env["ir.config_parameter"].search([("key", "=", IDENTITY)]).unlink()
        self.activate("2026-03-02")
        self.assertTrue(self.env["ir.config_parameter"].get_param(IDENTITY))

    def copied(self):
        """What a restored dump looks like: the parameter names another database."""
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        with self.at("2026-03-02 09:30"):
            self.run_cron()  # a message stands in the outbox
        self.assertEqual(self.said(), [("A week before", "queued")])
        self.env["ir.config_parameter"].set_param(IDENTITY, "another/1")

    def test_copied_database_pauses_and_says_so(self):
        self.copied()
        with self.at("2026-03-09 09:30"):
            self.run_cron()
            self.assertFalse(self.deliver())
        self.assertEqual(self.ruler.state, "paused")
        self.assertIn("copied or restored", " ".join(self.ruler.message_ids.mapped("body")))
        self.assertEqual(len(self.followups()), 1, "something was planned")

    def test_copied_database_sends_nothing_although_the_mail_queue_runs_first(self):
        self.copied()
        with self.at("2026-03-02 09:40"):
            self.assertFalse(self.deliver(), "a copy wrote to a customer")
        self.assertEqual(self.said(), [("A week before", "planned")])

    def test_confirmed_copy_goes_on(self):
        self.copied()
        with self.at("2026-03-02 09:40"):
            self.run_cron()
            self.ruler.action_resume()
            self.run_cron()
        self.assertEqual(self.ruler.state, "running")
        with self.at("2026-03-03 09:40"):
            self.run_cron()
            self.assertEqual(len(self.deliver()), 1)

    def test_thanks_do_not_leave_a_paused_ruler(self):
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-03 10:00"):
            self.pay(move)
            self.run_ruler("track")
            self.ruler.action_pause()
        self.assertFalse(self.day("2026-03-04"), "a paused ruler spoke")

    def test_neutralised_copy_is_paused(self):
        self.activate("2026-03-02")
        self.env.flush_all()
        with file_open("collection_ruler/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(self.ruler.state, "paused")
