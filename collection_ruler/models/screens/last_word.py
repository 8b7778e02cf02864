"""The last word between a customer and us, in one plain sentence."""

from datetime import datetime

from .dates_in_words import local_day, on_day_label

# so many messages without an answer are worth a word
UNANSWERED = 2


def say_last(env, facts, is_overdue, today):
    """The last word between us, or False.

    :param facts: Facts
    :param is_overdue: whether an answer is missed
    :param today: local day of the company
    """
    _ = env._
    last, answered = facts.last, facts.answered_at
    said = datetime.fromisoformat(last.at) if last else None
    if answered and (not said or answered >= said):
        return _("Replied %s", on_day_label(env, local_day(env, answered), today))
    if not said:
        return _("The ruler has not written yet") if facts.open_count else False
    when = on_day_label(env, local_day(env, said), today)
    # a notice before the due date wants no answer
    if facts.unanswered >= UNANSWERED and last.purpose == "dunning" and is_overdue:
        return _(
            "No answer to %(count)s contacts, the last %(when)s",
            count=facts.unanswered,
            when=when,
        )
    return {
        "thanks": _("Thanked %s", when),
        "delivery": _("Invoice sent %s", when),
        "returned": _("Told %s that a payment came back", when),
        "talk": _("We wrote %s", when)
        if last.channel == env["collection.channel.email"]._code
        else _("We spoke %s", when),
    }.get(last.purpose) or _("Reminded %s", when)
