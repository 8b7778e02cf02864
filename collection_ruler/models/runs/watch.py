from contextlib import suppress
from datetime import timedelta

from odoo import api, models
from odoo.tools import format_date, format_datetime

from ...dunning.calendar import CalendarError
from ..common import clock
from ..company.bank_data import old_bank_data

# without a run for a day; the hour is for clocks that are put back, and for runs that come once a day
SILENCE = timedelta(hours=25)


class CollectionRun(models.Model):
    """A manager hears of runs that did not come, and of bank data that did not (H2, D3)."""

    _inherit = "collection.run"

    @api.model
    def _cron_watch(self):
        """Tell the manager when no run came for a day (H2), or no bank data for days (D3)."""
        for company in self._companies():
            self._note_silence(company)
            with suppress(CalendarError):  # that is told by each run
                self._note_old_bank_data(company)
            self._note_unanswered(company)

    @api.model
    def _note_silence(self, company):
        """Tell the manager when the last run that came to its end is more than a day old."""
        last = self.search(
            [("company_id", "=", company.id), ("state", "=", "done"), ("is_help", "=", False)],
            limit=1,
        ).started_at
        first = min(
            self.env["collection.ruler"]
            .search([("company_id", "=", company.id), ("state", "=", "running")])
            .mapped(lambda r: r.started_at or clock.naive_now(self.env)),
            default=None,
        )
        since = max(filter(None, (last, first)), default=None)
        if first is None or since > clock.naive_now(self.env) - SILENCE:
            return
        self.env["collection.manager.task"]._ask(
            company,
            self.env._("The rulers of %s did not run for a day", company.name),
            self.env._(
                "Nobody was followed up since %s. Look at the scheduled action “Collections: follow up "
                "receivables” and at the run log.",
                format_datetime(self.env, since),
            ),
        )

    @api.model
    def _note_unanswered(self, company):
        """Tell the manager of replies that nobody answered in time (C6)."""
        late = self.env["collection.hold"].search(
            [
                *self.env["collection.hold"]._unanswered(),
                ("company_id", "=", company.id),
                ("date_to", "<", company._collection_today()),
                ("manager_asked_on", "=", False),
            ]
        )
        for hold in late:
            task = self.env["collection.manager.task"]._ask_about(
                hold.debtor_id,
                self.env._("Nobody answered the reply of %s", hold.debtor_id.display_name),
                self.env._(
                    "The next message to this customer wants your approval. Write to them here, tick off "
                    "the task to answer, or end the hold, and the ruler goes on by itself."
                ),
            )
            hold.write(
                {"manager_asked_on": company._collection_today(), "manager_task_id": task.id}
            )

    @api.model
    def _note_old_bank_data(self, company):
        """Tell the manager when what is overdue waits for newer bank data."""
        old = old_bank_data(company)
        if not old:
            return
        self.env["collection.manager.task"]._ask(
            company,
            self.env._("The bank data of %s is old", company.name),
            self.env._(
                "The newest of the journal “%(journal)s” is of %(day)s. A payment may have come, so nobody "
                "is asked for what is overdue. Import the bank statements; archive the journal if nobody "
                "pays into it any more; or change in the settings after how many working days "
                "bank data is old.",
                day=format_date(self.env, old[0]),
                journal=old[1].sudo().name,
            ),
        )
