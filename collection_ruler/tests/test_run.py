"""The scheduled action serves every company and lets nobody wait for ever (H2)."""

from itertools import chain
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.runs.collection_run import VERBS
from .common import CollectionCommon

RUN = "odoo.addons.collection_ruler.models.runs.collection_run"
PLAN = "odoo.addons.collection_ruler.models.verbs.collection_plan"
ENROL = "odoo.addons.collection_ruler.models.verbs.collection_enrol.CollectionEnrol"


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
        self.assertEqual(verbs, ["enrol", "track", "profile", "plan", "send"])
        self.assertEqual(set(run.line_ids.mapped("counted")), {1}, "a verb was done again")
        self.assertEqual(self.said(), [("A week before", "queued")])

    def test_run_to_the_end_says_that_nothing_is_left(self):
        self.invoice("2026-03-09")
        with self.at("2026-03-02 09:30"):
            told = self.progress_of_a_run_that_is_stopped(100)
        self.assertEqual(told[-1], 0)
        self.assertTrue(all(told[:-1]))

    def test_after_a_large_plan_the_database_knows_how_much_waits(self):
        """Else it reads all that is planned for each message of a batch that leaves."""
        believed = SQL(
            "SELECT bool_and(reltuples >= 2) FROM pg_class "
            "WHERE relname IN ('collection_followup', 'collection_followup_item')"
        )
        for partner in (self.customer, self.person("Bea")):
            self.invoice("2026-03-09", partner=partner)
        plan = self.env["collection.plan"]
        with self.at("2026-03-02 09:30"):
            self.run_ruler("enrol", "plan")
            self.env.cr.execute("UPDATE pg_class SET reltuples = 0 WHERE relname ~ '^collection_'")
            plan._afterwards(self.company)  # one or two more are no reason to count
            self.assertEqual(self.env.execute_query(believed), [(False,)])
            with patch(f"{PLAN}.MANY", 2):
                plan._afterwards(self.company)
        self.assertEqual(self.env.execute_query(believed), [(True,)])

    def test_who_waits_is_not_looked_at_again_by_each_run(self):
        move = self.invoice("2026-03-09")
        self.day("2026-03-02")
        self.hold()
        self.day("2026-03-09")
        self.assertEqual(self.instalments(move).waiting_reason, "held")
        with self.at("2026-03-09 10:00"):
            for _run in range(2):
                self.run_ruler()
                self.assertFalse(self.env["collection.debtor.refresh"].search([]))
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


