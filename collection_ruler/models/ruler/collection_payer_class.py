from odoo import fields, models

# the values are those of dunning PayerClass
PAYER_CLASSES = [
    ("new", "New"),
    ("punctual", "Punctual"),
    ("forgetful", "Forgetful"),
    ("late", "Late"),
    ("chronic", "Chronic"),
]


class CollectionPayerClass(models.Model):
    """A class of payers, to be selected where a ruler or a step is for some of them (F6)."""

    _name = "collection.payer.class"
    _description = "Payer class"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(PAYER_CLASSES, required=True)
    who = fields.Char(
        string="Whom it means",
        required=True,
        translate=True,
        help="As it stands in a sentence: customers who usually pay late.",
    )
    sequence = fields.Integer(default=10)

    _code = models.UniqueIndex("(code)")
