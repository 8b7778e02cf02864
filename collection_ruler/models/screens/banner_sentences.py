"""Sentences of the banner, each short for the card and long for above the form."""

from datetime import date, datetime
from typing import NamedTuple

from odoo.tools import format_datetime

from ...dunning.reason import Reason
from ..common import clock
from ..common.reason_labels import reason_label
from ..followup.outbox import OUTBOX_PATIENCE
from .dates_in_words import day_words, instant_words, local_day, on_day_words

# so many messages without an answer are worth a word
UNANSWERED = 2


class Sentence(NamedTuple):
    """What comes next, or why nothing does.

    :param short: for the card
    :param long: for the banner
    :param is_waiting: something stops the next message
    """

    short: str
    long: str
    is_waiting: bool


def channel_and_step(env, channel, name):
    """A step by its channel and its name: "E-mail “Forgot?”"."""
    return env["collection.channel"]._named(channel)._announce(name)


def say_silence(env, reason):
    """Nothing is said at all, and why."""
    words = reason_label(env, reason)
    return Sentence(env._("Silent: %s", words), env._("Nothing is said now: %s.", words), True)


def say_never_open(env):
    """No hour suits, and what helps."""
    words = reason_label(env, Reason.NEVER_OPEN)
    return Sentence(
        env._("Silent: %s", words),
        env._(
            "Nothing is said: %s where this customer may live. Complete the address with a state, "
            "or give the contact a time zone.",
            words,
        ),
        True,
    )


def say_hold(env, pause, today):
    """A hold, with whoever set it or what it is about.

    :param pause: Hold
    :param today: local day of the company
    """
    _ = env._
    until = day_words(env, date.fromisoformat(pause.date_to), today) if pause.date_to else ""
    if pause.origin == "reply":
        return _say_reply(env, until)
    if pause.origin == "handover":
        return Sentence(
            _("Handed over to %s", pause.agency),
            _(
                "Handed over to %s: the ruler is silent until somebody takes it back.",
                pause.agency,
            ),
            True,
        )
    origins = dict(env["collection.hold"]._fields["origin"]._description_selection(env))
    why = pause.note or (_("a hold") if pause.origin == "manual" else origins[pause.origin])
    if until:
        return Sentence(
            _("Silent until %(day)s: %(why)s", day=until, why=why),
            _("The ruler is silent until %(day)s: %(why)s.", day=until, why=why),
            True,
        )
    if not pause.note and pause.origin == "manual":
        long = _("The ruler is silent until somebody ends the hold.")
    else:
        long = _("The ruler is silent until somebody ends the hold: %s.", why)
    return Sentence(_("Silent: %s", why), long, True)


def _say_reply(env, until):
    """:param until: day in words, empty for no end"""
    _ = env._
    return Sentence(
        _("Reply waiting"),
        _("A reply waits for an answer; the ruler is silent until %s.", until)
        if until
        else _("A reply waits for an answer; the ruler is silent until somebody ends that."),
        True,
    )


def say_failed(env, message):
    """A message that was not sent."""
    words = env._(
        "“%(step)s” was not sent: %(reason)s",
        step=message.step_name,
        reason=reason_label(env, message.reason),
    )
    return Sentence(words, env._("%s. Look under “What was said”.", words), True)


def say_uncertain(env, message):
    """A message of which nobody knows whether it arrived."""
    words = env._("Did “%s” arrive? Nobody knows", message.step_name)
    long = env._("%s. It is not sent again by itself: ask the customer.", words)
    return Sentence(words, long, True)


def say_pending(env, message, today):
    """A message that has not left yet.

    :param today: local day of the company
    """
    _ = env._
    at = datetime.fromisoformat(message.at)
    what = channel_and_step(env, message.channel, message.step_name)
    if message.state == "to_approve":
        long = _("%s waits for your approval.", what)
        return Sentence(_("%s waits for approval", what), long, True)
    if message.state == "queued":
        return _say_queued(env, what, at, bool(message.failure), today)
    if message.is_lost:
        return Sentence(
            _("%s cannot leave: no address", what),
            _("%s cannot leave: there is no e-mail address. Add one.", what),
            True,
        )
    when = instant_words(env, at, today)
    if message.reason == Reason.PUT_OFF:
        short = _("%(what)s skipped, asked again %(when)s", what=what, when=when)
        return Sentence(short, f"{short}.", True)
    if message.reason and message.reason != Reason.DUE:
        reason = reason_label(env, message.reason)
        return Sentence(
            _("%(what)s waits: %(reason)s", what=what, reason=reason),
            _(
                "%(what)s waits: %(reason)s. It is asked about again %(when)s.",
                what=what,
                reason=reason,
                when=when,
            ),
            True,
        )
    short = _("%(what)s %(when)s", what=what, when=when)
    return Sentence(short, _("%(what)s leaves %(when)s.", what=what, when=when), False)


def _say_queued(env, what, at, met_no_server, today):
    """A message in the outbox; in more words once it has stood there for long.

    :param what: the message, in words
    :param at: naive UTC instant since when it stands there
    :param met_no_server: the mail server could not be reached meanwhile
    """
    _ = env._
    if not met_no_server and at > clock.naive_now(env) - OUTBOX_PATIENCE:
        return Sentence(_("%s is in the outbox", what), _("%s is in the outbox.", what), False)
    day = local_day(env, at)
    since = day_words(env, day, today)
    if day == today:
        since = format_datetime(env, at, dt_format="HH:mm")
    return Sentence(
        _("%(what)s is in the outbox since %(since)s", what=what, since=since),
        _(
            "%(what)s is in the outbox since %(since)s: the mail server has not taken it yet. It leaves "
            "by itself once it does.",
            what=what,
            since=since,
        ),
        True,
    )


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
        return _("Replied %s", on_day_words(env, local_day(env, answered), today))
    if not said:
        return _("The ruler has not written yet") if facts.open_count else False
    when = on_day_words(env, local_day(env, said), today)
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
        "talk": _("We spoke %s", when),
    }.get(last.purpose) or _("Reminded %s", when)
