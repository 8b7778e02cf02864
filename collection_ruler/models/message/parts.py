"""Parts of many messages, rendered in one go: starting QWeb takes longer than rendering a small part."""

import re

from markupsafe import Markup

# what views are indented with: a third of a message, which every customer would get and we would store
INDENTATION = re.compile(r"\n[ \t\r\n]+")
# after each part of those that are rendered in one go; texts are escaped, so none can say it
PART_ENDS = '<hr class="collection-part-ends"/>'


def render_parts(env, view, parts):
    """Render a part of many messages.

    :param view: that puts PART_ENDS after each of `parts`
    :param parts: [what the part of a message shows]
    :return: list of Markup
    """
    if not parts:
        return []
    return without_indentation(env["ir.qweb"]._render(view, {"parts": parts})).split(PART_ENDS)[:-1]


def without_indentation(html):
    """Markup as a mail client shows it, where a line break with spaces is one space."""
    return Markup(INDENTATION.sub("\n", html))
