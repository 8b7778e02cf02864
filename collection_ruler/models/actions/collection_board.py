from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...dunning.decision import decide_wanted
from ...dunning.facts import Decision
from ...dunning.ladder import LadderError, effective_due
from ...dunning.reason import Reason
from ..common import clock
from ..common.reason_labels import reason_label


class CollectionBoard(models.AbstractModel):
    """What dropping a card on a stage means: stages follow facts, so it is an action or is refused (F1)."""

    _name = "collection.board"
    _description = "Collection: cards of the board"

    @api.model
    def _drop(self, debtor, stage):
        """Answer a card that was dropped on a stage.

        :param debtor: ``collection.debtor``, for a collector
        :param stage: ``collection.stage``
        :return: an action that opens a dialog
        :raise UserError: why the debtor cannot come to stand there by hand, and what would bring them
        """
        debtor.ensure_one()
        if stage.kind in ("hold", "dispute", "handover"):
            origins = {"dispute": "dispute", "handover": "handover"}
            name = self.env._("Hand over") if stage.kind == "handover" else self.env._("Hold")
            values = {"debtor_id": debtor.id, "origin": origins.get(stage.kind, "manual")}
            return self._dialog("collection.hold", name, values)
        if stage.kind == "reminder":
            name = self.env._("%(who)s: %(stage)s", who=debtor.display_name, stage=stage.name)
            values = {"debtor_id": debtor.id, "stage_id": stage.id}
            return self._dialog("collection.drop", name, values)
        raise UserError(self._why_not_there(debtor, stage))

    def _dialog(self, model, name, values):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{field}": value for field, value in values.items()},
        }

    def _why_not_there(self, debtor, stage):
        """Why nobody is put into a stage by hand, and what brings them there."""
        _ = self.env._
        if stage.kind == "settled":
            if not debtor.amount_due:
                return _(
                    "%s owes nothing. The card moves by itself within minutes.", debtor.display_name
                )
            return _(
                "%(who)s still owes %(amount)s. Only a payment, a credit note or a write-off in the "
                "books settles that; the card then moves by itself.",
                who=debtor.display_name,
                amount=format_amount(self.env, debtor.amount_due, debtor.currency_id),
            )
        return {
            "upcoming": _(
                "What was said cannot be unsaid. To keep the ruler silent, put %s on hold.",
                debtor.display_name,
            ),
            "waiting_for_us": _(
                "Customers come to stand here by themselves, when they replied or something has to be "
                "checked. To keep the ruler silent, put %s on hold.",
                debtor.display_name,
            ),
            "review": _(
                "Customers come to stand here by themselves, when they are overdue for longer than the "
                "ruler speaks. To keep the ruler silent, put %s on hold.",
                debtor.display_name,
            ),
        }.get(stage.kind) or _(
            "Nobody is put into “%s” by hand: the stage follows what was said and what is owed.",
            stage.name,
        )

    # ------------------------------------------------------------------
    # a step out of its turn
    # ------------------------------------------------------------------

    @api.model
    def _step_of(self, debtor, stage):
        """What stands for a stage: the step of the oldest open instalment that leads there.

        :param debtor: ``collection.debtor``
        :param stage: ``collection.stage``
        :return: (``collection.instalment``, ``collection.ruler.step``), empty when none does
        """
        open_ones = debtor.sudo().instalment_ids.filtered(lambda i: i.is_open and i.ruler_id)
        for instalment in open_ones.sorted(lambda i: (i.due_date, i.id)):
            steps = instalment.ruler_id.step_ids.filtered(
                lambda s: s.trigger == "due" and s.stage_id == stage
            )
            if steps:
                # where a message and a task share a stage, the first that was not taken
                ordered = steps.sorted(lambda s: (s.offset_days, s.mode == "task"))
                untaken = ordered.filtered(lambda s, i=instalment: s.offset_days > i.watermark)
                return instalment, (untaken or ordered)[:1]
        return self.env["collection.instalment"], self.env["collection.ruler.step"]

    @api.model
    def _decide(self, debtor, instalment, step):
        """Ask `dunning/` whether a step may be taken now, before its day.

        :return: (Decision, {instalment id: Claim}, why not as a sentence or "")
        """
        _ = self.env._
        Snapshot = self.env["collection.snapshot"].sudo()
        now, reached = clock.now(self.env), {instalment.id: step.offset_days}
        snapshot = Snapshot._take(debtor.company_id.id, debtor.ids, reached)[debtor.id]
        claims = {claim.id: claim for claim in snapshot.claims}
        claim = claims[instalment.id]
        if claim.watermark is not None and step.offset_days <= claim.watermark:
            return None, claims, _("“%s” lies behind: it was said, or overtaken.", step.name)
        try:
            due = effective_due(claim.ladder, snapshot.calendar, claim.due_date)
        except LadderError as error:
            return None, claims, str(error)
        if step.offset_days > 0 and due >= snapshot.calendar.local_day(now):
            return None, claims, _("%s is not overdue yet.", instalment.sudo().move_id.name)
        decision = decide_wanted(snapshot, instalment.id, step.id, now)
        said = [c for c in decision.contacts if any(pair[1].id == step.id for pair in c.pairs)]
        # a task is the one that was asked for, not a gentler one in its place
        if said and (step.mode != "task" or said[0].tone.id == step.id):
            return decision, claims, ""
        reason = decision.waiting.get(instalment.id)
        if reason:
            return None, claims, _("It may not leave now: %s.", reason_label(self.env, str(reason)))
        return None, claims, _("The first word to a customer is never the firmest.")

    def _take_alone(self, debtor):
        """Lock the debtor against the plan verb, which decides about the same steps.

        :raise UserError: it is at this customer right now
        """
        if not self.env["collection.plan"].sudo()._take_debtors(debtor.ids):
            raise UserError(
                self.env._("The ruler is looking at %s right now. Try again.", debtor.display_name)
            )

    @api.model
    def _send(self, debtor, instalment, step):
        """Plan a step now; the doors check it as any other.

        :raise AccessError: no collector
        :raise UserError: it may not leave
        """
        debtor.ensure_one()
        self._take_alone(debtor._by_collector())
        decision, claims, why_not = self._decide(debtor, instalment, step)
        if why_not:
            raise UserError(why_not)
        Plan = self.env["collection.plan"].sudo()
        now = clock.now(self.env)
        Plan._apply(debtor.company_id, [(debtor.sudo(), decision)], claims, now)
        # who asks for it has approved it
        debtor.sudo().followup_ids.filtered(
            lambda f: f.state == "to_approve" and step in f.item_ids._planned().step_id
        ).action_approve()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    @api.model
    def _note(self, debtor, instalment, step):
        """Note that a person said it another way: the step is consumed, nothing is sent.

        :raise AccessError: no collector
        :raise UserError: it lies behind
        """
        debtor.ensure_one()
        self._take_alone(debtor._by_collector())
        company = debtor.company_id
        Snapshot = self.env["collection.snapshot"].sudo()
        snapshot = Snapshot._take(company.id, debtor.ids)[debtor.id]
        claims = {claim.id: claim for claim in snapshot.claims}
        claim = claims[instalment.id]
        passed = claim.ladder.steps_between(claim.watermark, step.offset_days)
        if not passed:
            raise UserError(self.env._("“%s” lies behind: it was said, or overtaken.", step.name))
        decision = Decision(watermarks={claim.id: step.offset_days})
        decision.skipped = [
            (claim, one, Reason.SAID_BY_HAND if one.id == step.id else Reason.OVERTAKEN)
            for one in passed
        ]
        Plan = self.env["collection.plan"].sudo()
        Plan._apply(company, [(debtor.sudo(), decision)], claims, clock.now(self.env))
        debtor.message_post(
            body=self.env._(
                "“%s” was said another way; the ruler does not say it again.", step.name
            )
        )
