from odoo import fields, models


class CollectionDebtorRefresh(models.Model):
    """A note that something of a debtor changed, left in the transaction that changed it.

    Payments only insert here, so two payments of one customer never collide on the debtor's row; the
    track verb reads the notes, refreshes the debtors and deletes them (decision 6).
    """

    _name = "collection.debtor.refresh"
    _description = "Collection: Debtor to refresh"
    _log_access = False

    debtor_id = fields.Many2one("collection.debtor", required=True, ondelete="cascade", index=True)
    money = fields.Boolean(help="Something was paid, undone or changed in accounting.")
