from contextlib import suppress
from datetime import UTC, timedelta

from odoo import api, models

from ...dunning.calendar import NeverOpen
from ...dunning.purpose import Purpose, of_trigger
from ...dunning.reason import Reason


class CollectionLedger(models.AbstractModel):
    """A message that an event asks for, not a due date: money came, money went back (A5)."""

    _inherit = "collection.ledger"

    @api.model
    def _plan_event(self, debtor, trigger, instalments, at=None, occurrence=None, once=False):
        """Plan what the rulers say about something that happened, or nothing where they say nothing.

        :param debtor: ``collection.debtor``
        :param trigger: of the steps that speak about it
        :param instalments: what happened to; the ruler of each says which step speaks
        :param at: aware UTC instant; None for the first one of the next open day
        :param occurrence: {instalment id: [number]}, which tell this event from others of the same
            instalment, so that it is spoken about once, of those that are named; None for the present
            occurrence of all
        :param once: one message for all instalments, even of several rulers
        :return: ``collection.followup``
        """
        at = at or self._next_morning(debtor)
        planned = self.env["collection.followup"]
        steps = instalments.ruler_id.step_ids.filtered(lambda s: s.trigger == trigger)
        for step in (steps[:1] if once else steps) if at else ():
            own = instalments
            if not once:
                own = own.filtered(lambda i, step=step: i.ruler_id == step.ruler_id)
            followup = self._create_event(debtor, step, own, str(of_trigger(trigger)), at)
            self._add_to_event(followup, step, own, occurrence)
            planned += followup
        planned.filtered(lambda f: f.state == "to_approve")._ask_person()
        return planned

    @api.model
    def _add_to_event(self, followup, step, instalments, occurrence=None):
        """Let a planned follow-up speak about these instalments as well.

        :param step: ``collection.ruler.step`` that speaks about them
        :param occurrence: as for `_plan_event`
        """
        self._write_rows(
            [
                self._event_row(instalment, step, followup, number)
                for instalment in instalments
                for number in ([None] if occurrence is None else occurrence.get(instalment.id, ()))
            ]
        )

    @api.model
    def _note_conversation(self, values):
        """What a person of ours said to a customer, noted once it took place (B4).

        :param values: by field
        :return: ``collection.followup``
        """
        return self.env["collection.followup"].sudo().create({**values, "state": "sent"})

    @api.model
    def _next_morning(self, debtor):
        """The first open instant of a debtor's next open day, aware UTC; None when there is none."""
        calendar = debtor._calendar()
        tomorrow = debtor._local_today() + timedelta(days=1)
        with suppress(NeverOpen):
            return calendar.windows(calendar.next_open_day(tomorrow))[0][0]
        return None

    def _create_event(self, debtor, step, instalments, purpose, at):
        """The follow-up of a step, without its rows.

        :param step: ``collection.ruler.step``
        :param at: aware UTC
        """
        currency = instalments.currency_id[:1]
        own = instalments.filtered(lambda i: i.currency_id == currency)
        channel = self.env["collection.channel"]._named(step.channel)
        recipients = self.env["collection.recipients"]._of(debtor, channel)
        # what is on hold waits for that, and keeps nothing else from being said meanwhile
        is_held = (
            self.env["collection.hold"]._on(instalments) if purpose == Purpose.RETURNED else ()
        )
        return self.env["collection.followup"].create(
            {
                "debtor_id": debtor.id,
                "company_id": debtor.company_id.id,
                "ruler_id": step.ruler_id.id,
                "step_id": step.id,
                "step_name": step.name,
                "channel": step.channel,
                "purpose": purpose,
                "state": "to_approve" if step.mode == "approve" else "planned",
                "reason": Reason.HELD if is_held else Reason.DUE,
                "scheduled_at": at.astimezone(UTC).replace(tzinfo=None),
                "partner_id": recipients.of_invoice(
                    debtor.id, step.recipient_role, instalments[:1].move_id
                ).id,
                "currency_id": currency.id,
                "amount_due": sum(own.mapped("residual_currency")),
            }
        )
