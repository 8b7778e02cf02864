from collections import defaultdict
from datetime import UTC, timedelta

from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common.instalment_key import same_instalment


class CollectionTrackThanks(models.AbstractModel):
    """Thanks: given once for each payment, and taken back where it was undone (A5)."""

    _name = "collection.track.thanks"
    _description = "Collection: track thanks"

    @api.model
    def _cancel_undone(self, debtors):
        """The payment was undone before the thanks went out (A5).

        :return: ids of the instalments that lost it
        """
        thanks = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "=", "thanks"),
                ("state", "in", ("planned", "to_approve")),
            ]
        )
        if not thanks:
            return set()
        before = thanks.item_ids._planned()
        self.env["collection.thanks"]._drop_undone(thanks)
        lost = before - before._planned()
        thanks.filtered(lambda f: not f.partial_ids)._cancel(Reason.REVERSED)
        return self._instalments_of(lost)

    def _instalments_of(self, items):
        """Ids of the instalments that rows of the ledger are about.

        :param items: ``collection.followup.item``
        """
        if not items:
            return set()
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id FROM collection_followup_item t
                  JOIN collection_instalment i ON %s
                 WHERE t.id IN %s
                """,
                same_instalment("i", "t"),
                tuple(items.ids),
            )
        )
        return {row[0] for row in rows}

    @api.model
    def _note_undone(self, debtors):
        """Note at the thanks that were given whether their payment is still there.

        :return: ids of the instalments with one that went away since we last looked
        """
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH given AS (
                    SELECT t.id, t.move_id, t.account_id, t.partner_id, t.due_date,
                           EXISTS (%(payment)s) AS stands
                      FROM collection_followup_item t
                      JOIN collection_followup f ON f.id = t.followup_id AND f.purpose = 'thanks'
                     WHERE t.debtor_id IN %(debtors)s AND t.state = 'sent'),
                changed AS (
                    UPDATE collection_followup_item t
                       SET reason = CASE WHEN given.stands THEN %(due)s ELSE %(reversed)s END
                      FROM given
                     WHERE given.id = t.id AND (t.reason = %(reversed)s) = given.stands
                    RETURNING t.id)
                SELECT i.id
                  FROM changed JOIN given USING (id)
                  JOIN collection_instalment i ON %(same)s
                 WHERE NOT given.stands
                """,
                payment=self.env["collection.thanks"]._payment_of("t"),
                same=same_instalment("i", "given"),
                debtors=tuple(debtors.ids),
                due=str(Reason.DUE),
                reversed=str(Reason.REVERSED),
            )
        )
        self.env["collection.followup.item"].invalidate_model(["reason"])
        return {row[0] for row in rows}

    @api.model
    def _give(self, company, payments, today):
        """Thank once per customer and currency for money that came in, on the next business day (A5).

        :param company: root ``res.company``
        :param payments: list of `payments.Payment`
        :param today: local day of the company
        """
        newest = defaultdict(int)
        by_debtor = defaultdict(list)
        oldest = today - timedelta(days=company.collection_thanks_days)
        for payment in payments:
            if not payment.is_new:
                continue
            newest[payment.debtor_id] = max(newest[payment.debtor_id], payment.partial_id)
            if payment.is_money and payment.date >= oldest:
                by_debtor[payment.debtor_id, payment.currency_id].append(payment)
        Debtor = self.env["collection.debtor"]
        for (debtor, currency), own in by_debtor.items():
            self._thank(Debtor.browse(debtor), self.env["res.currency"].browse(currency), own)
        for debtor, partial in newest.items():
            Debtor.browse(debtor).thanked_up_to_partial_id = partial

    def _thank(self, debtor, currency, payments):
        """Let one message thank for these payments, together with others that wait to be thanked for."""
        Ledger = self.env["collection.ledger"]
        Instalment = self.env["collection.instalment"]
        instalments = Instalment.browse({payment.instalment_id for payment in payments})
        step = instalments.ruler_id.step_ids.filtered(lambda s: s.trigger == "paid")[:1]
        payments = [p for p in payments if not self._thanked_before(p)]
        at = Ledger._next_morning(debtor)
        if not step or not payments or not at:
            return
        followup = self.env["collection.followup"].search(
            [
                ("debtor_id", "=", debtor.id),
                ("purpose", "=", "thanks"),
                ("state", "=", "planned"),
                ("currency_id", "=", currency.id),
                # those that leave today speak of older money: today's may still come back
                ("scheduled_at", ">=", at.astimezone(UTC).replace(tzinfo=None)),
            ],
            limit=1,
        )
        occurrence = defaultdict(list)  # the payment stands for it: each is thanked for once
        for payment in payments:
            occurrence[payment.instalment_id].append(payment.line)
        if followup:
            Ledger._add_to_event(followup, step, instalments, occurrence)
        else:
            followup = Ledger._plan_event(debtor, "paid", instalments, at, occurrence, once=True)
        followup.partial_ids = [(4, payment.partial_id) for payment in payments]
        followup.amount_paid = self.env["collection.thanks"]._received(followup)

    def _thanked_before(self, payment):
        """Whether thanks were given for this payment, which was undone and reconciled again."""
        instalment = self.env["collection.instalment"].browse(payment.instalment_id)
        move, account, partner, due_date = instalment._key()
        return bool(
            self.env["collection.followup.item"].search_count(
                [
                    ("move_id", "=", move),
                    ("account_id", "=", account),
                    ("partner_id", "=", partner),
                    ("due_date", "=", due_date),
                    ("followup_id.purpose", "=", "thanks"),
                    ("occurrence", "=", payment.line),
                    ("state", "in", ("planned", "sent")),
                ],
                limit=1,
            )
        )
