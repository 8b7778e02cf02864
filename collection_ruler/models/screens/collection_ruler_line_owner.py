from odoo import fields, models

# without dependencies: they would be followed at each payment, for a picture that few look at
LINE = {
    "string": "Ruler drawn",
    "compute": "_compute_ruler_line",
    "compute_sudo": True,
    "groups": "collection_ruler.collection_ruler_group_reader",
    "help": "The steps of the ruler around the due date, what became of them, and what comes next.",
}


class CollectionRulerLineOwner(models.AbstractModel):
    """Whoever has instalments: what is drawn is the oldest open one."""

    _name = "collection.ruler.line.owner"
    _description = "Collection: owner of a drawn ruler"

    ruler_line = fields.Json(**LINE)

    def _compute_ruler_line(self):
        Line = self.env["collection.ruler.line"]
        first = Line._first_open(self._ruler_line_owner, self.ids)
        drawn = Line._draw(self.env["collection.instalment"].union(*first.values()))
        for owner in self:
            instalment = first.get(owner._origin.id)
            owner.ruler_line = drawn.get(instalment.id, False) if instalment else False
