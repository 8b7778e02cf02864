"""One gate of states: what may not follow is refused, and the log says so (H3)."""

from itertools import product

from odoo.tests import tagged
from odoo.tools import SQL

from ..dunning.states import Forbidden, may_follow
from .common import CollectionCommon

GATE = "odoo.addons.collection_ruler.models.followup.collection_gate"


@tagged("post_install", "-at_install", "quick")
class TestStates(CollectionCommon):
    """A reminder of an invoice that fell due."""

    def setUp(self):
        super().setUp()
        self.activate()
        self.invoice("2026-03-06")
        with self.at("2026-03-09 09:30"):
            self.run_ruler("enrol", "plan")
        self.followup = self.followups()[:1]
        self.item = self.followup.item_ids[:1]

    def pairs(self, records):
        """Each pair of states, with the record in the first of them."""
        states = [state for state in records._states if state]
        for before, after in product(states, states):
            self.env.flush_all()
            # as a person with a database tool would, to begin anywhere
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET state = %s, reason = 'error' WHERE id = %s",
                    SQL.identifier(records._table),
                    before,
                    records.id,
                )
            )
            records.invalidate_recordset()
            yield before, after, may_follow(before, after, records._states)

    def test_records_come_only_to_what_may_follow(self):
        for records in (self.followup, self.item):
            for before, after, allowed in self.pairs(records):
                with self.subTest(model=records._name, before=before, after=after):
                    if allowed:
                        records._move_to(after, "due")
                        self.assertEqual((records.state, records.reason), (after, "due"))
                        continue
                    with self.assertLogs(GATE, "ERROR"), self.assertRaises(Forbidden):
                        records._move_to(after, "due")
                    with self.assertLogs(GATE, "ERROR"), self.assertRaises(Forbidden):
                        records._move_rows(after, ["reason"], [(records.id, "due")])
                    self.assertEqual((records.state, records.reason), (before, "error"))

    def test_bulk_statements_leave_out_what_may_not_follow(self):
        for records in (self.followup, self.item):
            for before, after, allowed in self.pairs(records):
                with self.subTest(model=records._name, before=before, after=after):
                    move = records._move_sql(after, "due", "r")
                    self.env.cr.execute(
                        SQL(
                            "UPDATE %s r SET %s WHERE r.id = %s AND %s",
                            SQL.identifier(records._table),
                            move.assignment,
                            records.id,
                            move.condition,
                        )
                    )
                    records.invalidate_recordset()
                    expected = (after, "due") if allowed else (before, "error")
                    self.assertEqual((records.state, records.reason), expected)

    def test_an_answer_of_the_gateway_that_cannot_be_is_noted(self):
        """The follow-up was taken back: nothing else becomes of it."""
        self.followup._cancel("by_hand")
        self.env.flush_all()
        with self.assertLogs(GATE, "ERROR"):
            self.followup._accepted("2026-03-09 09:31:00")
        self.assertEqual(self.followup.state, "cancelled")
