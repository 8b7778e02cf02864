from collections import defaultdict

from odoo import api, models

# what moves a step along the ruler
MOVES = {"offset_days", "trigger"}


class CollectionRulerStep(models.Model):
    """Who moved, added or removed a step of a ruler that speaks: a line each in its history (F7).

    A draft says nothing yet, so nobody has to know how it came about.
    """

    _inherit = "collection.ruler.step"

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._trace(
            lambda step: self.env._(
                "Step “%(step)s” added, %(timing)s.", step=step.name, timing=step._timing()
            )
        )
        return steps

    def write(self, vals):
        moving = self._of_speaking_rulers() if not MOVES.isdisjoint(vals) else self.browse()
        before = {step: step._timing() for step in moving}
        result = super().write(vals)
        moved = moving.filtered(lambda step: step._timing() != before[step])
        moved._trace(
            lambda step: self.env._(
                "“%(step)s” moved from %(before)s to %(after)s.",
                step=step.name,
                before=before[step],
                after=step._timing(),
            )
        )
        return result

    def unlink(self):
        lines = self._lines(
            lambda step: self.env._(
                "Step “%(step)s” removed, %(timing)s.", step=step.name, timing=step._timing()
            )
        )
        result = super().unlink()
        self._write_lines(lines)
        return result

    def _of_speaking_rulers(self):
        return self.filtered(lambda step: step.ruler_id.state != "draft")

    def _trace(self, say):
        """Write into the rulers' history what became of these steps.

        :param say: a function that says it of one step
        """
        self._write_lines(self._lines(say))

    def _lines(self, say):
        """:return: {``collection.ruler``: [sentence]}"""
        lines = defaultdict(list)
        for step in self._of_speaking_rulers():
            lines[step.ruler_id].append(say(step))
        return lines

    def _write_lines(self, lines):
        for ruler, own in lines.items():
            for line in own:
                ruler._message_log(body=line)
