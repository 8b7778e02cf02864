"""Whole sentences of messages, in the reader's language: each is there only where it is true (C1, C8)."""

from markupsafe import Markup, escape

from ...dunning.amounts import sums_of
from ...dunning.greeting import called, can_sign
from ...dunning.message_shape import answer_day
from ..common.formatting import date_text
from ..common.memo import memo_of

PARAGRAPH = Markup("<p>%s</p>")


def greeting(env, contact, lang):
    """How a message begins: by name where it is plain what they are called, else the neutral form.

    :param contact: ``res.partner`` who reads it
    """
    name = called(contact.name, contact.is_company, lang)
    return env._("Hello %s,", name) if name else env._("Hello,")


def signatory(user):
    """Who signs in person: "Administrator" and users without a person's name do not, the company does (C1).

    :param user: ``res.users`` in charge, maybe none
    :return: the same, or none
    """
    signs = user and user.active and not user._is_superuser() and can_sign(user.name)
    return user if signs else user.browse()


def signature(followup):
    """The last lines, each once: who signs, the company, a telephone number."""
    lines = (followup.signatory_name, followup.company_id.name, followup.signatory_phone)
    return Markup("<br/>").join(dict.fromkeys(escape(line) for line in lines if line))


def call_us(followup):
    """Whom to call, where there is a number; empty where there is none."""
    phone = followup.signatory_phone
    if not phone:
        return Markup()
    if followup.signatory_name == followup.company_id.name:
        words = followup.env._("If something is not right, call us on %s.", phone)
    else:
        name = followup.signatory_name
        words = followup.env._(
            "If something is not right, call %(name)s on %(phone)s.", name=name, phone=phone
        )
    return PARAGRAPH % words


def answer_by(followup):
    """The day by which a firm message asks for payment or an answer, in words."""
    memo, debtor = memo_of(followup.env), followup.debtor_id
    key = "answer", debtor.company_id.id, debtor.calendar_key
    if key not in memo:
        memo[key] = answer_day(debtor._place_calendar(), debtor._local_today())
    return date_text(followup.env, memo[key])


def total(followup):
    """What is to be paid in all, to stand before the table (C9); empty where the sentence before it, about
    what is overdue or about all, names the same amount."""
    if followup.purpose == "thanks":
        return Markup()
    totals = followup.env["collection.message.tables"]._totals(followup)
    if len(totals) < 2 and overdue_text(followup) in ("", followup.amount_text):
        return Markup()
    amounts = Markup("<strong>%s</strong>") % " + ".join(totals)
    return PARAGRAPH % followup.env._("To pay in total: %s", amounts)


def attached(followup):
    """That the invoices are attached, where they all are; empty where they are not."""
    moves = followup.instalment_ids.move_id
    files = followup.env["collection.envelope"]._attachments(followup)
    if not files or len(files) < len(moves):
        return Markup()
    one, several = (
        followup.env._("The invoice is attached."),
        followup.env._("The invoices are attached."),
    )
    return PARAGRAPH % (one if len(moves) == 1 else several)


def invoices_text(env, asked):
    """One invoice by its number, of several how many: "invoice INV/5", "3 invoices"."""
    names = list(dict.fromkeys(asked.move_id.mapped("name")))
    if len(names) == 1:
        return env._("invoice %s", names[0] or "")
    return env._("%s invoices", len(names))


def invoices_due_text(env, asked):
    """What a subject names: number and due date, of several how many and the oldest date."""
    names = list(dict.fromkeys(asked.move_id.mapped("name")))
    if not names:
        return ""
    day = date_text(env, asked[0].due_date, "medium")
    if len(names) == 1:
        return env._("Invoice %(number)s, due %(day)s", number=names[0] or "", day=day)
    return env._("%(count)s invoices, the oldest due %(day)s", count=len(names), day=day)


def oldest_due_text(env, asked, today):
    """The due date; of several, that they begin with it.

    :param asked: ``collection.instalment``, the oldest first
    :param today: local day of the customer
    """
    if not asked:
        return ""
    oldest = asked[0].due_date
    words = date_text(env, oldest)
    if asked[-1].due_date == oldest:
        return words
    return env._("from %s", words) if oldest >= today else env._("since %s", words)


def overdue_text(followup):
    """What of it is overdue, in the currency of the message; empty where nothing is."""
    late = sums_of(_late(followup)).get(followup.currency_id.name)
    return followup._own_amount_text(float(late.net)) if late and late.net else ""


def named(followup):
    """The instalments that its sentences name: those of which `overdue_text` is the sum, else all that it
    asks for, or thanks for; the oldest first."""
    asked = followup._asked()
    if followup.purpose == "thanks" or not overdue_text(followup):
        return asked
    ids = {row.owed.id for row in _late(followup) if row.owed.currency == followup.currency_id.name}
    return asked.filtered(lambda i: i.id in ids)


def _late(followup):
    """The overdue rows of its dunning ``Statement``."""
    return followup.env["collection.message.tables"]._statement(followup).overdue
