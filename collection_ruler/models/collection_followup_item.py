from odoo import api, fields, models
from odoo.exceptions import UserError

from ..dunning.reason import Reason


def reason_selection(env):
    """The reasons in plain words, one list for ledger, forms and banners."""
    _ = env._
    return [
        (Reason.DUE, _("its step had come")),
        (Reason.OVERTAKEN, _("a later step had come as well")),
        (Reason.JOINED, _("the step lay behind when the ruler was switched on")),
        (Reason.ALREADY_SENT, _("the invoice had been sent before")),
        (Reason.NOT_FOR_THEM, _("this step is not for customers who pay like this one")),
        (Reason.SAID_BY_HAND, _("a person said it another way")),
        (Reason.HELD, _("a hold pauses the ruler")),
        (Reason.BLOCKED, _("excluded from follow-up in accounting")),
        (Reason.IN_FLIGHT, _("a payment is under way")),
        (Reason.IN_BANK, _("money on the bank account may be theirs: match it")),
        (Reason.STALE_BANK, _("the bank data is old, a payment may have come: import it")),
        (Reason.SETTLING, _("what they paid in time may not have arrived yet")),
        (Reason.COVERED, _("open credits cover the debt: reconcile them")),
        (Reason.JUST_DELIVERED, _("the invoice goes out first, or did only days ago")),
        (Reason.TOO_LITTLE, _("too little is owed to ask for it")),
        (Reason.TALKED, _("we spoke with them these days")),
        (Reason.TOO_SOON, _("the last contact was too recent")),
        (Reason.CAPPED, _("enough contacts in this period")),
        (Reason.ONE_A_DAY, _("the customer hears from us that day already")),
        (Reason.OVERDUE_FIRST, _("the reminder about something older comes first")),
        (Reason.CLOSED, _("outside the contact hours")),
        (Reason.TO_APPROVE, _("it waits for approval")),
        (Reason.LOOK_FIRST, _("a draft credit note stands against it: look at it first")),
        (Reason.PUT_OFF, _("somebody skipped it for the day")),
        (Reason.BAD_ADDRESS, _("the e-mail address does not work: add another one")),
        (Reason.NEVER_OPEN, _("the contact hours never open")),
        (Reason.PAST_LIMIT, _("overdue for longer than the ruler speaks")),
        (Reason.PAUSED, _("all sending is paused")),
        (Reason.RULER_STOPPED, _("the ruler is not running")),
        (Reason.PAID, _("paid before it left")),
        (Reason.GONE, _("the invoice or the step was removed or changed")),
        (Reason.REVERSED, _("the payment came back")),
        (Reason.REPLACED, _("another message took its place")),
        (Reason.BY_HAND, _("cancelled by hand")),
        (Reason.RESCHEDULED, _("another due date was agreed")),
        (Reason.NO_ADDRESS, _("no address to send to")),
        (Reason.TEMPLATE_ERROR, _("the message could not be written")),
        (Reason.REFUSED, _("the mail server refused it")),
        (Reason.BOUNCED, _("it came back undelivered")),
        (Reason.UNCERTAIN, _("handed over, but no answer came")),
        (Reason.ERROR, _("something failed")),
    ]


class CollectionFollowupItem(models.Model):
    """The ledger: one row per instalment and step; never deleted, only its state and reason change."""

    _name = "collection.followup.item"
    _description = "Collection Follow-up Item"
    _order = "due_date, id"

    followup_id = fields.Many2one("collection.followup", ondelete="restrict", index=True)
    debtor_id = fields.Many2one("collection.debtor", ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="set null", index=True)
    account_id = fields.Many2one("account.account", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="restrict", index=True)
    due_date = fields.Date(required=True)
    step_id = fields.Many2one("collection.ruler.step", ondelete="set null", index=True)
    step_name = fields.Char(help="Kept when the step is deleted.")
    offset_days = fields.Integer()
    occurrence = fields.Integer()
    currency_id = fields.Many2one("res.currency")
    amount_residual = fields.Monetary(string="Amount")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sent", "Sent"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
    )
    reason = fields.Selection(selection=lambda self: reason_selection(self.env), required=True)

    # once per instalment, step and occurrence, whoever plans it (A9); cancelled rows free the key
    _once = models.UniqueIndex(
        "(move_id, account_id, partner_id, due_date, step_id, occurrence) "
        "WHERE state IN ('planned', 'sent', 'skipped')",
        "This step was already taken for this instalment.",
    )

    @api.depends("move_id", "step_name")
    def _compute_display_name(self):
        for item in self:
            name = item.sudo().move_id.name or ""
            item.display_name = f"{name} {item.step_name or ''}".strip()

    @api.ondelete(at_uninstall=False)
    def _never_delete(self):
        raise UserError(self.env._("What was said to a customer is never deleted."))
