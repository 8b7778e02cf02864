from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import STILL_HERE, Reason


class CollectionMerge(models.AbstractModel):
    """Identity: what happens to debtors when Odoo hands their entries to another partner (decision 3)."""

    _name = "collection.merge"
    _description = "Collection: entries that changed hands"

    @api.model
    def _merge(self, source, target, move_ids=None):
        """Move what we know of one partner to another, before or after Odoo moves its entries.

        Rows that would collide are joined: the highest watermark wins, all items are kept.

        :param source: ``res.partner`` whose debts come to be those of ``target``
        :param target: ``res.partner``
        :param move_ids: only these entries changed hands; None for all
        """
        if source == target:
            return
        self.env.flush_all()
        only = SQL("AND s.move_id IN %s", tuple(move_ids)) if move_ids else SQL()
        self._merge_instalments(source, target, only)
        self._merge_ledger(source, target, only)
        self.env.invalidate_all(flush=False)
        heir = target.commercial_partner_id
        debtors = self.env["collection.debtor"].sudo()
        for debtor in debtors.search([("partner_id", "=", source.id)]):
            if move_ids is None or source.commercial_partner_id != source:
                self._merge_into(debtor, heir)
            else:
                self._hand_over_instalments(debtor, heir, move_ids)
        if move_ids:  # Odoo's lines stand at the target by now, so what was gone is back
            moved = (
                self.env["collection.instalment"]
                .sudo()
                .search([("partner_id", "=", target.id), ("move_id", "in", move_ids)])
            )
            moved._look_again()

    def _merge_instalments(self, source, target, only):
        """Where both owe the same, one instalment of it is left; the others change their partner."""
        self.env.cr.execute(
            SQL(
                """
                WITH joined AS (
                    UPDATE collection_instalment t
                       SET watermark = greatest(t.watermark, s.watermark),
                           occurrence = greatest(t.occurrence, s.occurrence),
                           original_due_date = coalesce(t.original_due_date, s.original_due_date),
                           said_before = greatest(t.said_before, s.said_before),
                           agreed_at = greatest(t.agreed_at, s.agreed_at)
                      FROM collection_instalment s
                     WHERE s.partner_id = %(source)s AND t.partner_id = %(target)s
                       AND (t.move_id, t.account_id, t.due_date) = (s.move_id, s.account_id, s.due_date)
                       %(only)s
                 RETURNING s.id)
                DELETE FROM collection_instalment WHERE id IN (SELECT id FROM joined)
                """,
                source=source.id,
                target=target.id,
                only=only,
            )
        )
        self._write_partner("collection.instalment", source, target, only)

    @api.model
    def _merge_ledger(self, source, target, only):
        """What was said about an instalment follows it; where both were told, the target's row stands.

        Another add-on whose rows know an instalment by its key (`collection.instalment._ledger_models`)
        moves them here, and calls super.

        :param source: ``res.partner`` whose debts come to be those of ``target``
        :param target: ``res.partner``
        :param only: SQL that restricts the rows of the source, whose alias is `s`
        """
        replaced = self.env["collection.followup.item"]._move_sql("cancelled", Reason.REPLACED, "s")
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_followup_item s SET %(replaced)s
                  FROM collection_followup_item t
                 WHERE s.partner_id = %(source)s AND t.partner_id = %(target)s
                   AND %(may_be)s AND t.state != 'cancelled'
                   AND (t.move_id, t.account_id, t.due_date, t.step_id, t.occurrence, t.attempt)
                     = (s.move_id, s.account_id, s.due_date, s.step_id, s.occurrence, s.attempt)
                   %(only)s
                """,
                replaced=replaced.assignment,
                may_be=replaced.condition,
                source=source.id,
                target=target.id,
                only=only,
            )
        )
        self._write_partner("collection.followup.item", source, target, only)

    def _write_partner(self, model, source, target, only):
        """The rows of the source are those of the target now."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s s SET partner_id = %s WHERE partner_id = %s %s",
                SQL.identifier(self.env[model]._table),
                target.id,
                source.id,
                only,
            )
        )

    def _merge_into(self, debtor, partner):
        """Join a debtor with the one of ``partner`` in the same company, or rename it."""
        if partner == debtor.partner_id:
            return
        other = self._debtor_of(partner, debtor.company_id)
        if not other:
            debtor.partner_id = partner
            debtor._queue_refresh(money=True)
            return
        for model in (
            "collection.instalment",
            "collection.followup",
            *self.env["collection.instalment"]._ledger_models(),
            "collection.hold",
            "collection.blackout",
            "collection.debtor.refresh",
        ):
            debtor.env[model].search([("debtor_id", "=", debtor.id)]).write({"debtor_id": other.id})
        # one history: messages and tasks follow the debts
        debtor.message_change_thread(other)
        debtor.activity_ids.write({"res_id": other.id})
        other.thanked_up_to_partial_id = max(
            other.thanked_up_to_partial_id, debtor.thanked_up_to_partial_id
        )
        # a reply waits under a star; who looks after one of them looks after both
        other.priority = max(other.priority or "0", debtor.priority or "0")
        for name in ("user_id", "ice_breaker", "best_hour"):
            other[name] = other[name] or debtor[name]
        other._queue_refresh(money=True)
        debtor.unlink()

    def _hand_over_instalments(self, debtor, partner, move_ids):
        """Some entries changed hands and the rest stay: only those follow."""
        other = self._debtor_of(partner, debtor.company_id)
        if not other:
            other = debtor.create(
                {
                    "partner_id": partner.id,
                    "company_id": debtor.company_id.id,
                    "user_id": debtor.user_id.id,
                    "thanked_up_to_partial_id": debtor.thanked_up_to_partial_id,
                }
            )
        moved = (
            self.env["collection.instalment"]
            .sudo()
            .search([("debtor_id", "=", debtor.id), ("move_id", "in", move_ids)])
        )
        moved.write({"debtor_id": other.id})
        self._hand_over_waiting(debtor, other, move_ids)
        self.env["collection.hold"]._take_along(moved)
        (debtor + other)._queue_refresh(money=True)

    def _hand_over_waiting(self, debtor, other, move_ids):
        """What waits at a door about these entries is said to whom they belong now, by messages of their
        own; door 1 would take it for paid."""
        items = self.env["collection.followup.item"].sudo()
        items = items.search(
            [
                ("followup_id.debtor_id", "=", debtor.id),
                ("followup_id.state", "in", STILL_HERE),
                ("state", "=", "planned"),
                ("move_id", "in", move_ids),
            ]
        )
        for followup, own in items.grouped("followup_id").items():
            alone = followup._split_items(own, Reason.DUE, followup.scheduled_at)
            recipients = self.env["collection.recipients"]._of(other, alone._channel())
            alone.debtor_id = other
            alone.partner_id = alone._channel()._recipient(alone, recipients)
            if not followup.item_ids._planned():
                followup._cancel(Reason.REPLACED)

    def _debtor_of(self, partner, company):
        """The debtor of a commercial partner at a root company, if there is one."""
        return (
            self.env["collection.debtor"]
            .sudo()
            .search([("partner_id", "=", partner.id), ("company_id", "=", company.id)])
        )
