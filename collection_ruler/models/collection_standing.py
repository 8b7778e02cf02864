from odoo import api, models

# what weighs more decides where a debtor stands (decision 14)
GRAVITY = ("handover", "review", "dispute", "hold", "waiting_for_us", "promise")
KIND_OF_HOLD = {"dispute": "dispute", "promise": "promise", "manual": "hold"}


class CollectionStanding(models.AbstractModel):
    """Puts instalments and debtors into stages: facts decide, not people (decision 14)."""

    _name = "collection.standing"
    _description = "Collection: where a debtor stands"

    @api.model
    def _look(self, debtors, today):
        """Read stages and holds once for a batch.

        :return: an object whose ``place(debtor, instalments)`` writes and returns stages
        """
        return _Standing(self.env, debtors, today)


class _Standing:
    def __init__(self, env, debtors, today):
        self.of_kind = {}
        for stage in env["collection.stage"].search([]):
            self.of_kind.setdefault(stage.kind, stage)
        self.none = env["collection.stage"]
        Hold = env["collection.hold"].sudo()
        holds = Hold.search(Hold._in_force(today) & Hold._domain_of(debtors))
        self.holds = holds.grouped("debtor_id")

    def place(self, debtor, instalments):
        """Write the stage of each instalment where it changed; return the debtor's."""
        for instalment in instalments:
            stage = self._stage(debtor, instalment)
            if instalment.stage_id != stage:
                instalment.stage_id = stage
        open_ones = instalments.filtered("is_open")
        if not open_ones:
            return self.of_kind.get("settled", self.none)
        # a dispute about one invoice of four does not take the rest off the board
        going = open_ones.filtered(lambda i: i.stage_id.kind not in ("dispute", "hold"))
        return max((going or open_ones).stage_id, key=self._gravity, default=self.none)

    def _stage(self, debtor, instalment):
        if not instalment.is_open:
            return self.of_kind.get("settled", self.none)
        if instalment.waiting_reason == "past_limit":
            return self.of_kind.get("review", self.none)
        for hold in self.holds.get(debtor, ()):
            if hold.scope == "all" or instalment in hold.instalment_ids:
                kind = KIND_OF_HOLD.get(hold.origin, "waiting_for_us")
                return self.of_kind.get(kind, self.none)
        said = instalment.ruler_id.step_ids.filtered(
            lambda s: s.trigger == "due" and s.stage_id and s.offset_days <= instalment.watermark
        )
        last = max(said, key=lambda s: s.offset_days, default=None)
        return last.stage_id if last else self.of_kind.get("upcoming", self.none)

    @staticmethod
    def _gravity(stage):
        rank = len(GRAVITY) - GRAVITY.index(stage.kind) if stage.kind in GRAVITY else 0
        return rank, stage.sequence, stage.id
