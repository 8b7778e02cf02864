from markupsafe import Markup
from odoo import Command, api, fields, models

from .sample_rulers import BOTH, COMPANIES, PERSONS, SAMPLES, SampleStep, propose

# which customers the proposed ruler takes
KINDS = {PERSONS: "person", COMPANIES: "company", BOTH: False}


class CollectionRulerProposal(models.TransientModel):
    """Three questions, and a sample ruler that suits the answers; it becomes a draft to look over."""

    _name = "collection.ruler.proposal"
    _inherit = ["collection.checked"]
    _description = "Propose a Collection Ruler"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company.root_id
    )
    customers = fields.Selection(
        [(PERSONS, "Persons"), (COMPANIES, "Companies"), (BOTH, "Both")],
        string="Who are your customers?",
        required=True,
        default=BOTH,
    )
    country_id = fields.Many2one(
        "res.country",
        string="Which country are you in?",
        compute="_compute_country_id",
        store=True,
        readonly=False,
    )
    ways = fields.Selection(
        [("email", "By e-mail"), ("call", "By e-mail, and we call")],
        string="How do you speak to them?",
        required=True,
        default="call",
    )
    title = fields.Char(compute="_compute_proposal")
    why = fields.Char(compute="_compute_proposal")
    preview = fields.Html(compute="_compute_proposal", string="Its steps", sanitize=False)

    @api.depends("company_id")
    def _compute_country_id(self):
        for wizard in self:
            company = wizard.company_id
            wizard.country_id = company.country_id or company.account_fiscal_country_id

    @api.depends("customers", "country_id", "ways")
    @api.depends_context("lang")
    def _compute_proposal(self):
        Step = self.env["collection.ruler.step"]
        for wizard in self:
            sample = SAMPLES[wizard._key()]
            wizard.title, wizard.why = self._say(sample.name), self._say(sample.why)
            rows = Markup()
            for step in wizard._steps():
                draft = Step.new(self._step_values(step))
                rows += Markup("<tr><td class='text-nowrap'>%s</td><td>%s</td><td>%s</td></tr>") % (
                    draft.timing,
                    self._channel_label(draft),
                    draft.name,
                )
            wizard.preview = (
                Markup("<table class='table table-sm mb-0'><tbody>%s</tbody></table>") % rows
            )

    def _say(self, text):
        """A text of the samples in the user's language."""
        return self.env._(text)

    def _channel_label(self, step):
        if step.mode == "approve":
            return self.env._("%s, after approval", step._channel_label())
        return step._channel_label()

    def _key(self):
        self.ensure_one()
        union = self.env.ref("base.europe", raise_if_not_found=False)
        return propose(
            self.customers,
            self.country_id.code,
            bool(union) and self.country_id in union.country_ids,
        )

    def _steps(self) -> tuple[SampleStep, ...]:
        """The rungs of the sample that suit the ways of speaking."""
        self.ensure_one()
        steps = SAMPLES[self._key()].steps
        if self.ways == "call":
            return steps
        return tuple(step.without_calls() for step in steps if not step.call)

    @api.model
    def _step_values(self, step):
        values = {
            "name": self._say(step.name),
            "offset_days": step.offset,
            "stage_id": self.env.ref(f"collection_ruler.collection_stage_{step.stage}").id,
        }
        if step.not_to:
            classes = self.env["collection.payer.class"].search([("code", "in", step.not_to)])
            values["skip_profiles"] = [Command.set(classes.ids)]
        if step.is_firm:
            values["spares_turn_of_year"] = True
        if step.words or step.delivers:
            values |= {
                "channel": self.env["collection.channel.email"]._code,
                "mode": "approve" if step.approve else "automatic",
                "delivers_invoice": step.delivers,
                "attach_invoice": step.attach,
                "recipient_role": "escalation" if step.escalates else "billing",
                "copy_salesperson": step.escalates,
            }
            if step.words:
                values["mail_template_id"] = self._template(step.words)
        else:
            kind = "call" if step.call else "todo"
            values |= {
                "channel": self.env["collection.channel.activity"]._code,
                "mode": "task",
                "activity_type_id": self.env.ref(f"mail.mail_activity_data_{kind}").id,
                "activity_note": self._say(step.note),
            }
        return values

    def _template(self, name):
        return self.env.ref(f"collection_ruler.mail_template_{name}").id

    def action_create(self):
        """Make the draft and show it; nothing is sent before somebody activates it."""
        self.ensure_one()
        steps = [self._step_values(step) for step in self._steps()]
        steps += [
            {
                "name": self.env._("Thank you"),
                "trigger": "paid",
                "mail_template_id": self._template("thanks"),
            },
            {
                "name": self.env._("Payment returned"),
                "trigger": "payment_returned",
                "mail_template_id": self._template("returned"),
            },
        ]
        ruler = self.env["collection.ruler"].create(
            {
                "name": self.title,
                "company_id": self.company_id.id,
                "customer_kind": KINDS[self.customers],
                "max_days_overdue": SAMPLES[self._key()].max_days_overdue,
                "owed_min": self.env["collection.smallest.amount"]._of(self.company_id),
                "step_ids": [Command.create(values) for values in steps],
            }
        )
        # the breadcrumb leads back to the list of rulers, whatever was open before
        return {
            "type": "ir.actions.client",
            "tag": "collection_ruler_open_from_list",
            "params": {"action": "collection_ruler.collection_ruler_action", "res_id": ruler.id},
        }
