from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import same_occurrence


class CollectionTrackReturns(models.AbstractModel):
    """Payments that were returned, and messages that were taken back for one that was undone (A5)."""

    _name = "collection.track.returns"
    _description = "Collection: track returned payments"

    @api.model
    def _note_gone(self, returned, undone, today):
        """Note where money was seen and went: nobody is told that none was seen, or that they forgot (C8).

        :param returned: those that were settled and are open again
        :param undone: ids of instalments that lost a payment, of all or of a part
        :param today: local day of the company
        """
        gone = returned.filtered("settled_by_money") | returned.browse(undone)
        gone.filtered("is_open").write({"money_went_on": today})

    @api.model
    def _follow(self, instalments, undone, today):
        """A payment came back: the same step is said again, after a neutral word (A5, A14).

        One undone before anybody gave thanks for it never counted: the ruler resumes where it stood, after
        the neutral word all the same, since their money was seen.

        :param instalments: those that were settled and are open again
        :param undone: ids of instalments that lost a payment which was thanked for
        """
        Settlement = self.env["collection.settlement"]
        returned = instalments.filtered(
            lambda i: i.id in undone or Settlement._stood_unthanked(i, today)
        )
        quiet = instalments - returned
        quiet.write({"settled_on": False})
        for instalment in returned:
            offset = Settlement._resume_offset(instalment, today)
            values = {"settled_on": False, "occurrence": instalment.occurrence + 1}
            if offset is not None:
                values |= {
                    "watermark": offset - 1,
                    "anchor_date": today - timedelta(days=offset),
                    "next_date": today,
                }
            instalment.write(values)
        unsaid = quiet.filtered(lambda i: i.settled_by_money and not self._is_said(i))
        for debtor, own in (returned + unsaid).grouped("debtor_id").items():
            # tomorrow: somebody may only be mending a payment
            self.env["collection.ledger"]._plan_event(debtor, "payment_returned", own)

    def _is_said(self, instalment):
        """Whether the word about a payment that came back is planned or said for this occurrence."""
        return self.env["collection.followup.item"].search_count(
            [
                *instalment._key_domain(),
                ("followup_id.purpose", "=", "returned"),
                ("occurrence", "=", instalment.occurrence),
                ("state", "in", ("planned", "sent")),
            ],
            limit=1,
        )

    @api.model
    def _replan_unsaid(self, debtors):
        """A message was taken back because its invoice was paid or gone, and that was undone: its step
        is consumed, so it is planned again; the doors decide when."""
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT last.id, last.instalment_id
                  FROM (SELECT DISTINCT ON (i.id) t.*, i.id AS instalment_id
                          FROM collection_instalment i
                          JOIN collection_followup_item t
                            ON %s
                          JOIN collection_followup f
                            ON f.id = t.followup_id AND f.purpose = 'dunning'
                         WHERE i.debtor_id IN %s AND i.is_open AND i.ruler_id IS NOT NULL
                           AND t.state != 'skipped'
                           -- a fallback that was not needed says nothing about its step
                           AND NOT (t.attempt > 0 AND t.state = 'cancelled'
                                    AND t.reason = %s)
                         ORDER BY i.id, t.offset_days DESC, t.id DESC) last
                 WHERE last.state = 'cancelled' AND last.reason IN %s
                   AND last.step_id IS NOT NULL
                """,
                same_occurrence("t", "i"),
                tuple(debtors.ids),
                str(Reason.REPLACED),
                (str(Reason.PAID), str(Reason.GONE)),
            )
        )
        now, Settlement = clock.naive_now(self.env), self.env["collection.settlement"]
        for item_id, instalment_id in rows:
            item = self.env["collection.followup.item"].browse(item_id)
            instalment = self.env["collection.instalment"].browse(instalment_id)
            if item.offset_days == Settlement._last_offset(instalment):
                item.followup_id._split_items(item, Reason.DUE, now)
