from lxml import html as parser
from odoo.fields import Command
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestStepTrace(CollectionCommon):
    """A ruler that speaks keeps in its history who moved, added or removed a step (F7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user(
            "trace_manager", "collection_ruler.collection_ruler_group_manager"
        )

    def setUp(self):
        super().setUp()
        self.forgot = self.step("Forgot?")
        self.mine = self.ruler.with_user(self.manager)

    def said_of(self, ruler, change):
        """What `change` adds to the history, as text, the first first."""
        before = ruler.message_ids
        change()
        self.env.flush_all()
        ruler.invalidate_recordset()
        new = (ruler.message_ids - before).sorted("id")
        self.assertLessEqual(new.author_id, self.manager.partner_id)
        return [parser.fromstring(message.body).text_content() for message in new if message.body]

    def test_a_move_says_from_where_to_where_and_who(self):
        self.activate()
        lines = self.said_of(
            self.ruler,
            lambda: self.mine.write(
                {"step_ids": [Command.update(self.forgot.id, {"offset_days": 7})]}
            ),
        )
        self.assertEqual(lines, ["“Forgot?” moved from 2 days after due to 7 days after due."])

    def test_what_moves_nothing_says_nothing(self):
        self.activate()
        forgot = self.forgot.with_user(self.manager)
        self.assertFalse(
            self.said_of(self.ruler, lambda: forgot.write({"offset_days": 2, "name": "Forgotten?"}))
        )

    def test_added_and_removed_steps_are_named(self):
        self.activate()
        values = {"name": "Second <call>", "channel": "activity", "offset_days": 3}
        added = self.said_of(
            self.ruler, lambda: self.mine.write({"step_ids": [Command.create(values)]})
        )
        self.assertEqual(added, ["Step “Second <call>” added, 3 days after due."])
        step = self.step("Second <call>").with_user(self.manager)
        self.assertEqual(
            self.said_of(self.ruler, step.unlink),
            ["Step “Second <call>” removed, 3 days after due."],
        )

    def test_a_draft_keeps_no_trace(self):
        lines = self.said_of(
            self.ruler,
            lambda: self.mine.write(
                {
                    "step_ids": [
                        Command.update(self.forgot.id, {"offset_days": 7}),
                        Command.create({"name": "Call", "channel": "activity", "offset_days": 3}),
                        Command.delete(self.step("Firm and polite").id),
                    ]
                }
            ),
        )
        self.assertFalse(lines)
