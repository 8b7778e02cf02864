import logging
from datetime import datetime, timedelta

import psycopg2
from odoo import api, fields, models
from odoo.tools import format_datetime

from ..common import clock
from ..verbs.collection_verb import SHARED_VERBS, VERBS

_logger = logging.getLogger(__name__)

# a run that the scheduler has not called again for so long was given up
RESUME_WITHIN = timedelta(minutes=30)
KEEP = timedelta(days=90)


class CollectionRun(models.Model):
    """One run of the verbs for a company, from taking in invoices to the outbox: the log, and the entry
    point. Beside door 2, only this package commits.

    The scheduler interrupts a long run and calls again; the row says at which verb it goes on.
    """

    _name = "collection.run"
    _description = "Follow-up Run"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    started_at = fields.Datetime(required=True, index=True)
    finished_at = fields.Datetime()
    state = fields.Selection(
        [
            ("running", "Under way"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("interrupted", "Interrupted"),
        ],
        required=True,
        default="running",
    )
    is_help = fields.Boolean(string="Second process", help="It took part in another run's work.")
    passed = fields.Integer(help="How many verbs it is through with.")
    begun = fields.Json(help="Ids of the batch under way: known if the process dies over it.")
    deaths = fields.Integer(help="How often the process died over a batch of one.")
    calls = fields.Integer(help="How often the scheduler called until it was through.")
    error = fields.Char()
    line_ids = fields.One2many("collection.run.line", "run_id", string="Verbs")
    done = fields.Integer(compute="_compute_figures")
    failed = fields.Integer(compute="_compute_figures")
    seconds = fields.Float(compute="_compute_figures", digits=(16, 1))
    messages = fields.Integer(
        string="Handed over", compute="_compute_figures", help="Messages and tasks that left."
    )

    # at most one run of each kind goes on in a company
    _under_way = models.UniqueIndex("(company_id, is_help) WHERE state = 'running'")

    @api.depends("company_id", "started_at")
    def _compute_display_name(self):
        for run in self:
            started = format_datetime(self.env, run.started_at) if run.started_at else ""
            run.display_name = f"{run.company_id.name} · {started}"

    @api.depends("line_ids")
    def _compute_figures(self):
        for run in self:
            run.done = sum(run.line_ids.mapped("done"))
            run.failed = sum(run.line_ids.mapped("failed"))
            run.seconds = sum(run.line_ids.mapped("seconds"))
            run.messages = sum(line.done for line in run.line_ids if line.verb == "send")

    # ------------------------------------------------------------------
    # scheduled actions
    # ------------------------------------------------------------------

    @api.model
    def _cron_follow_up(self):
        """Run the verbs for each company, the longest waiting first, committing between batches."""
        if self.env["collection.database"]._pause_in_copy():
            return
        companies = self._companies()
        for number, company in enumerate(companies, 1):
            # tell the scheduler that work remains, until the last company is done
            if not self._open(company)._go_on(1):
                return  # the time is up; the scheduler calls again
            self.env["ir.cron"]._commit_progress(0, remaining=len(companies) - number)

    @api.model
    def _cron_help(self):
        """Take part in the verb that each run under way is at, beginning at the other end.

        Never in another one: two verbs at once would lock each other's customers out. The run calls
        again for the next.
        """
        if self.env["collection.database"]._pause_in_copy():
            return
        for run in self.search([("state", "=", "running"), ("is_help", "=", False)]):
            if run.passed == len(VERBS) or VERBS[run.passed] not in SHARED_VERBS:
                continue
            helper = self._open(run.company_id, is_help=True)
            if helper.passed != run.passed:
                helper.write({"passed": run.passed, "begun": False})
            if not helper._go_on(1):
                return
        self.env["ir.cron"]._commit_progress(0, remaining=0)

    @api.model
    def _companies(self):
        """Root companies with a ruler that was switched on; who waited longest comes first."""
        rulers = (
            self.env["collection.ruler"]
            .with_context(active_test=False)
            .search([("state", "!=", "draft")])
        )
        last = dict(
            self._read_group(
                [("company_id", "in", rulers.company_id.ids), ("state", "!=", "running")],
                ["company_id"],
                ["started_at:max"],
            )
        )
        return rulers.company_id.sorted(lambda c: (last.get(c) or datetime.min, c.id))

    @api.model
    def _open(self, company, is_help=False):
        """The run that the scheduler interrupted, or a new one."""
        now = clock.naive_now(self.env)
        run = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "running"),
                ("is_help", "=", is_help),
            ]
        )
        if run and run.write_date < now - RESUME_WITHIN:
            run._end("interrupted", self.env._("The server stopped in the midst of it."))
            run = self.browse()
        if not run:
            if not is_help:
                self._note_silence(company)
                self.env["collection.outbox"]._close_task(company)
                self.env["collection.money.task"]._close(company)
            run = self.create({"company_id": company.id, "started_at": now, "is_help": is_help})
        run.calls += 1
        return run

    # ------------------------------------------------------------------
    # the work
    # ------------------------------------------------------------------

    def _go_on(self, more):
        """Do the verbs that are left; as a helper only the one that is under way.

        :param more: least number of units that follow after this run, reported to the scheduler
        :return: False when the scheduler wants its time back
        """
        self.ensure_one()
        last = self.passed + 1 if self.is_help else len(VERBS)
        try:
            for position in range(self.passed, last):
                if not self._run_verb(VERBS[position], position, more):
                    return False
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("The ruler could not run for %s", self.company_id.name)
            self._end("failed", str(error)[:500])
        else:
            self._end("done")
        return True

    def _end(self, state, error=False):
        """Close the row; a manager hears of a run that did not come to its end."""
        self.write({"state": state, "finished_at": clock.naive_now(self.env), "error": error})
        if state != "done" and not self.is_help:
            company = self.company_id
            self.env["collection.manager.task"]._ask(
                company, self.env._("The rulers of %s cannot run", company.name), error
            )

    @api.autovacuum
    def _gc_runs(self):
        """Runs are kept for three months."""
        self.search([("started_at", "<", clock.naive_now(self.env) - KEEP)]).unlink()
