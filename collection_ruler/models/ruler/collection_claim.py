from odoo import fields, models

from ...dunning.claims import Says


class CollectionClaim(models.Model):
    """What a text may state about a customer; when that is so stands in `dunning/claims.py` (C8)."""

    _name = "collection.claim"
    _description = "What a message states"
    _order = "sequence, id"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, string="It states")
    help = fields.Char(string="It leaves only where")
    sequence = fields.Integer(default=10)

    _code = models.UniqueIndex("(code)", "There is one entry for each statement.")
    _known = models.Constraint(
        "CHECK (code IN ({}))".format(", ".join(f"'{says}'" for says in Says)),
        "Nobody checks such a statement.",
    )


class MailTemplate(models.Model):
    _inherit = "mail.template"

    collection_claim_ids = fields.Many2many(
        "collection.claim",
        "collection_claim_mail_template_rel",
        "template_id",
        "claim_id",
        string="What it states",
        groups="collection_ruler.collection_ruler_group_reader",
        help="Tick each sentence that the text contains, in whatever words. The message leaves only where it "
        "is so; else a person is asked.",
    )
