from odoo import api, models


class CollectionVerb(models.AbstractModel):
    """What the four verbs have in common: work is listed, prepared, done in batches."""

    _name = "collection.verb"
    _description = "Collection: one of the four verbs"

    @api.model
    def _todo(self, company):
        """Ids of what this verb has to do now for a root company."""
        raise NotImplementedError

    @api.model
    def _prepare(self, company, ids):
        """What takes long and must not hold locks; committed before the batch."""

    @api.model
    def _batch(self, company, ids):
        """Do the work for these ids in one transaction, without committing."""
        raise NotImplementedError

    @api.model
    def _failed(self, company, unit, error):
        """Tell a person about the one unit that cannot be done; everything else goes on.

        :param unit: id from `_todo`
        """
        debtor = self.env["collection.debtor"].sudo().browse(unit).exists()
        if debtor:
            debtor._tell(
                self.env._("The ruler could not follow up this customer"),
                str(error)[:500],
                once=True,
            )
