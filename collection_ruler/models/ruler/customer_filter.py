"""The customers' filter of a ruler: fixed values, and fields from which no secret can be told (H1)."""

from ast import literal_eval
from collections.abc import Collection

from odoo.exceptions import UserError
from odoo.fields import Domain

# longer ones are no filter that somebody made by hand
MOST_LETTERS = 10_000
# what a customer may be chosen by beyond their own fields: anybody may read it
PUBLIC_MODELS = ("res.country", "res.country.state", "res.partner.category", "res.partner.industry")
OPERATORS = (
    "=",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "in",
    "not in",
    "like",
    "not like",
    "ilike",
    "not ilike",
)
OPERATORS += ("=like", "=ilike", "not =like", "not =ilike", "child_of", "parent_of")


def customers_by(env, text):
    """A filter as people write it, as a domain on ``res.partner``.

    Whoever may write rulers could ask by it, one search after the other, for what they may not read. So
    only what is on the customer itself, without a group of its own, and what all may read is asked for.

    :param text: a list of conditions, empty for all customers
    :raise UserError: it is none, or asks for something else; says what to do about it
    """
    text = (text or "").strip() or "[]"
    if len(text) > MOST_LETTERS:
        raise UserError(env._("It is too long: give these customers a tag and choose by that."))
    try:
        domain = Domain(literal_eval(text))
    except Exception as error:  # whatever a text may do to a parser
        raise UserError(
            env._(
                "It has to be a list of conditions with fixed values, as the filter's editor writes it."
            )
        ) from error
    for condition in domain.iter_conditions():
        _check(env, condition)
    return domain


def _check(env, condition):
    """
    :raise UserError: the condition asks for what a filter may not
    """
    if condition.operator not in OPERATORS:
        raise UserError(env._("“%s” is no comparison for a filter.", condition.operator))
    if not _is_open(env["res.partner"], condition.field_expr.split("."), condition.value):
        raise UserError(
            env._(
                "Customers cannot be chosen by “%s”. Choose by what is written on the customer, or give them "
                "a tag.",
                condition.field_expr,
            )
        )


def _is_open(records, path, value):
    """Whether a condition asks only for what everybody may know who may see the customer."""
    field = records._fields.get(path[0])
    if not field or not field.store or field.groups:
        return False
    if not field.relational:
        return len(path) == 1
    if field.comodel_name in PUBLIC_MODELS:
        return len(path) == 1 or _is_open(records.env[field.comodel_name], path[1:], value)
    # which salesperson or parent it is may be asked, not what else is known of them
    values = value if isinstance(value, Collection) and not isinstance(value, str) else [value]
    return field.type == "many2one" and len(path) == 1 and all(isinstance(v, int) for v in values)
