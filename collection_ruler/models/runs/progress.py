import json
import time

from odoo import models
from odoo.tools import SQL, split_every

from ..common import clock
from ..common.memo import Memo
from ..verbs.collection_verb import SHARED_VERBS
from .batches import BATCH

# the process ended over a batch of one so often: it is left to a person
DEATHS = 2
# with so many batches to do, a second scheduler is called for help
HELP_FROM = 2


class CollectionRun(models.Model):
    """How far a run is: which batches are left of a verb, and which one the process may have died over."""

    _inherit = "collection.run"

    def _run_verb(self, verb, position, more):
        """All that a verb has to do now; False when the scheduler wants its time back.

        :param position: of the verb among those of a run
        :param more: least number of units that follow after this run, reported to the scheduler
        """
        company = self.company_id
        worker = self.env[f"collection.{verb}"].with_company(company)
        batches = self._batches(worker, company, self._todo(worker, verb), BATCH[verb])
        left = sum(map(len, batches))
        if batches:
            self._note(position, batches[0])
            self.env.cr.commit()  # pylint: disable=invalid-commit
        for number, ids in enumerate(batches, 1):
            started = time.monotonic()
            tally = self.env["collection.batch"]._do(worker, company, ids)
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

    def _todo(self, worker, verb):
        """What the verb has to do now. A helper begins at the other end; with much to do, one is called."""
        looking = worker.with_context(collection_memo=Memo())
        todo = looking._todo(self.company_id.with_env(looking.env))
        if self.is_help:
            return todo[::-1]
        if len(todo) >= HELP_FROM * BATCH[verb] and verb in SHARED_VERBS:
            self.env.ref("collection_ruler.ir_cron_help")._trigger()
        return todo

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
