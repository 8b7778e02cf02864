"""The scheduled action: batches, collisions, and a bad customer who stops nobody else (H2)."""

from unittest.mock import patch

import psycopg2
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.verbs.collection_verb import VERBS
from .common import CollectionCommon

CRON = "odoo.addons.collection_ruler.models.runs.batches"
PLAN = "odoo.addons.collection_ruler.models.verbs.collection_plan.CollectionPlan._batch"
SEND = "odoo.addons.collection_ruler.models.verbs.collection_send.CollectionSend._batch"


@tagged("post_install", "-at_install")
class TestCron(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.partners = self.env["res.partner"].create(
            [{"name": f"Pupil {n}", "email": f"p{n}@customer.example.com"} for n in range(3)]
        )
        self.moves = [self.invoice("2026-03-09", 100.0, partner) for partner in self.partners]

    def received(self):
        return sorted(mail["email_to"][0].partition("<")[2] for mail in self.deliver())

    def test_one_run_takes_an_invoice_from_posting_to_the_outbox(self):
        with self.at("2026-03-02 09:30"):
            self.run_cron()
            self.assertEqual(self.received(), [f"p{n}@customer.example.com>" for n in range(3)])
            self.run_cron()
            self.assertFalse(self.received(), "a second run said it again")

    def test_small_batches_reach_everybody(self):
        with (
            self.at("2026-03-02 09:30"),
            patch.dict(f"{CRON}.BATCH", dict.fromkeys(("track", "plan", "send"), 1)),
        ):
            self.run_cron()
            self.assertEqual(len(self.received()), 3)

    def test_collision_is_tried_again(self):
        original = self.registry["collection.plan"]._batch
        calls = []

        def collide(worker, company, ids):
            calls.append(ids)
            if len(calls) == 1:
                raise psycopg2.errors.SerializationFailure("could not serialize access")
            return original(worker, company, ids)

        with self.at("2026-03-02 09:30"), patch(PLAN, collide):
            self.run_cron()
            self.assertEqual(len(self.received()), 3)
        self.assertEqual(len(calls), 2)

    def test_a_batch_does_not_commit_and_lets_collisions_through(self):
        """Another engine of queues calls `_run` within a transaction of its own."""
        forbidden = patch.object(self.env.cr, "commit", side_effect=AssertionError("committed"))
        with self.at("2026-03-02 09:30"), forbidden:
            for verb in VERBS:
                worker = self.env[f"collection.{verb}"].with_company(self.company)
                if todo := worker._todo(self.company):
                    worker._run(self.company, todo)
        self.assertEqual(
            self.env["collection.followup"]
            .search([("company_id", "=", self.company.id)])
            .mapped("state"),
            ["queued"] * 3,
        )

        def collide(*_args):
            raise psycopg2.errors.SerializationFailure("could not serialize access")

        with patch(PLAN, collide), self.assertRaises(psycopg2.OperationalError):
            self.env["collection.plan"]._run(self.company, self.debtor(self.partners[0]).ids)

    @mute_logger(CRON)
    def test_one_debtor_who_cannot_be_planned_stops_nobody_else(self):
        with self.at("2026-03-02 08:30"):
            self.run_ruler("enrol")
        bad = self.debtor(self.partners[1])
        original = self.registry["collection.plan"]._batch

        def fail(worker, company, ids):
            if bad.id in ids:
                raise ValueError("nobody foresaw this")
            return original(worker, company, ids)

        with self.at("2026-03-02 09:30"), patch(PLAN, fail):
            self.run_cron()
            self.assertEqual(
                self.received(), ["p0@customer.example.com>", "p2@customer.example.com>"]
            )
        self.assertIn("nobody foresaw this", bad.activity_ids.note or "")

    @mute_logger(CRON)
    def test_one_message_that_cannot_be_sent_fails_alone(self):
        with self.at("2026-03-02 08:30"):
            self.run_ruler()
        bad = self.followups(self.partners[1])
        original = self.registry["collection.send"]._batch

        def fail(worker, company, ids):
            if bad.id in ids:
                raise ValueError("nobody foresaw this")
            return original(worker, company, ids)

        with self.at("2026-03-02 09:30"), patch(SEND, fail):
            self.run_cron()
            self.assertEqual(len(self.received()), 2)
        self.assertEqual(
            (bad.state, bad.reason, bad.failure), ("failed", "error", "nobody foresaw this")
        )
        self.assertTrue(bad.debtor_id.activity_ids)

    def test_nothing_due_writes_nothing(self):
        with self.at("2026-03-02 09:30"):
            self.run_cron()
            self.deliver()
            self.run_cron()
        counts = {}
        for model in ("collection.followup", "collection.followup.item", "mail.mail"):
            counts[model] = self.env[model].search_count([])
        before = self.env["collection.debtor"].search([]).mapped("write_date")
        with self.at("2026-03-02 09:50"):
            self.run_cron()
        self.assertEqual(self.env["collection.debtor"].search([]).mapped("write_date"), before)
        for model, count in counts.items():
            self.assertEqual(self.env[model].search_count([]), count)
