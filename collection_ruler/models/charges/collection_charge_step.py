from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .collection_charge_count import credit_words


class CollectionRulerStep(models.Model):
    """A step that charges for late payment: a task, with a draft that a person looks at and posts (D6)."""

    _inherit = "collection.ruler.step"

    issue_charges = fields.Boolean(
        string="Prepare a debit note",
        help="With the task, a draft invoice of the late charges until that day is made. Nothing is booked, "
        "and the customer hears nothing, before somebody posts it.",
    )

    @api.constrains("issue_charges", "channel", "trigger", "offset_days")
    def _check_issue_charges(self):
        for step in self.filtered("issue_charges"):
            if step.mode != "task" or step.trigger != "due" or step.offset_days <= 0:
                raise ValidationError(
                    self.env._(
                        "“%s”: a debit note is prepared by a task for us, on a day after the due date.",
                        step.name,
                    )
                )


class CollectionFollowup(models.Model):
    """The draft that goes with such a task."""

    _inherit = "collection.followup"

    def _to_charge(self):
        """Who is asked for, and free: what is on hold was taken out at the door.

        :return: {follow-up: ``collection.instalment``}
        """
        pairs = self._pairs() if self else {}
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
                amount = Charge._amounts_words(totals)
                followup._note_in_task(followup.debtor_id._say_charged(notes, amount))
            if own & unsure:
                followup._note_in_task(
                    self.env._("No debit note was prepared. %s", credit_words(self.env))
                )

    def _note_in_task(self, words):
        """Add a sentence to the task of this follow-up; once, where later instalments share the task."""
        self.ensure_one()
        task = self.activity_id.sudo()
        sentence = Markup("<p>%s</p>") % words
        if sentence not in (task.note or ""):
            task.note = (task.note or Markup()) + sentence


class CollectionChannelActivity(models.AbstractModel):
    _inherit = "collection.channel.activity"

    def _ask_person(self, followups):
        charging = followups.filtered("step_id.issue_charges")
        instalments = charging._to_charge()
        result = super()._ask_person(followups)
        charging._draft_charges(instalments)
        return result


class CollectionDebtor(models.Model):
    """What was charged stands on the timeline."""

    _inherit = "collection.debtor"

    def _say_charged(self, notes, amount):
        """Note that drafts were made.

        :param notes: ``account.move``
        :param amount: in words
        :return: the sentence, as HTML
        """
        self.ensure_one()
        words = Markup("%s") % self.env._(
            "Late charges of %(amount)s made as a draft: %(names)s",
            amount=amount,
            names=Markup(", ").join(note._get_html_link(title=note.display_name) for note in notes),
        )
        self.sudo()._message_log(body=words)
        return words
