from markupsafe import Markup
from odoo import api, models
from odoo.addons.collection_ruler.models.common.formatting import amount_text, date_text
from odoo.addons.collection_ruler.models.common.memo import memo_of


class CollectionFollowup(models.Model):
    """The charges until today as a message names them: apart, and only where its step wants it (D6)."""

    _inherit = "collection.followup"

    @api.depends("step_id.show_charges")
    def _compute_appendix(self):
        super()._compute_appendix()
        naming = self.filtered(lambda f: f._names_charges())
        if not naming:
            return
        counted = naming._counted_charges()
        for followup in naming:
            followup.appendix += followup._charges_table(counted)

    def _names_charges(self):
        self.ensure_one()
        return self.purpose != "thanks" and self.step_id.show_charges

    def _spoken_currencies(self):
        """Also those of the fixed fees that it names."""
        spoken = super()._spoken_currencies()
        if not self._names_charges():
            return spoken
        rules = self.instalment_ids.ruler_id.charge_rule_id
        return spoken | rules.filtered("fee").currency_id

    def _counted_charges(self):
        """What may be charged, for all messages of a batch at once: {instalment id: Counted}.

        Without what open credits may pay: such a message deducts them, and names no charge on them.
        """
        memo = memo_of(self.env)
        batch = self.browse(memo.get("writing", ())) | self
        if memo.get("charges", (None,))[0] != batch.ids:
            asked = batch.filtered(lambda f: f._names_charges()).instalment_ids
            counted = self.env["collection.charge"]._count(asked - asked._with_credits())
            memo["charges"] = (batch.ids, counted)
        return memo["charges"][1]

    def _charges_table(self, counted):
        """The charges as HTML, from a stored view that an administrator may change; empty for none."""
        self.ensure_one()
        Charge = self.env["collection.charge"]
        charged = self.instalment_ids.filtered(lambda i: i.id in counted and counted[i.id].lines)
        totals = Charge._totals(charged, counted)
        if not totals:
            return Markup()
        bases = charged.ruler_id.charge_rule_id.with_context(lang=self.env.lang).mapped("basis")
        return self.env["ir.qweb"]._render(
            "collection_ruler_charges.message_charges",
            {
                "rows": [
                    {
                        "kind": kind,
                        "amount": amount_text(
                            self.env, float(amount), currency, self.names_currencies
                        ),
                    }
                    for (kind, currency), amount in totals.items()
                ],
                "until": date_text(self.env, self.debtor_id._local_today()),
                "bases": list(dict.fromkeys(filter(None, bases))),
            },
        )
