"""The scheduled action serves every company and lets nobody wait for ever (H2)."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CollectionCommon

RUN = "odoo.addons.collection_ruler.models.collection_run"


@tagged("post_install", "-at_install")
class TestRun(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def progress_of_a_run_that_is_stopped(self, after):
        """What the scheduler is told by a run whose time is up after so many batches."""
        told = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            told.append(remaining)
            return 0 if len(told) >= after else 60

        with patch.object(self.registry["ir.cron"], "_commit_progress", commit_progress):
            self.run_cron()
        return told

    def test_run_that_is_stopped_goes_on_where_it_stood(self):
        """The scheduler interrupts it after each batch, and calls again while work is left."""
        self.invoice("2026-03-09")
        told = []
        with self.at("2026-03-02 09:30"):
            while not told or told[-1]:
                told += self.progress_of_a_run_that_is_stopped(1)
                self.assertLess(len(told), 10, "it never comes to its end")
        run = self.env["collection.run"].search([], limit=1)
        self.assertEqual((run.state, run.calls), ("done", len(told)), run.error)
        verbs = [line.verb for line in run.line_ids]
        self.assertEqual(verbs, ["enrol", "track", "plan", "send"])
        self.assertEqual(set(run.line_ids.mapped("counted")), {1}, "a verb was done again")
        self.assertEqual(self.said(), [("A week before", "queued")])

    def test_run_to_the_end_says_that_nothing_is_left(self):
        self.invoice("2026-03-09")
        with self.at("2026-03-02 09:30"):
            told = self.progress_of_a_run_that_is_stopped(100)
        self.assertEqual(told[-1], 0)
        self.assertTrue(all(told[:-1]))

    def test_who_waits_is_not_looked_at_again_by_each_run(self):
        move = self.invoice("2026-03-09")
        self.day("2026-03-02")
        self.hold()
        self.day("2026-03-09")
        self.assertEqual(self.instalments(move).waiting_reason, "held")
        with self.at("2026-03-09 10:00"):
            for _run in range(2):
                self.run_ruler()
                self.assertFalse(self.env["collection.debtor.touch"].search([]))
                self.assertFalse(self.env["collection.track"]._todo(self.company))

    @mute_logger(RUN)
    def test_company_whose_hours_are_broken_stops_no_other(self):
        self.invoice("2026-03-09")
        broken = self._create_company(name="Broken School")
        data = self.collect_company_accounting_data(broken)
        hours = self.company.collection_calendar_id.copy({"company_id": broken.id})
        broken.write({"email": "office@broken.example.com", "collection_calendar_id": hours.id})
        theirs = self.ruler.with_company(broken).copy(
            {"name": "Theirs", "company_id": broken.id, "resource_calendar_id": False}
        )
        with self.at("2026-03-02 08:00"):
            theirs._activate()
            self.invoice(
                "2026-03-09",
                company_id=broken.id,
                journal_id=data["default_journal_sale"].id,
                invoice_line_ids=[
                    Command.create(
                        {
                            "name": "Lessons",
                            "price_unit": 70.0,
                            "tax_ids": [],
                            "account_id": data["default_account_revenue"].id,
                        }
                    )
                ],
            )
        hours.attendance_ids.unlink()
        self.env.flush_all()
        # the broken one waited longest, and is the first to be served
        for company, started in (
            (broken, "2026-03-01 08:00:00"),
            (self.company, "2026-03-02 08:00:00"),
        ):
            self.env["collection.run"].create(
                {"company_id": company.id, "started_at": started, "state": "done"}
            )
        for hour in ("09:30", "09:45"):
            with self.at(f"2026-03-02 {hour}"):
                self.run_cron()
        self.assertEqual(self.said(), [("A week before", "queued")])
        self.assertEqual(
            theirs.activity_ids.mapped("summary"), ["The rulers of Broken School cannot run"]
        )
        self.assertFalse(self.ruler.activity_ids)
