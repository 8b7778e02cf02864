import logging
import time

import psycopg2
from odoo import api, models
from odoo.tools import SQL, split_every

from .res_company import Memo

_logger = logging.getLogger(__name__)

IDENTITY_PARAMETER = "collection_ruler.database_identity"
# what is due leaves before new messages are thought of, and again after
VERBS = ("enrol", "track", "send", "plan", "send")
# debtors or follow-ups of one transaction: short enough that a payment waits only a moment
BATCH = 200
ATTEMPTS = 5


class CollectionRun(models.AbstractModel):
    """The entry point: the only place, beside door 2, that commits."""

    _name = "collection.run"
    _description = "Collection: the scheduled action"

    @api.model
    def _cron_follow_up(self):
        """Run the verbs for each company, the longest waiting first, committing between batches."""
        if self._copied_database():
            return
        companies = self._companies()
        for number, company in enumerate(companies, 1):
            try:
                for verb in VERBS:
                    # nothing is fully done before the last verb of the last company is
                    if not self._run_verb(company, verb, 1):
                        return  # the time is up; the scheduler calls again
                self._note_run(company)
            except psycopg2.OperationalError:
                raise
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("The ruler could not run for %s", company.name)
                self._tell_responsible(company, error)
            self.env["ir.cron"]._commit_progress(0, remaining=len(companies) - number)

    def _companies(self):
        """Root companies with a ruler that was switched on; who waited longest comes first."""
        rulers = (
            self.env["collection.ruler"]
            .with_context(active_test=False)
            .search([("state", "!=", "draft")], order="last_run_at NULLS FIRST, id")
        )
        return rulers.company_id

    def _note_run(self, company):
        """By SQL, so that a person who edits the ruler meanwhile is not disturbed by write dates."""
        self.env.cr.execute(
            SQL(
                "UPDATE collection_ruler SET last_run_at = %s WHERE company_id = %s AND id IN "
                "(SELECT id FROM collection_ruler WHERE company_id = %s FOR UPDATE SKIP LOCKED)",
                self.env["collection.snapshot"]._now().replace(tzinfo=None),
                company.id,
                company.id,
            )
        )
        self.env["collection.ruler"].invalidate_model(["last_run_at"])

    def _tell_responsible(self, company, error):
        """One task, at the company's first ruler: nobody is followed up before this is mended."""
        ruler = self.env["collection.ruler"].search(
            [("company_id", "=", company.id), ("state", "=", "running")], limit=1
        )
        summary = self.env._("The rulers of %s cannot run", company.name)
        if not ruler or ruler.activity_ids.filtered(lambda a: a.summary == summary):
            return
        ruler.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=str(error)[:500],
            user_id=(ruler.user_id or self.env.ref("base.user_admin")).id,
        )

    def _run_verb(self, company, verb, more):
        """All that a verb has to do now; False when the scheduler wants its time back.

        :param more: units that are left at least when this verb is through
        """
        worker = self.env[f"collection.{verb}"].with_company(company)
        todo = worker._todo(company)
        left = len(todo)
        for ids in split_every(BATCH, todo):
            self._run_batch(worker, company, list(ids))
            left -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=left + more):
                return False
        return True

    def _run_batch(self, worker, company, ids):
        """One transaction. What collides is tried again; what fails is narrowed down to its one unit,
        which is told to a person while all others are served (H2)."""
        for attempt in range(ATTEMPTS):
            worker = worker.with_context(collection_memo=Memo())
            try:
                worker._prepare(company, ids)
                self.env.cr.commit()  # pylint: disable=invalid-commit
                worker._batch(company, ids)
                self.env.flush_all()
                return
            except psycopg2.OperationalError as error:
                self.env.cr.rollback()
                _logger.info("%s collided, attempt %s: %s", worker._name, attempt + 1, error)
                time.sleep(0.05 * 2**attempt)
            except Exception as error:
                self.env.cr.rollback()
                if len(ids) > 1:
                    self._one_by_one(worker, company, ids)
                else:
                    _logger.exception("%s failed for %s", worker._name, ids)
                    worker._failed(company, ids[0], error)
                return
        _logger.warning("%s left %s for the next run: they kept colliding", worker._name, ids)

    def _one_by_one(self, worker, company, ids):
        for unit in ids:
            self._run_batch(worker, company, [unit])
            self.env.cr.commit()  # pylint: disable=invalid-commit

    # ------------------------------------------------------------------
    # a copy of a database is silent (decision 10)
    # ------------------------------------------------------------------

    def _database_identity(self):
        """What tells this database from a copy of it: the cluster's identifier and the oid."""
        return self.env.execute_query(
            SQL(
                "SELECT system_identifier || '/' || (SELECT oid FROM pg_database "
                "WHERE datname = current_database()) FROM pg_control_system()"
            )
        )[0][0]

    def _remember_database(self):
        self.env["ir.config_parameter"].sudo().set_param(
            IDENTITY_PARAMETER, self._database_identity()
        )

    def _copied_database(self):
        """Pause everything in a copied or restored database.

        :return: whether this is a copy
        """
        known = self.env["ir.config_parameter"].sudo().get_param(IDENTITY_PARAMETER)
        running = self.env["collection.ruler"].search([("state", "=", "running")])
        if not running or known == self._database_identity():
            return False
        running.state = "paused"
        for ruler in running:
            ruler.message_post(
                body=self.env._(
                    "This database was copied or restored, so the ruler is paused and nothing is "
                    "sent. Press Resume if customers should hear from this one."
                )
            )
        return True
