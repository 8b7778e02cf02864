import logging
import time

import psycopg2
from odoo import api, models
from odoo.tools import split_every

from ..common.memo import Memo
from ..verbs.collection_verb import Tally

_logger = logging.getLogger(__name__)

# units of one transaction: large enough that what is read once per batch costs nothing; a batch of
# send locks instalments, so that a payment waits for it
BATCH = {"enrol": 1, "track": 2000, "send": 1250, "profile": 5000, "plan": 2500}
ATTEMPTS = 5
# what collides is tried again in parts, down to so many units
SMALL = 50


class CollectionBatch(models.AbstractModel):
    """The transactions of a run: commits, tries again what collided, and finds the one unit that fails."""

    _name = "collection.batch"
    _description = "Collection: transactions of a run"

    @api.model
    def _do(self, worker, company, ids):
        """One transaction, and one before it for what must not hold locks.

        What collides is tried again; what fails is narrowed down to its one unit, which is told to a person
        while all others are served (H2). The last part is left to the caller's commit.

        :param worker: model of a verb
        :param company: root ``res.company``
        :return: Tally
        """
        for attempt in range(ATTEMPTS):
            worker = worker.with_context(collection_memo=Memo())
            company = company.with_env(worker.env)
            try:
                worker._prepare(company, ids)
                # by hand, not `_commit_progress`: nothing is done yet, and a run may be started outside
                # cron; the batch takes its locks after this
                self.env.cr.commit()  # pylint: disable=invalid-commit
                return worker._run(company, ids, is_prepared=True)
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
            tally += self._do(worker, company, list(part))
            # each part by itself, or the next one's rollback would undo it; the run counts the whole batch
            self.env.cr.commit()  # pylint: disable=invalid-commit
        return tally
