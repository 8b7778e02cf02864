import logging
import time

import psycopg2
from odoo import api, models
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

IDENTITY_PARAMETER = "collection_ruler.database_identity"
VERBS = ("enrol", "track", "plan", "send")
# debtors or follow-ups of one transaction: short enough that a payment waits only a moment
BATCH = 200
ATTEMPTS = 5


class CollectionRun(models.AbstractModel):
    """The entry point: the only place, beside door 2, that commits."""

    _name = "collection.run"
    _description = "Collection: the scheduled action"

    @api.model
    def _cron_follow_up(self):
        """Run the four verbs for each company, batch after batch, committing between them."""
        if self._copied_database():
            return
        for company in self.env["collection.ruler"].search([("state", "!=", "draft")]).company_id:
            for verb in VERBS:
                if not self._run_verb(company, verb):
                    return  # the time is up; the scheduler calls again

    def _run_verb(self, company, verb):
        """All that a verb has to do now; False when the scheduler wants its time back."""
        worker = self.env[f"collection.{verb}"].with_company(company)
        todo = worker._todo(company)
        left = len(todo)
        for ids in split_every(BATCH, todo):
            self._run_batch(worker, company, list(ids))
            left -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=left):
                return False
        return True

    def _run_batch(self, worker, company, ids):
        """One transaction. What collides is tried again; what fails is narrowed down to its one unit,
        which is told to a person while all others are served (H2)."""
        for attempt in range(ATTEMPTS):
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
