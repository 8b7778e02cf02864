from odoo import models
from odoo.tools import SQL

from ...dunning.addresses import Failed, is_another, tried_again
from ...dunning.fallback import HAS_LEFT
from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import NO_GOOD_ADDRESS, Reason
from ..common import clock
from ..common.instalment_key import is_overtaken, same_instalment
from ..facts.collection_failed_addresses import ROLES


class CollectionTrack(models.AbstractModel):
    """What failed for its address is tried again by itself once there is another one (C5, H2)."""

    _inherit = "collection.track"

    def _try_other_addresses(self, company, debtors):
        """Plan the newest failed message of each debtor anew, take the older ones back, close the tasks.

        Deliveries are each about an invoice of their own, so all of them are tried again. The doors ask
        everything once more.

        :param company: root ``res.company``
        :param debtors: ``collection.debtor``, locked
        """
        found = self._failed_for_address(company, debtors)
        if not found:
            return
        mended = self._mended(found)
        Followup = self.env["collection.followup"].sudo()
        again = Followup.browse(tried_again(row for row in found if row.id in mended))
        self._close_address_tasks(Followup.browse(mended), again)
        (Followup.browse(mended) - again)._cancel(str(Reason.REPLACED))
        now = clock.naive_now(self.env)
        for followup in again:
            followup.partner_id = mended[followup.id]
            followup._retry(now)
            if followup.purpose == "delivery":  # as when it was planned: no reminder beside it (A3)
                today = followup.debtor_id._local_today()
                followup.item_ids.move_id.collection_instalment_ids.delivered_on = today

    def _failed_for_address(self, company, debtors):
        """The failed messages of these debtors that another address may mend, the newest first.

        :return: list of dunning Failed
        """
        for model in ("collection.followup", "collection.followup.item", "collection.instalment"):
            self.env[model].flush_model()
        today = company._collection_calendar().local_day(clock.now(self.env))
        overdue = [
            (key, company._collection_overdue_until(key, today))
            for key in sorted(set(debtors.mapped("calendar_key")))
        ]
        rows = self.env.execute_query(
            SQL(
                """
                WITH overdue(calendar_key, until) AS (VALUES %(overdue)s)
                SELECT f.id, f.debtor_id, f.channel, f.purpose, f.reason, f.address,
                       coalesce(s.recipient_role, %(role)s),
                       bool_or(i.is_open) IS TRUE,
                       coalesce(s.trigger = 'due' AND s.offset_days <= 0
                                AND bool_or(i.is_open AND i.due_date <= o.until), FALSE),
                       bool_or(i.waiting_reason IN %(waits)s) IS TRUE
                       OR EXISTS (
                           SELECT FROM collection_followup n
                            WHERE n.debtor_id = f.debtor_id AND n.channel = f.channel
                              AND n.purpose IN %(asks)s
                              AND n.state IN ('planned', 'to_approve', 'queued', 'sent', 'uncertain')
                              AND (n.scheduled_at, n.id) > (f.scheduled_at, f.id))
                       OR bool_or(%(overtaken)s) IS TRUE,
                       EXISTS (SELECT FROM collection_followup o
                                WHERE o.fallback_of_id = f.id AND o.state IN %(left)s)
                  FROM collection_followup f
                  JOIN collection_debtor d ON d.id = f.debtor_id
                  JOIN overdue o ON o.calendar_key = d.calendar_key
                  LEFT JOIN collection_ruler_step s ON s.id = f.step_id
                  LEFT JOIN collection_followup_item t
                    ON t.followup_id = f.id AND t.state IN ('planned', 'sent')
                  LEFT JOIN collection_instalment i
                    ON %(same)s
                 WHERE f.debtor_id IN %(debtors)s AND f.state = 'failed'
                   AND f.purpose != 'talk' AND f.reason IN %(reasons)s
                 GROUP BY f.id, s.id
                 ORDER BY f.scheduled_at DESC, f.id DESC
                """,
                overdue=SQL(", ").join(SQL("(%s::text, %s::date)", *row) for row in overdue),
                same=same_instalment("i", "t"),
                overtaken=is_overtaken("t"),
                left=HAS_LEFT,
                role=ROLES[0],
                waits=(str(Reason.BAD_ADDRESS), str(Reason.NO_ADDRESS)),
                asks=ASKS_FOR_MONEY,
                debtors=tuple(debtors.ids),
                reasons=NO_GOOD_ADDRESS,
            )
        )
        return [Failed(*row) for row in rows]

    def _mended(self, found):
        """Which of these would now go to another address than the one that failed.

        :param found: list of dunning Failed
        :return: {follow-up id: ``res.partner`` whom to address}
        """
        ids = sorted({row.debtor_id for row in found})
        dead = self.env["collection.failed.addresses"]._of(ids)
        debtors = self.env["collection.debtor"].sudo().browse(ids)
        Channel = self.env["collection.channel"]
        recipients = {
            code: self.env["collection.recipients"].sudo()._of(debtors, Channel._named(code))
            for code in {row.channel for row in found}
        }
        result = {}
        for row in found:
            followup = self.env["collection.followup"].sudo().browse(row.id)
            channel = followup._channel()
            recipient = channel._recipient(followup, recipients[row.channel])
            tried = channel._split(row.address)
            failed = dead.get(row.channel, {}).get(row.debtor_id, set())
            if any(is_another(row, tried, one, failed) for one in channel._addresses(recipient)):
                result[row.id] = recipient
                # the row forgets where it went when it goes elsewhere, and nobody writes there again
                known = dict.fromkeys([*channel._split(followup.failed_address), *tried])
                followup.failed_address = ", ".join(one for one in known if one in failed) or False
        return result

    def _close_address_tasks(self, mended, again):
        """What somebody was asked to do is done; the history says what comes of it.

        :param mended: ``collection.followup`` whose address is another one now
        :param again: those of them that are tried again
        """
        mended.activity_id.sudo().unlink()
        names = {followup.debtor_id.id: followup.step_name for followup in reversed(again)}
        bodies = {
            debtor.id: self.env._("There is another address: “%s” is tried again.", name)
            if (name := names.get(debtor.id))
            else self.env._("There is another address: the next message goes there.")
            for debtor in mended.debtor_id
        }
        mended.debtor_id._message_log_batch(bodies)
