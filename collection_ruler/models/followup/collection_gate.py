import logging
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.states import Forbidden, may_follow, origins
from ..common.bulk_sql import write_rows

_logger = logging.getLogger(__name__)


class Move(NamedTuple):
    """A change of state as parts of an UPDATE statement.

    :param assignment: for SET
    :param condition: for WHERE; leaves alone what may not come to this state
    """

    assignment: SQL
    condition: SQL


class CollectionGate(models.AbstractModel):
    """The only way to another state; which may follow which stands in `dunning/states.py` (H3)."""

    _name = "collection.gate"
    _description = "Collection: gate of states"

    _states = {}

    def _move_to(self, state, reason, **values):
        """Bring these records to a state.

        :param reason: why, a value of `dunning.reason.Reason` or False
        :param values: other fields to be written along
        :raise Forbidden: one of them may not come there; none of them is changed then
        """
        self._check_move(state)
        self.write({"state": state, "reason": reason and str(reason), **values})

    def _move_rows(self, state, names, rows):
        """Bring many records to a state, each with values of its own, in one statement.

        :param names: stored fields that are written along
        :param rows: [(id, value of each of these fields as the database knows it…)]
        :raise Forbidden: one of them may not come there; none of them is changed then
        """
        self.browse(row[0] for row in rows)._check_move(state)
        rows = [(row[0], state, *row[1:]) for row in rows]
        write_rows(self.env, self._name, ["state", *names], rows)

    def _check_move(self, state):
        """
        :raise Forbidden: one of these may not come to this state
        """
        refused = self.filtered(lambda r: not may_follow(r.state, state, self._states))
        if refused:
            moves = ", ".join(f"{record.id} is {record.state}" for record in refused)
            _logger.error("%s: refused to become %s: %s", self._name, state, moves)
            raise Forbidden(f"{self._name} may not become {state}: {moves}")

    @api.model
    def _move_sql(self, state, reason, alias):
        """The same for bulk statements, which leave out what may not come there: whoever needs to know
        counts what the statement returns, and tells `_note_refused` of what is missing.

        :param alias: of this model's table in the statement
        :return: Move
        """
        table = SQL.identifier(alias)
        return Move(
            SQL("state = %s, reason = %s", state, str(reason)),
            SQL("%s.state IN %s", table, origins(state, self._states)),
        )

    def _note_refused(self, state):
        """Log what a bulk statement left out."""
        if self:
            _logger.error("%s: %s did not become %s", self._name, self.ids, state)
