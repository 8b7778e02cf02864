"""What the tests of messages share: an invoice that is due today, and contacts."""

import re

from .common import CollectionCommon


class MessageCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def due_today(self, **values):
        """The message on the due date, and its invoice."""
        move = self.invoice("2026-03-09", 1234.5, date="2026-03-02", **values)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        return mail, move

    def contact(self, kind, **values):
        return self.env["res.partner"].create(
            {
                "name": f"{kind} desk",
                "parent_id": self.customer.id,
                "type": kind,
                "email": f"{kind}@customer.example.com",
                **values,
            }
        )

    def links(self, mail):
        return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', mail["body"])]
