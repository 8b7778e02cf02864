"""What the tests of the plan share: rulers, steps, and the days on which something was said."""

from odoo import Command

from .common import CollectionCommon


class PlanCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.words = self.words_that_state_nothing()

    def another_ruler(self, name, **values):
        """A second ruler with one step of its own, two days after the due date, running."""
        ruler = self.env["collection.ruler"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "state": "draft",
                "step_ids": [
                    Command.create(
                        {
                            "name": f"{name} reminder",
                            "offset_days": 2,
                            "channel": "email",
                            "mail_template_id": self.words.id,
                        }
                    )
                ],
                **values,
            }
        )
        return ruler

    def add_step(self, offset, name="Inserted", **values):
        return self.env["collection.ruler.step"].create(
            {
                "ruler_id": self.ruler.id,
                "name": name,
                "offset_days": offset,
                "channel": "email",
                "mail_template_id": self.words.id,
                **values,
            }
        )

    def days_said(self, first, last, month="2026-03"):
        """(day, step name) of what arrives on each day of a month."""
        said = []
        for day in range(first, last + 1):
            known = self.followups(state="sent")
            self.day(f"{month}-{day:02}")
            new = (self.followups(state="sent") - known).filtered(lambda f: f.channel == "email")
            said += [(day, f.step_name) for f in new]
        return said
