from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...dunning.decision import decide, decide_task
from ...dunning.facts import Decision
from ...dunning.ladder import LadderError, effective_due
from ...dunning.reason import Reason
from ..common import clock
from ..common.reason_labels import reason_label


class CollectionDebtor(models.Model):
    """What dropping a card on a stage means: stages follow facts, so it is an action or is refused (F1)."""

    _inherit = "collection.debtor"

    def action_drop(self, stage_id):
        """Answer a card that was dropped on a stage.

        :return: an action that opens a dialog
        :raise UserError: why the debtor cannot come to stand there by hand, and what would bring them
        """
        self.ensure_one()
        self._by_collector()
        stage = self.env["collection.stage"].browse(stage_id)
        if stage.kind in ("hold", "dispute", "handover"):
            origins = {"dispute": "dispute", "handover": "handover"}
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Hand over") if stage.kind == "handover" else self.env._("Hold"),
                "res_model": "collection.hold",
                "view_mode": "form",
                "views": [(False, "form")],
                "target": "new",
                "context": {
                    "default_debtor_id": self.id,
                    "default_origin": origins.get(stage.kind, "manual"),
                },
            }
        if stage.kind == "reminder":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("%(who)s: %(stage)s", who=self.display_name, stage=stage.name),
                "res_model": "collection.drop",
                "view_mode": "form",
                "views": [(False, "form")],
                "target": "new",
                "context": {"default_debtor_id": self.id, "default_stage_id": stage.id},
            }
        raise UserError(self._why_not_there(stage))

    def _why_not_there(self, stage):
        """Why nobody is put into a stage by hand, and what brings them there."""
        _ = self.env._
        if stage.kind == "settled":
            if not self.amount_due:
                return _(
                    "%s owes nothing. The card moves by itself within minutes.", self.display_name
                )
            return _(
                "%(who)s still owes %(amount)s. Only a payment, a credit note or a write-off in the "
                "books settles that; the card then moves by itself.",
                who=self.display_name,
                amount=format_amount(self.env, self.amount_due, self.currency_id),
            )
        return {
            "upcoming": _(
                "What was said cannot be unsaid. To keep the ruler silent, put %s on hold.",
                self.display_name,
            ),
            "waiting_for_us": _(
                "Customers come to stand here by themselves, when they replied or something has to be "
                "checked. To keep the ruler silent, put %s on hold.",
                self.display_name,
            ),
            "review": _(
                "Customers come to stand here by themselves, when they are overdue for longer than the "
                "ruler speaks. To keep the ruler silent, put %s on hold.",
                self.display_name,
            ),
        }.get(stage.kind) or _(
            "Nobody is put into “%s” by hand: the stage follows what was said and what is owed.",
            stage.name,
        )

    def action_look_again(self):
        """Place the debtor anew at once, after a person changed something."""
        self._by_collector()
        self._follow_at_once()

    # ------------------------------------------------------------------
    # a step out of its turn
    # ------------------------------------------------------------------

    def _step_of_stage(self, stage):
        """What stands for a stage: the step of the oldest open instalment that leads there.

        :return: (``collection.instalment``, ``collection.ruler.step``), empty when none does
        """
        self.ensure_one()
        open_ones = self.sudo().instalment_ids.filtered(lambda i: i.is_open and i.ruler_id)
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

    def _decide_step(self, instalment, step):
        """Ask `dunning/` whether a step may be taken now, before its day.

        :return: (Decision, {instalment id: Claim}, why not as a sentence or "")
        """
        _ = self.env._
        company = self.company_id
        Snapshot = self.env["collection.snapshot"].sudo()
        now = clock.now(self.env)
        snapshot = Snapshot._take(company.id, self.ids, {instalment.id: step.offset_days})[self.id]
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
        decision = (decide_task if step.mode == "task" else decide)(snapshot, now)
        if any(pair[1].id == step.id for c in decision.contacts for pair in c.pairs):
            return decision, claims, ""
        reason = decision.waiting.get(instalment.id)
        if reason:
            return None, claims, _("It may not leave now: %s.", reason_label(self.env, str(reason)))
        return None, claims, _("The first word to a customer is never the firmest.")

    def _take_alone(self):
        """Lock the debtor against the plan verb, which decides about the same steps.

        :raise UserError: it is at this customer right now
        """
        if not self.env["collection.plan"].sudo()._take_debtors(self.ids):
            raise UserError(
                self.env._("The ruler is looking at %s right now. Try again.", self.display_name)
            )

    def _send_step(self, instalment, step):
        """Plan a step now; the doors check it as any other.

        :raise UserError: it may not leave
        """
        self.ensure_one()
        self._by_collector()
        self._take_alone()
        decision, claims, why_not = self._decide_step(instalment, step)
        if why_not:
            raise UserError(why_not)
        Plan = self.env["collection.plan"].sudo()
        now = clock.now(self.env)
        Plan._apply(self.company_id, [(self.sudo(), decision)], claims, now)
        # who asks for it has approved it
        self.sudo().followup_ids.filtered(
            lambda f: f.state == "to_approve" and f.step_id == step
        ).action_approve()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def _note_step(self, instalment, step):
        """Note that a person said it another way: the step is consumed, nothing is sent.

        :raise UserError: it lies behind
        """
        self.ensure_one()
        self._by_collector()
        self._take_alone()
        company = self.company_id
        Snapshot = self.env["collection.snapshot"].sudo()
        snapshot = Snapshot._take(company.id, self.ids)[self.id]
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
        Plan._apply(company, [(self.sudo(), decision)], claims, clock.now(self.env))
        self.message_post(
            body=self.env._(
                "“%s” was said another way; the ruler does not say it again.", step.name
            )
        )
