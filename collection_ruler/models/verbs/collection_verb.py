from collections import Counter
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

from ..common.bulk_sql import BY_KEYS
from ..common.memo import with_memo

# what is due leaves before new messages are thought of, and again after
VERBS = ("enrol", "track", "send", "profile", "plan", "send")
# what a second process may take part in
SHARED_VERBS = {"track", "send", "plan"}


@dataclass
class Tally:
    """What became of the units of a batch, for the run log (H2).

    :param done: units for which something was done
    :param skipped: how often nothing was said, by reason
    """

    done: int = 0
    failed: int = 0
    skipped: Counter = field(default_factory=Counter)

    def __iadd__(self, other):
        self.done += other.done
        self.failed += other.failed
        self.skipped += other.skipped
        return self


class CollectionVerb(models.AbstractModel):
    """What verbs have in common: work is listed, prepared, done in batches."""

    _name = "collection.verb"
    _description = "Collection: a verb"

    @api.model
    def _todo(self, company):
        """Ids of what this verb has to do now for a root company."""
        raise NotImplementedError

    @api.model
    def _run(self, company, ids, is_prepared=False):
        """Do the work for these ids in the transaction of the caller, who commits, and tries again where
        somebody else was faster.

        :param company: root ``res.company``
        :param ids: units from `_todo`
        :param is_prepared: what takes long was done, and committed, by `_prepare`
        :return: Tally
        :raise psycopg2.OperationalError: it collided; the transaction is lost
        """
        worker = with_memo(self)
        company = company.with_env(worker.env)  # its hours are read once per batch, too
        if not is_prepared:
            worker._prepare(company, ids)
        tally = worker._batch(company, ids)
        self.env.flush_all()
        return tally

    @api.model
    def _prepare(self, company, ids):
        """What takes long and must not hold locks: a caller of `_run` may commit it before."""

    @api.model
    def _batch(self, company, ids):
        """Do the work for these ids in one transaction, without committing.

        :return: Tally
        """
        raise NotImplementedError

    @api.model
    def _afterwards(self, company):
        """What follows when a run is through with this verb."""

    @api.model
    def _failed(self, company, unit, error):
        """Tell a person about the one unit that cannot be done; everything else goes on.

        :param unit: id from `_todo`
        """
        debtor = self.env["collection.debtor"].sudo().browse(unit).exists()
        if debtor:
            debtor._schedule_task(
                self.env._("The ruler could not follow up this customer"),
                str(error)[:500],
                once=True,
            )

    @api.model
    def _take_debtors(self, ids):
        """First statement of a batch: take these debtors, leave those that another process works on.

        Payments and people's tasks do not wait for this lock, they only point at the row.

        :return: ``collection.debtor``
        """
        rows = self.env.execute_query(
            SQL(
                "%s SELECT id FROM collection_debtor WHERE id IN %s ORDER BY id "
                "FOR NO KEY UPDATE SKIP LOCKED",
                BY_KEYS,
                tuple(ids),
            )
        )
        return self.env["collection.debtor"].sudo().browse([row[0] for row in rows])
