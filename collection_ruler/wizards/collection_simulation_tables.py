from zoneinfo import ZoneInfo

from markupsafe import Markup
from odoo import models
from odoo.tools import format_date

from ..dunning.reason import Reason
from ..models.common.reason_labels import reason_label


class CollectionSimulation(models.TransientModel):
    """The simulated course as people read it: one table, or one column for each ruler (A12)."""

    _inherit = "collection.simulation"

    def _one_table(self, course, calendar):
        _ = self.env._
        rows = Markup().join(self._row(contact, calendar) for contact in course)
        sums = Markup().join(
            Markup("<tr><td class='text-muted'>%s</td><td>%s</td></tr>") % line
            for line in self._sums(course)
        )
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr><th>%s</th><th>%s</th></tr></thead>"
            "<tbody>%s</tbody><tfoot>%s</tfoot></table>"
        ) % (_("When"), _("What, and what moved it"), rows, sums)

    def _tables_side_by_side(self, courses):
        """One line a day and one column a ruler; on a phone each day's words stand below each other, with
        the name of their ruler.

        :param courses: [(ruler, course, calendar, problem)]
        """
        names = [ruler.name for ruler, *_rest in courses]
        lines = []
        days = sorted({contact.day for _ruler, course, *_rest in courses for contact in course})
        for day in days:
            cells = [
                Markup("<hr class='my-1'/>").join(
                    self._cell(contact, calendar) for contact in course if contact.day == day
                )
                for _ruler, course, calendar, _problem in courses
            ]
            when = format_date(self.env, day, date_format="EEE d MMM yyyy")
            lines.append(self._line(when, cells, names))
        foot = []
        if any(problem for *_rest, problem in courses):
            foot.append(self._line("", [problem or "" for *_rest, problem in courses], names))
        sums = [self._sums(course) for _ruler, course, *_rest in courses]
        for pairs in zip(*sums, strict=True):
            foot.append(self._line(pairs[0][0], [value for _label, value in pairs], names))
        heads = Markup().join(Markup("<th>%s</th>") % name for name in names)
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr class='d-none d-md-table-row'><th>%s</th>%s"
            "</tr></thead><tbody>%s</tbody><tfoot class='text-muted'>%s</tfoot></table>"
        ) % (self.env._("When"), heads, Markup().join(lines), Markup().join(foot))

    def _line(self, label, cells, names):
        """A line of the comparison; what is empty takes no room on a phone."""
        tds = Markup().join(
            Markup(
                "<td class='%s d-md-table-cell border-0'>"
                "<div class='d-md-none text-muted small'>%s</div>%s</td>"
            )
            % ("d-block" if cell else "d-none", name, cell)
            for name, cell in zip(names, cells, strict=True)
        )
        return Markup(
            "<tr class='d-block d-md-table-row border-bottom'>"
            "<td class='d-block d-md-table-cell border-0 text-nowrap fw-bold'>%s</td>%s</tr>"
        ) % (label, tds)

    def _sums(self, course):
        """What it comes to: [(label, value)], the same labels for each ruler."""
        _ = self.env._
        messages = [c for c in course if c.step.mode != "task" and not c.step.delivers]
        overdue = [c for c in messages if c.late > 0]
        first = _("none")
        if overdue:
            days = overdue[0].late
            first = _("1 day after due") if days == 1 else _("%s days after due", days)
        last = format_date(self.env, course[-1].day, date_format="EEE d MMM yyyy") if course else ""
        return [
            (_("Messages, the invoice aside"), str(len(messages))),
            (_("Calls and tasks"), str(sum(c.step.mode == "task" for c in course))),
            (_("First overdue word"), first),
            (_("Last contact"), last),
        ]

    def _row(self, contact, calendar):
        """One contact: its day, the words and what they are about, and what moved it."""
        when = format_date(self.env, contact.day, date_format="EEE d MMM yyyy")
        if at := self._time(contact, calendar):
            when = f"{when}, {at}"
        return Markup("<tr><td class='text-nowrap'>%s</td><td>%s</td></tr>") % (
            when,
            self._label(contact, calendar),
        )

    def _cell(self, contact, calendar):
        """One contact in its ruler's column."""
        at = self._time(contact, calendar)
        words = self._label(contact, calendar)
        return Markup("%s %s") % (at, words) if at else words

    def _time(self, contact, calendar):
        """The time of a message; a task has none."""
        if contact.step.mode == "task":
            return ""
        return f"{contact.contact.at.astimezone(ZoneInfo(calendar.timezone)):%H:%M}"

    def _label(self, contact, calendar):
        step = self.env["collection.ruler.step"].sudo().browse(contact.step.id)
        approved = self.env._(", after approval") if contact.step.mode == "approve" else ""
        notes = []
        if self.instalments > 1:
            days = ", ".join(self._due_text(due, calendar) for due in contact.dues)
            notes.append(self.env._("due %s", days))
        if moved := self._say_moved(contact, calendar):
            notes.append(self.env._("Moved: %s", moved))
        return Markup("%s%s") % (
            f"{step.name} ({step._channel_label()}{approved})",
            Markup().join(Markup("<div class='text-muted'>%s</div>") % note for note in notes),
        )

    def _due_text(self, due, calendar):
        """A due date, and the bank day from which it counts where that is another one."""
        words = format_date(self.env, due, date_format="d MMM yyyy")
        day = self._bank_day(due, calendar)
        return self.env._("%(due)s (counts from %(day)s)", due=words, day=day) if day else words

    def _say_moved(self, contact, calendar):
        words = []
        for reason in contact.moved:
            if reason == Reason.CLOSED:
                day = format_date(self.env, contact.nominal, date_format="EEE d MMM")
                holiday = calendar.holiday_name(contact.nominal)
                words.append(f"{day}: {holiday}" if holiday else self.env._("%s is closed", day))
            else:
                words.append(reason_label(self.env, reason))
        return ", ".join(words)
