"""Whole sentences of messages, in the reader's language: each is there only where it is true (C1, C8)."""

from markupsafe import Markup

from ...dunning.greeting import can_sign
from ..common.formatting import date_text
from .spoken import names_of

PARAGRAPH = Markup("<p>%s</p>")


def signatory(user):
    """Who signs in person: "Administrator" and users without a person's name do not, the company does (C1).

    :param user: ``res.users`` in charge, maybe none
    :return: the same, or none
    """
    signs = user and user.active and not user._is_superuser() and can_sign(user.name)
    return user if signs else user.browse()


def call_us(env, name, phone, company):
    """Whom to call, where there is a number; empty where there is none.

    :param name: who signs
    :param company: its name
    """
    if not phone:
        return Markup()
    if name == company:
        words = env._("If something is not right, call us on %s.", phone)
    else:
        words = env._(
            "If something is not right, call %(name)s on %(phone)s.", name=name, phone=phone
        )
    return PARAGRAPH % words


def total(env, amounts):
    """What is to be paid in all.

    :param amounts: texts, one for each currency
    """
    return PARAGRAPH % env._(
        "To pay in total: %s", Markup("<strong>%s</strong>") % " + ".join(amounts)
    )


def attached(env, files, invoices):
    """That the invoices are attached, where they all are; empty where they are not.

    :param files: how many are attached
    :param invoices: how many the message is about
    """
    if not files or files < invoices:
        return Markup()
    one, several = env._("The invoice is attached."), env._("The invoices are attached.")
    return PARAGRAPH % (one if invoices == 1 else several)


def invoices(env, names):
    """One invoice by its number, of several how many: "invoice INV/5", "3 invoices"."""
    if len(names) == 1:
        return env._("invoice %s", names[0])
    return env._("%s invoices", len(names))


def invoices_due(env, pieces):
    """What a subject names: number and due date, of several how many and the oldest date.

    :param pieces: the oldest first
    """
    names = names_of(pieces)
    if not names:
        return ""
    day = date_text(env, pieces[0].due_date, "medium")
    if len(names) == 1:
        return env._("Invoice %(number)s, due %(day)s", number=names[0], day=day)
    return env._("%(count)s invoices, the oldest due %(day)s", count=len(names), day=day)


def oldest_due(env, pieces, today):
    """The due date; of several, that they begin with it.

    :param pieces: the oldest first
    :param today: local day of the customer
    """
    if not pieces:
        return ""
    oldest = pieces[0].due_date
    words = date_text(env, oldest)
    if pieces[-1].due_date == oldest:
        return words
    return env._("from %s", words) if oldest >= today else env._("since %s", words)
