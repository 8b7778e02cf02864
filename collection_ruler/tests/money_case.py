"""What the tests about money share: a customer whose reminder was said."""

from .common import CollectionCommon


class MoneyCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def due_on_the_ninth(self, amount=100.0, **values):
        """An invoice whose reminder of a week before was said."""
        move = self.invoice("2026-03-09", amount, date="2026-03-02", **values)
        self.day("2026-03-02")
        return move

    def assert_silent(self, move, reason, day="2026-03-09"):
        """Its step waits for this reason, and nothing is said."""
        self.assertFalse(self.day(day), "something was said")
        self.assertEqual(set(self.instalments(move).mapped("waiting_reason")), {reason})

    def thanks(self):
        return self.followups(purpose="thanks")
