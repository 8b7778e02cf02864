from odoo import fields, models

from ...dunning.reason import Reason
from ..common import clock
from ..common.memo import Memo
from ..common.reason_labels import reason_selection


class CollectionInstalment(models.Model):
    """Why nothing is said about an instalment at this moment, also where that was not written to it."""

    _inherit = "collection.instalment"

    # without dependencies, like the ruler drawn; a pause writes nothing to what it silences
    waits_because = fields.Selection(
        selection=lambda self: reason_selection(self.env),
        compute="_compute_waits_because",
        compute_sudo=True,
        help="Why nothing is said now: a pause, the ruler, a hold, or what its due step waits for.",
    )

    def _compute_waits_because(self):
        """Ask where the ruler drawn asks, once for all of them (A13, F5)."""
        self.waits_because = False
        line = self.env["collection.ruler.line"].with_context(collection_memo=Memo())
        ruled = self.with_env(line.env).filtered(lambda i: i.is_open and i.ruler_id)
        held, now = line._held(ruled), clock.now(self.env)
        _taken, waits, _left = line._taken(ruled)
        for company, own in ruled.grouped(lambda i: i.debtor_id.company_id).items():
            today = company._collection_calendar().local_day(now)
            for instalment in own:
                why = line._why(instalment, today, held, waits)
                if why != Reason.DUE:  # its message leaves as planned; what comes after it can wait
                    self.browse(instalment.id).waits_because = why
