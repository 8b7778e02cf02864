from odoo import api, models


class CollectionChecked(models.AbstractModel):
    """For records that people make and change: nothing in them may lead to what they may not see (H1).

    Odoo asks by the row as it was whether somebody may write it. So without this a ruler could be given to
    another company, and a dialog be made about another company's customer, whose name it then shows.
    """

    _name = "collection.checked"
    _description = "Collection: records that are checked after they were written"

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: it leads to what its author may not see"""
        records = super().create(vals_list)
        # also what came as a default by the context; what is computed is what they may see
        given = {name for vals in vals_list for name in vals}
        given |= {name for name, field in records._fields.items() if not field.compute}
        given |= {key.removeprefix("default_") for key in self.env.context}
        records._check_targets(given)
        return records

    def write(self, vals):
        """:raise AccessError: its author may not write what became of it, nor see what it leads to"""
        result = super().write(vals)
        if not self.env.su:
            self.check_access("write")
        self._check_targets(vals)
        return result

    def _check_targets(self, names):
        """
        :param names: fields that somebody set
        :raise AccessError: one of them leads to what the user may not see
        """
        if self.env.su:
            return
        for name in names:
            field = self._fields.get(name)
            if field and field.relational and field.store:
                self[name].check_access("read")
