from odoo import api, models
from odoo.tools import SQL

IDENTITY_PARAMETER = "collection_ruler.database_identity"


class CollectionDatabase(models.AbstractModel):
    """Whether this database is the one whose customers are written to, or a copy of it (decision 10)."""

    _name = "collection.database"
    _description = "Collection: the database that speaks to customers"

    @api.model
    def _identity(self):
        """What tells this database from a copy of it: the cluster's identifier and the oid."""
        return self.env.execute_query(
            SQL(
                "SELECT system_identifier || '/' || (SELECT oid FROM pg_database "
                "WHERE datname = current_database()) FROM pg_control_system()"
            )
        )[0][0]

    @api.model
    def _remember(self):
        """From now on this database is the one that speaks."""
        self.env["ir.config_parameter"].sudo().set_param(IDENTITY_PARAMETER, self._identity())

    @api.model
    def _pause_in_copy(self):
        """Pause all rulers of a copied or restored database.

        :return: whether this is a copy
        """
        known = self.env["ir.config_parameter"].sudo().get_param(IDENTITY_PARAMETER)
        running = self.env["collection.ruler"].search([("state", "=", "running")])
        if not running or known == self._identity():
            return False
        running.state = "paused"
        for ruler in running:
            ruler.message_post(
                body=self.env._(
                    "This database was copied or restored, so the ruler is paused and nothing is "
                    "sent. Press Resume if customers should hear from this one."
                )
            )
        return True
