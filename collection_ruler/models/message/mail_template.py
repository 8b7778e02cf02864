import re

from markupsafe import Markup, escape
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.mail import html_normalize
from odoo.tools.rendering_tools import parse_inline_template

from .collection_words import PLACEHOLDERS

# an element that shows a value and, where that is empty, its own text
VALUE = re.compile(r"""<(\w+)\s+t-out=\s*(["'])([\w.]+)\2\s*(?:/>|>\s*([^<>]*?)\s*</\1>)""")


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _collection_keep_templates_of_steps(self):
        """:raise UserError: which steps use the words, and what to do"""
        steps = (
            self.env["collection.ruler.step"].sudo().search([("mail_template_id", "in", self.ids)])
        )
        if steps:
            raise UserError(
                self.env._(
                    "Rulers write with “%(template)s”: %(steps)s. Choose another message for these steps "
                    "first.",
                    template=steps[0].mail_template_id.name,
                    steps="; ".join(f"{step.ruler_id.name}: {step.name}" for step in steps),
                )
            )

    @api.model
    def _render_template_qweb_regex(self, template_src, model, res_ids):
        """Clean the words of our messages once, and fill them in for each; Odoo cleans them for each.

        A test compares both.
        """
        if model != "collection.followup":
            return super()._render_template_qweb_regex(template_src, model, res_ids)
        source = html_normalize(f"<div>{template_src}</div>")
        if source.startswith("<div>") and source.endswith("</div>"):
            source = source[len("<div>") : -len("</div>")]
        # words, then tag, quote, expression and default of a value, words…
        first, *rest = VALUE.split(source)
        values = [rest[number : number + 5] for number in range(0, len(rest), 5)]
        for _tag, _quote, expression, _default, _words in values:
            if not self.env["ir.qweb"]._is_expression_allowed(expression, model):
                raise SyntaxError(f"Only the offered fields can be shown, not {expression!r}")
        followups = self.env[model].browse(res_ids)
        shown = [
            self._collection_values_of(followups, expression) for _t, _q, expression, *_ in values
        ]
        result = {}
        for key in followups.ids:
            pieces = [first]
            for (tag, _quote, _expression, default, words), said in zip(values, shown, strict=True):
                text = escape(said[key] or default or "")
                pieces += [text if tag.lower() == "t" else f"<{tag}>{text}</{tag}>", words]
            result[key] = Markup("".join(pieces))
        return result

    @api.model
    def _render_template_inline_template_regex(self, template_txt, model, res_ids):
        """Subjects, likewise: placeholders are asked for their words, without a field in between."""
        if model != "collection.followup":
            return super()._render_template_inline_template_regex(template_txt, model, res_ids)
        followups = self.env[model].browse(res_ids)
        parts = []
        for text, expression, default in parse_inline_template(str(template_txt)):
            if expression and not self.env["ir.qweb"]._is_expression_allowed(expression, model):
                raise SyntaxError(f"Only the offered fields can be shown, not {expression!r}")
            said = self._collection_values_of(followups, expression) if expression else {}
            parts.append((text, said, default))
        return {
            key: "".join(text + str(said.get(key) or default) for text, said, default in parts)
            for key in followups.ids
        }

    @api.model
    def _render_template_postprocess(self, model, rendered):
        """Odoo looks for links to itself with four expressions; most of our messages have none."""
        if model != "collection.followup":
            return super()._render_template_postprocess(model, rendered)
        local = {key: html for key, html in rendered.items() if '="/' in html or "url(" in html}
        return rendered | super()._render_template_postprocess(model, local)

    def _collection_values_of(self, followups, expression):
        """What an expression like `object.partner_id.name` shows of each message.

        :param followups: ``collection.followup``
        :return: {id: value}; None where there is no such field
        """
        placeholder = expression.removeprefix("object.")
        if placeholder not in PLACEHOLDERS:
            return {followup.id: _path(followup, expression) for followup in followups}
        batch = self.env["collection.spoken"]._of(followups)
        say = self.env["collection.words"]._saying(placeholder)
        return {key: say(batch[key]) for key in followups.ids}


def _path(record, expression):
    """The value at the end of an expression; None for no such field."""
    for name in expression.split(".")[1:]:
        if name not in record._fields:
            return None
        record = record[name]
    return record
