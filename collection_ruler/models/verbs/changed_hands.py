from odoo import api, models
from odoo.tools import SQL


class CollectionDebtor(models.Model):
    """Identity: what happens to a debtor when Odoo hands its entries to another partner (decision 3)."""

    _inherit = "collection.debtor"

    @api.model
    def _fold(self, source, target, move_ids=None):
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
        self.env.cr.execute(
            SQL(
                """
                WITH joined AS (
                    UPDATE collection_instalment t
                       SET watermark = greatest(t.watermark, s.watermark),
                           occurrence = greatest(t.occurrence, s.occurrence),
                           original_due_date = coalesce(t.original_due_date, s.original_due_date)
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
        replaced = self.env["collection.followup.item"]._move_sql("cancelled", "replaced", "s")
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_followup_item s SET %(replaced)s
                  FROM collection_followup_item t
                 WHERE s.partner_id = %(source)s AND t.partner_id = %(target)s
                   AND %(may_be)s AND t.state != 'cancelled'
                   AND (t.move_id, t.account_id, t.due_date, t.step_id, t.occurrence)
                     = (s.move_id, s.account_id, s.due_date, s.step_id, s.occurrence)
                   %(only)s
                """,
                replaced=replaced.assignment,
                may_be=replaced.condition,
                source=source.id,
                target=target.id,
                only=only,
            )
        )
        self._fold_charges(source, target, only)
        for table in ("collection_instalment", "collection_followup_item"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s s SET partner_id = %s WHERE partner_id = %s %s",
                    SQL.identifier(table),
                    target.id,
                    source.id,
                    only,
                )
            )
        self.env.invalidate_all(flush=False)
        heir = target.commercial_partner_id
        for debtor in self.sudo().search([("partner_id", "=", source.id)]):
            if move_ids is None or source.commercial_partner_id != source:
                debtor._fold_into(heir)
            else:
                debtor._hand_over_instalments(heir, move_ids)
        if move_ids:  # Odoo's lines stand at the target by now, so what was gone is back
            moved = (
                self.env["collection.instalment"]
                .sudo()
                .search([("partner_id", "=", target.id), ("move_id", "in", move_ids)])
            )
            moved._look_again()

    def _fold_charges(self, source, target, only):
        """What was charged follows its instalment; where both were charged, one of them tells it (D6)."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_charge s SET partner_id = %(target)s
                 WHERE s.partner_id = %(source)s %(only)s
                   AND NOT EXISTS (
                       SELECT FROM collection_charge t
                        WHERE t.partner_id = %(target)s AND t.is_taken AND s.is_taken
                          AND (t.move_id, t.account_id, t.due_date, t.kind, t.date_from)
                            = (s.move_id, s.account_id, s.due_date, s.kind, s.date_from))
                """,
                source=source.id,
                target=target.id,
                only=only,
            )
        )

    def _fold_into(self, partner):
        """Join this debtor with the one of ``partner`` in the same company, or rename it."""
        self.ensure_one()
        if partner == self.partner_id:
            return
        other = self.search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company_id.id)]
        )
        if not other:
            self.partner_id = partner
            self._touch(money=True)
            return
        for model in (
            "collection.instalment",
            "collection.followup",
            "collection.followup.item",
            "collection.hold",
            "collection.blackout",
            "collection.charge",
            "collection.debtor.touch",
        ):
            self.env[model].search([("debtor_id", "=", self.id)]).write({"debtor_id": other.id})
        # one history: messages and tasks follow the debts
        self.message_change_thread(other)
        self.activity_ids.write({"res_id": other.id})
        other.thanked_partial = max(other.thanked_partial, self.thanked_partial)
        other.ice_breaker = other.ice_breaker or self.ice_breaker
        other.best_hour = other.best_hour or self.best_hour
        other._touch(money=True)
        self.unlink()

    def _hand_over_instalments(self, partner, move_ids):
        """Some entries changed hands and the rest stay: only those follow."""
        self.ensure_one()
        other = self.search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company_id.id)]
        )
        if not other:
            other = self.create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company_id.id,
                    "thanked_partial": self.thanked_partial,
                }
            )
        moved = (
            self.env["collection.instalment"]
            .sudo()
            .search([("debtor_id", "=", self.id), ("move_id", "in", move_ids)])
        )
        moved.write({"debtor_id": other.id})
        moved._take_holds_along()
        (self + other)._touch(money=True)