@tagged("post_install", "-at_install")
class TestRunLog(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.invoice("2026-03-09")

    def runs(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["collection.run"].search([("company_id", "=", self.company.id), *domain])

    def told(self):
        return self.ruler.activity_ids.mapped("summary")

    def test_log_says_what_each_verb_did_and_left_out(self):
        other = self.env["res.partner"].create({"name": "Held", "email": "held@x.example.com"})
        self.invoice("2026-03-09", 50.0, other)
        with self.at("2026-03-02 08:30"):
            self.run_ruler("enrol")
            self.hold(partner=other)
        with self.at("2026-03-02 09:30"):
            self.run_cron()
        run = self.runs()[:1]
        self.assertEqual(run.state, "done")
        self.assertTrue(run.finished_at)
        figures = {line.verb: (line.counted, line.done, line.skipped) for line in run.line_ids}
        self.assertEqual(figures["plan"][:2], (2, 1))
        self.assertEqual(figures["send"], (1, 1, 0))
        plan = run.line_ids.filtered(lambda line: line.verb == "plan")
        self.assertEqual(plan.reasons["held"], 1)
        self.assertIn("1 × a hold pauses the ruler", plan.reasons_text)

    @mute_logger(RUN)
    def test_run_that_fails_is_kept_and_told_to_a_manager_once(self):
        with patch(f"{ENROL}._enrol", side_effect=ValueError("the books are locked")):
            for minute in (30, 40):
                with self.at(f"2026-03-02 09:{minute}"):
                    self.run_cron()
        failed = self.runs(state="failed")
        self.assertEqual(failed.mapped("error"), ["the books are locked"] * 2)
        self.assertEqual(self.told(), [f"The rulers of {self.company.name} cannot run"])

    def test_run_that_was_given_up_is_told_and_does_not_block_the_next(self):
        with self.at("2026-03-02 09:30"):
            self.env["collection.run"].create(
                {"company_id": self.company.id, "started_at": "2026-03-02 09:30:00", "passed": 3}
            )
        with self.at("2026-03-02 10:30"):
            self.run_cron()
        self.assertEqual(self.runs().mapped("state"), ["done", "interrupted"])
        self.assertEqual(self.said(), [("A week before", "queued")])
        self.assertEqual(self.told(), [f"The rulers of {self.company.name} cannot run"])

    def test_manager_hears_when_no_run_came_for_a_day(self):
        Run = self.env["collection.run"]
        with self.at("2026-03-02 09:30"):
            self.run_cron()
        with self.at("2026-03-03 09:00"):
            Run._cron_watch()
        self.assertFalse(self.told(), "less than a day")
        for hour in ("10:00", "16:00"):
            with self.at(f"2026-03-03 {hour}"):
                Run._cron_watch()
        self.assertEqual(self.told(), [f"The rulers of {self.company.name} did not run for a day"])

    def test_next_run_tells_of_the_gap_when_the_watch_stood_still_as_well(self):
        with self.at("2026-03-02 09:30"):
            self.run_cron()
        with self.at("2026-03-05 09:30"):
            self.run_cron()
        self.assertEqual(self.told(), [f"The rulers of {self.company.name} did not run for a day"])

    def test_paused_rulers_are_not_missed(self):
        with self.at("2026-03-02 09:30"):
            self.run_cron()
            self.ruler.action_pause()
        with self.at("2026-03-09 09:30"):
            self.env["collection.run"]._cron_watch()
        self.assertFalse(self.told())

    def test_old_runs_are_forgotten(self):
        with self.at("2026-03-02 09:30"):
            self.run_cron()
        with self.at("2026-06-30 09:30"):
            self.env["collection.run"]._gc_runs()
        self.assertFalse(self.runs())


@tagged("post_install", "-at_install")
class TestSecondProcess(CollectionCommon):
    """Two processes at one run: nothing twice, nothing left."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.partners = self.env["res.partner"].create(
            [{"name": f"Pupil {n}", "email": f"p{n}@customer.example.com"} for n in range(4)]
        )
        for partner in self.partners:
            self.invoice("2026-03-09", 100.0, partner)

    def all_followups(self):
        return self.env["collection.followup"].search([("company_id", "=", self.company.id)])

    def help(self):
        with self.enter_registry_test_mode():
            self.env.ref("collection_ruler.ir_cron_help").method_direct_trigger()
        self.env.invalidate_all()

    def test_helper_takes_part_in_what_a_run_is_at_only(self):
        with self.at("2026-03-02 09:30"):
            self.run_ruler("enrol")
            self.help()
            self.assertFalse(self.all_followups(), "no run was under way")
            run = self.env["collection.run"].create(
                {"company_id": self.company.id, "started_at": "2026-03-02 09:30:00", "passed": 1}
            )
            self.help()
            self.assertFalse(self.all_followups(), "it planned while the run was tracking")
            run.passed = VERBS.index("plan")
            self.help()
            self.assertEqual(self.all_followups().mapped("state"), ["planned"] * 4)
            run.passed += 1
            self.help()
            self.assertEqual(self.all_followups().mapped("state"), ["queued"] * 4)
            self.assertEqual(run.state, "running")
            self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.all_followups()), 4)
        self.assertEqual(len(self.deliver_at("2026-03-02 09:40")), 4)

    def deliver_at(self, text):
        with self.at(text):
            return self.deliver()

    def test_long_run_calls_for_help(self):
        job = self.env.ref("collection_ruler.ir_cron_help")
        job.active = True
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        sizes = dict.fromkeys(("track", "plan", "send"), 2)
        with self.at("2026-03-02 09:30"), patch.dict(f"{RUN}.BATCH", sizes):
            self.run_cron()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]) - triggers)
        self.assertEqual(self.all_followups().mapped("state"), ["queued"] * 4)


@tagged("post_install", "-at_install")
class TestDeath(CollectionCommon):
    """What the process dies over, again and again, is found and left to a person (H2)."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.partners = self.env["res.partner"].create(
            [{"name": f"Pupil {n}", "email": f"p{n}@customer.example.com"} for n in range(12)]
        )
        for partner in self.partners:
            self.invoice("2026-03-09", 100.0, partner)

    def batches(self, run, todo):
        worker = self.env["collection.send"].with_company(self.company)
        return run._batches(worker, self.company, todo, 100)

    def test_what_the_process_died_over_comes_first_and_in_smaller_parts(self):
        run = self.env["collection.run"].create(
            {"company_id": self.company.id, "started_at": "2026-03-02 09:30:00"}
        )
        self.assertEqual(self.batches(run, [*range(150)]), [[*range(100)], [*range(100, 150)]])
        run.begun = [*range(40, 80)]
        batches = self.batches(run, [*range(150)])
        self.assertEqual([len(batch) for batch in batches], [4] * 10 + [100, 10])
        self.assertEqual(sorted(chain(*batches)), [*range(150)], "somebody is left out")
        run.begun = [44]
        self.assertEqual([len(b) for b in self.batches(run, [*range(150)])], [1, 100, 49])

    def test_one_that_it_dies_over_again_and_again_is_left_to_a_person(self):
        with self.at("2026-03-02 08:30"):
            self.run_ruler("enrol", "track", "plan")
        followups = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("state", "=", "planned")]
        )
        deadly = followups[7]
        run = self.env["collection.run"].create(
            {"company_id": self.company.id, "started_at": "2026-03-02 09:30:00"}
        )
        run.begun = deadly.ids
        self.assertEqual(sum(map(len, self.batches(run, followups.ids))), len(followups))
        self.assertEqual(deadly.state, "planned", "once may be an accident")
        self.assertNotIn(deadly.id, [*chain(*self.batches(run, followups.ids))])
        self.assertEqual((deadly.state, deadly.reason), ("failed", "error"))
        self.assertTrue(deadly.debtor_id.activity_ids)
        self.assertEqual((followups - deadly).mapped("state"), ["planned"] * (len(followups) - 1))
