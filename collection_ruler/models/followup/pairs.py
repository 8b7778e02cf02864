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
    def _leading_invoice(self, followup):
        """The ``account.move`` of the oldest instalment that a follow-up is planned for, or was."""
        items = followup.sudo().item_ids
        items = (items._planned() or items).sorted(lambda item: (item.due_date, item.id))
        return items[:1].move_id

    @api.model
    def _instalments_of(self, followups):
        """The ``collection.instalment`` that the planned ledger rows of these stand for."""
        pairs = [pair for own in self._pairs(followups).values() for pair in own]
        ids = dict.fromkeys(pair.instalment_id for pair in pairs if pair.instalment_id)
        return self.env["collection.instalment"].sudo().browse(ids)

    def _readers(self, decisions):
        """Who hears each contact, by its oldest claim: {id(contact): id of a ``res.partner`` or None}."""
        debtors = self.env["collection.debtor"].browse(debtor.id for debtor, _d in decisions)
        contacts = [(debtor, c) for debtor, decision in decisions for c in decision.contacts]
        moves = self.env["account.move"].sudo()
        moves = moves.browse(dict.fromkeys(c.pairs[0][0].move for _debtor, c in contacts))
        moves.fetch(["partner_id"])
        moves = {move.id: move for move in moves}
        Channel, Recipients = self.env["collection.channel"], self.env["collection.recipients"]
        readers = {
            code: Recipients._of(debtors, Channel._named(code))
            for code in {c.channel for _debtor, c in contacts}
        }
        return {
            id(c): readers[c.channel].of_invoice(debtor.id, c.role, moves[c.pairs[0][0].move]).id
            or None
            for debtor, c in contacts
        }
