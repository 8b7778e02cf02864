from markupsafe import Markup
from odoo import models
from odoo.addons.collection_ruler.models.common.formatting import amount_text, date_text


def _names_charges(spoken):
    """Whether a message names the charges: only where its step wants it (D6)."""
    return not spoken.is_thanks and spoken.followup.step_id.show_charges


class CollectionSpoken(models.AbstractModel):
    _inherit = "collection.spoken"

    def _currencies(self, spoken):
        """Also those of the fixed fees that it names."""
        names = super()._currencies(spoken)
        if not _names_charges(spoken):
            return names
        rules = spoken.followup.instalment_ids.ruler_id.charge_rule_id
        return names | set(rules.filtered("fee").currency_id.mapped("name"))


class CollectionWords(models.AbstractModel):
    """The charges until today as a message names them: apart (D6)."""

    _inherit = "collection.words"

    def _say_appendix(self, spoken):
        said = super()._say_appendix(spoken)
        return said + self._charges_table(spoken) if _names_charges(spoken) else said

    def _counted_charges(self, spoken):
        """What may be charged, for all messages of a batch at once: {instalment id: Counted}.

        Without what open credits may pay: such a message deducts them, and names no charge on them.
        """
        known = spoken.batch.known
        if "charges" not in known:
            naming = [s.followup.instalment_ids for s in spoken.batch.values() if _names_charges(s)]
            asked = self.env["collection.instalment"].union(*naming)
            known["charges"] = self.env["collection.charge"]._count(asked - asked._with_credits())
        return known["charges"]

    def _charges_table(self, spoken):
        """The charges as HTML, from a stored view that an administrator may change; empty for none."""
        counted = self._counted_charges(spoken)
        charged = spoken.followup.instalment_ids.filtered(
            lambda i: i.id in counted and counted[i.id].lines
        )
        totals = self.env["collection.charge"]._totals(charged, counted)
        if not totals:
            return Markup()
        bases = charged.ruler_id.charge_rule_id.with_context(lang=self.env.lang).mapped("basis")
        return self.env["ir.qweb"]._render(
            "collection_ruler_charges.message_charges",
            {
                "rows": [
                    {
                        "kind": kind,
                        "amount": amount_text(self.env, float(amount), currency, spoken.by_code),
                    }
                    for (kind, currency), amount in totals.items()
                ],
                "until": date_text(self.env, spoken.today),
                "bases": list(dict.fromkeys(filter(None, bases))),
            },
        )
