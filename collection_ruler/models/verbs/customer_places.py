from odoo import models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ..common import clock
from ..common.memo import Memo


class CollectionEnrol(models.AbstractModel):
    """Where customers live, as far as contact hours go (B1)."""

    _inherit = "collection.enrol"

    def _locate(self, company):
        """Customers live where their address says, and their instalments with them (B1)."""
        located = company.with_context(collection_memo=Memo())
        moved = self._moved_customers(located)
        if not moved:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH place(key, debtors) AS (VALUES %s),
                moved AS (
                    UPDATE collection_debtor d SET calendar_key = place.key
                      FROM place WHERE d.id = ANY(place.debtors)
                    RETURNING d.id, d.calendar_key)
                UPDATE collection_instalment i SET calendar_key = moved.calendar_key
                  FROM moved WHERE i.debtor_id = moved.id
                """,
                SQL(", ").join(SQL("(%s, %s)", key, debtors) for key, debtors in moved.items()),
            )
        )
        for model in ("collection.debtor", "collection.instalment"):
            self.env[model].invalidate_model(["calendar_key"])
        for key, debtors in moved.items():
            self._check_reach(located, key, debtors)

    def _moved_customers(self, company):
        """Whose address says another place than we know: {key of the place: [debtor id]}."""
        for model in ("collection.debtor", "collection.instalment", "res.partner"):
            self.env[model].flush_model()
        lives = SQL(
            """
            SELECT d.calendar_key, p.tz, c.code AS country, s.code AS state, d.id
              FROM collection_debtor d
              JOIN res_partner p ON p.id = d.partner_id
              LEFT JOIN res_country c ON c.id = p.country_id
              LEFT JOIN res_country_state s ON s.id = p.state_id
             WHERE d.company_id = %s
            """,
            company.id,
        )
        # customers are many, places few: who lives where is asked only when somebody moved
        place = SQL("calendar_key, tz, country, state")
        rows = self.env.execute_query(SQL("SELECT DISTINCT %s FROM (%s) lives", place, lives))
        keys = {row: company._collection_locate(*row[1:]).key for row in rows}
        if all(known == key for (known, *_address), key in keys.items()):
            return {}
        rows = self.env.execute_query(
            SQL("SELECT %s, array_agg(id) FROM (%s) lives GROUP BY %s", place, lives, place)
        )
        moved = {}
        for *row, debtors in rows:
            key = keys[tuple(row)]
            if key != row[0]:
                moved.setdefault(key, []).extend(debtors)
        return moved

    def _check_reach(self, company, key, debtor_ids):
        """Whom no hour suits is told to a person, since the ruler will never write to them (B1)."""
        try:
            company._collection_calendar(key=key).first_instant(clock.now(self.env))
        except NeverOpen:
            self.env["collection.debtor"].browse(debtor_ids)._schedule_task(
                self.env._("Find out when this customer can be contacted"),
                self.env._(
                    "No hour is within the contact hours where they may live, so the ruler never writes to "
                    "them. Complete the address with a state, or give the contact a time zone."
                ),
                once=True,
            )
