from markupsafe import Markup
from odoo import models

from .counting import credit_text


class CollectionFollowup(models.Model):
    """The draft that goes with the task of a step that charges."""

    _inherit = "collection.followup"

    def _to_charge(self):
        """Who is asked for, and free: what is on hold was taken out at the door.

        :return: {follow-up: ``collection.instalment``}
        """
        pairs = self.env["collection.ledger"]._pairs(self) if self else {}
        instalments = self.env["collection.instalment"].sudo()
        return {
            followup: instalments.browse(
                dict.fromkeys(p.instalment_id for p in pairs[followup.id] if p.instalment_id)
            )
            for followup in self
        }

    def _draft_charges(self, instalments):
        """Make drafts of what may be charged, and name them in the tasks; say there why nothing is made of
        what open credits may pay.

        :param instalments: {follow-up: ``collection.instalment``}, which door 1 has locked
        """
        Charge = self.env["collection.charge"]
        every = self.env["collection.instalment"].union(*instalments.values())
        if not every:
            return
        Charge._lock_instalments(every)
        counted = Charge._count(every)
        unsure = every._with_credits()
        for followup in self:
            own = instalments[followup].filtered(lambda i: i.is_open and counted[i.id].lines)
            sure = own - unsure
            picked = [(one, line) for one in sure for line in counted[one.id].lines]
            if notes := Charge._issue(picked):
                totals = Charge._totals(sure, counted)
                amount = Charge._amounts_text(totals)
                followup._note_in_task(followup.debtor_id._say_charged(notes, amount))
            if own & unsure:
                followup._note_in_task(
                    self.env._("No debit note was prepared. %s", credit_text(self.env))
                )

    def _note_in_task(self, words):
        """Add a sentence to the task of this follow-up; once, where later instalments share the task."""
        self.ensure_one()
        task = self.activity_id.sudo()
        sentence = Markup("<p>%s</p>") % words
        if sentence not in (task.note or ""):
            task.note = (task.note or Markup()) + sentence


class CollectionChannelActivity(models.AbstractModel):
    """With the task of a step that charges comes a draft."""

    _inherit = "collection.channel.activity"

    def _ask_person(self, followups):
        charging = followups.filtered("step_id.issue_charges")
        instalments = charging._to_charge()
        result = super()._ask_person(followups)
        charging._draft_charges(instalments)
        return result
