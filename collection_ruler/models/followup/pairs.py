from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..common.instalment_key import same_instalment


class Pair(NamedTuple):
    """An instalment that a follow-up speaks about, and the step due for it.

    :param instalment_id: None when the entry is gone
    """

    item_id: int
    instalment_id: int | None
    step_id: int | None


class CollectionLedger(models.AbstractModel):
    """What follow-ups are planned for, as the ledger has it."""

    _inherit = "collection.ledger"

    @api.model
    def _pairs(self, followups):
        """What these follow-ups are planned for, the oldest due date first.

        :return: {follow-up id: [Pair]}; one without planned ledger rows has an empty list
        """
        these = SQL("f.id IN %s", tuple(followups.ids) or (0,))
        return self._as_pairs(self.env.execute_query(self._pairs_query(these)))

    @api.model
    def _pairs_query(self, condition):
        """Rows (follow-up, ledger row, instalment, step), in the order of `_pairs`.

        :param condition: SQL about the follow-ups `f`
        """
        self.env["collection.followup.item"].flush_model()
        self.env["collection.followup"].flush_model(["state"])
        return SQL(
            """
            SELECT f.id AS followup_id, t.id AS item_id, i.id AS instalment_id, t.step_id
              FROM collection_followup f
              LEFT JOIN collection_followup_item t
                ON t.followup_id = f.id AND t.state = 'planned'
              LEFT JOIN collection_instalment i
                ON %s
             WHERE %s
             ORDER BY f.scheduled_at, f.id, t.due_date, t.id
            """,
            same_instalment("i", "t"),
            condition,
        )

    @api.model
    def _as_pairs(self, rows):
        """The rows of `_pairs_query` as `_pairs` gives them."""
        result = {}
        for followup, item, instalment, step in rows:
            own = result.setdefault(followup, [])
            if item:
                own.append(Pair(item, instalment, step))
        return result

    @api.model
    def _instalments_of(self, followups):
        """The ``collection.instalment`` that the planned ledger rows of these stand for."""
        pairs = [pair for own in self._pairs(followups).values() for pair in own]
        ids = dict.fromkeys(pair.instalment_id for pair in pairs if pair.instalment_id)
        return self.env["collection.instalment"].sudo().browse(ids)
