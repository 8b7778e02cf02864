import json
import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL, format_date, format_datetime, split_every

from ...dunning.calendar import CalendarError
from ..common import clock
from ..common.memo import Memo
from ..company.bank_data import old_bank_day
from ..verbs.collection_verb import Tally

_logger = logging.getLogger(__name__)

# what is due leaves before new messages are thought of, and again after
VERBS = ("enrol", "track", "send", "profile", "plan", "send")
# what a second process may take part in
SHARED_VERBS = {"track", "send", "plan"}
# units of one transaction: large enough that what is read once per batch costs nothing; a batch of
# send locks instalments, so that a payment waits for it
BATCH = {"enrol": 1, "track": 2000, "send": 1000, "profile": 5000, "plan": 2000}
ATTEMPTS = 5
# what collides is tried again in parts, down to so many units
SMALL = 50
# the process ended over a batch of one so often: it is left to a person
DEATHS = 2
# with so many batches to do, a second scheduler is called for help
HELP_FROM = 2
# a run that the scheduler has not called again for so long was given up
RESUME_WITHIN = timedelta(minutes=30)
# without a run for a day; the hour is for clocks that are put back, and for runs that come once a day
SILENCE = timedelta(hours=25)
KEEP = timedelta(days=90)


class CollectionRun(models.Model):
    """One run of the verbs for a company, from taking in invoices to the outbox: the log, and the entry
    point, which is the only place, beside door 2, that commits.

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
            # nothing is fully done before the last verb of the last company is
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
    def _cron_watch(self):
        """Tell the manager when no run came for a day (H2), or no bank data for days (D3)."""
        for company in self._companies():
            self._note_silence(company)
            with suppress(CalendarError):  # that is told by each run
                self._note_old_bank_data(company)

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
                self.env["collection.followup"]._forget_mail_server(company)
            run = self.create({"company_id": company.id, "started_at": now, "is_help": is_help})
        run.calls += 1
        return run

    # ------------------------------------------------------------------
    # the work
    # ------------------------------------------------------------------

    def _go_on(self, more):
        """Do the verbs that are left; as a helper only the one that is under way.

        :param more: units that are left at least when this run is through
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

    def _run_verb(self, verb, position, more):
        """All that a verb has to do now; False when the scheduler wants its time back."""
        company = self.company_id
        worker = self.env[f"collection.{verb}"].with_company(company)
        looking = worker.with_context(collection_memo=Memo())
        todo = looking._todo(company.with_env(looking.env))
        if self.is_help:
            todo = todo[::-1]
        elif len(todo) >= HELP_FROM * BATCH[verb] and verb in SHARED_VERBS:
            self.env.ref("collection_ruler.ir_cron_help")._trigger()
        batches = self._batches(worker, company, todo, BATCH[verb])
        left = sum(map(len, batches))
        if batches:
            self._note(position, batches[0])
            self.env.cr.commit()  # pylint: disable=invalid-commit
        for number, ids in enumerate(batches, 1):
            started = time.monotonic()
            tally = self._run_batch(worker, company, ids)
            left -= len(ids)
            self._record(company, verb, position, len(ids), tally, time.monotonic() - started)
            is_late = time.monotonic() >= self.env.context.get("cron_end_time", float("inf"))
            if not left:
                worker._afterwards(company)
                self._note(position + 1)
            else:  # if the time is up, the next batch is not begun
                self._note(position, None if is_late else batches[number])
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=left + more):
                if left and not is_late:
                    self._note(position)
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                return False
        if not batches:
            self._note(position + 1)
        return True

    def _batches(self, worker, company, todo, size):
        """Split what is to be done.

        What the process died over (a template that never ends, until Odoo ended the process) comes
        first, in ever smaller batches, until the one is found that it dies over; that one is left to a
        person (H2).
        """
        suspects = [unit for unit in self.begun or () if unit in set(todo)]
        if len(suspects) == 1:
            self.deaths += 1
            if self.deaths >= DEATHS:
                error = self.env._("The server was ended over it, again and again.")
                worker._failed(company, suspects[0], error)
                todo = [unit for unit in todo if unit not in suspects]
                suspects, self.deaths = [], 0
        smaller = list(split_every(max(1, len(suspects) // 10), suspects))
        rest = [unit for unit in todo if unit not in set(suspects)]
        return [list(ids) for ids in (*smaller, *split_every(size, rest))]

    def _note(self, position, begun=None):
        """Write how far the run is, by SQL: the row is read and written once per batch."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE collection_run SET passed = %s, begun = %s::jsonb, "
                "write_date = now() AT TIME ZONE 'UTC' WHERE id = %s",
                position,
                begun and json.dumps(begun),
                self.id,
            )
        )
        self.invalidate_recordset(["passed", "begun", "write_date"])

    def _record(self, company, verb, position, counted, tally, seconds):
        """Add a batch to the log, in the batch's own transaction."""
        self.env["collection.run.line"]._add(
            {
                "run_id": self.id,
                "company_id": company.id,
                "started_at": clock.naive_now(self.env),
                "position": position,
                "verb": verb,
                "counted": counted,
                "done": tally.done,
                "skipped": tally.skipped.total(),
                "failed": tally.failed,
                "seconds": seconds,
            },
            tally.skipped,
        )

    def _run_batch(self, worker, company, ids):
        """One transaction. What collides is tried again; what fails is narrowed down to its one unit,
        which is told to a person while all others are served (H2).

        :return: Tally
        """
        for attempt in range(ATTEMPTS):
            worker = worker.with_context(collection_memo=Memo())
            company = company.with_env(worker.env)  # its hours are read once per batch, too
            try:
                worker._prepare(company, ids)
                self.env.cr.commit()  # pylint: disable=invalid-commit
                tally = worker._batch(company, ids)
                self.env.flush_all()
                return tally
            except psycopg2.OperationalError as error:
                self.env.cr.rollback()
                _logger.info("%s collided, attempt %s: %s", worker._name, attempt + 1, error)
                if len(ids) > SMALL:
                    # the longer it takes, the likelier somebody pays meanwhile
                    return self._in_parts(worker, company, ids, len(ids) // 4)
                time.sleep(0.05 * 2**attempt)
            except Exception as error:
                self.env.cr.rollback()
                if len(ids) > 1:
                    return self._in_parts(worker, company, ids, 1)
                _logger.exception("%s failed for %s", worker._name, ids)
                worker._failed(company, ids[0], error)
                return Tally(failed=1)
        _logger.warning("%s left %s for the next run: they kept colliding", worker._name, ids)
        return Tally()

    def _in_parts(self, worker, company, ids, size):
        tally = Tally()
        for part in split_every(size, ids):
            tally += self._run_batch(worker, company, list(part))
            self.env.cr.commit()  # pylint: disable=invalid-commit
        return tally

    # ------------------------------------------------------------------
    # a manager hears of runs that failed or did not come (H2)
    # ------------------------------------------------------------------

    @api.model
    def _note_silence(self, company):
        """Tell the manager when the last run that came to its end is more than a day old."""
        last = self.search(
            [("company_id", "=", company.id), ("state", "=", "done"), ("is_help", "=", False)],
            limit=1,
        ).started_at
        first = min(
            self.env["collection.ruler"]
            .search([("company_id", "=", company.id), ("state", "=", "running")])
            .mapped(lambda r: r.started_at or clock.naive_now(self.env)),
            default=None,
        )
        since = max(filter(None, (last, first)), default=None)
        if first is None or since > clock.naive_now(self.env) - SILENCE:
            return
        self.env["collection.manager.task"]._ask(
            company,
            self.env._("The rulers of %s did not run for a day", company.name),
            self.env._(
                "Nobody was followed up since %s. Look at the scheduled action “Collections: follow up "
                "receivables” and at the run log.",
                format_datetime(self.env, since),
            ),
        )

    @api.model
    def _note_old_bank_data(self, company):
        """Tell the manager when what is overdue waits for newer bank data."""
        old = old_bank_day(company)
        if not old:
            return
        self.env["collection.manager.task"]._ask(
            company,
            self.env._("The bank data of %s is old", company.name),
            self.env._(
                "The newest is of %s. A payment may have come, so nobody is asked for what is overdue. "
                "Import the bank statements, or change in the settings after how many working days bank "
                "data is old.",
                format_date(self.env, old),
            ),
        )

    @api.autovacuum
    def _gc_runs(self):
        """Runs are kept for three months."""
        self.search([("started_at", "<", clock.naive_now(self.env) - KEEP)]).unlink()
