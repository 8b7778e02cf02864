"""Sentences of the banner, each short for the card and long for above the form."""

from datetime import date, datetime
from typing import NamedTuple

from odoo.tools import format_datetime

from ...dunning.explanation import Kind
from ...dunning.reason import ASKS_A_PERSON, Reason
from ..common.reason_labels import reason_label
from .dates_in_words import day_label, instant_label, local_day


class Sentence(NamedTuple):
    """What comes next, or why nothing does.

    :param short: for the card
    :param long: for the banner
    """

    short: str
    long: str


def channel_and_step(env, channel, name):
    """A step by its channel and its name: "E-mail “Forgot?”"."""
    return env["collection.channel"]._named(channel)._announce(name)


def say(env, why, today):
    """Why somebody hears from us or not; what comes next is said by the banner itself.

    :param why: `dunning.explanation.Explanation` about a `Hold` or a `Message`
    :param today: local day of the company
    :return: Sentence
    """
    _ = env._
    if why.kind == Kind.HOLD:
        return say_hold(env, why.about, today)
    if why.kind == Kind.FAILED:
        return say_failed(env, why.about)
    if why.kind == Kind.UNCERTAIN:
        return say_uncertain(env, why.about)
    if why.kind == Kind.NEVER_OPEN:
        return say_never_open(env)
    if why.kind == Kind.NOTHING_OPEN:
        return Sentence(_("Nothing is owed"), _("Nothing is owed."))
    if why.kind == Kind.NO_RULER:
        return say_nobody(env, why.reason)
    if why.kind == Kind.NO_FURTHER_STEP:
        long = _("No further step: a person decides what comes next.")
        return Sentence(_("No further step"), long)
    if why.about:
        return say_pending(env, why, today)
    return say_silence(env, why.reason)


def say_silence(env, reason):
    """Nothing is said at all, and why."""
    words = reason_label(env, reason)
    said, colon, advice = words.partition(": ")
    if not colon:
        return Sentence(env._("Silent: %s", words), env._("Nothing is said now: %s.", words))
    # one colon in a sentence: what helps is one of its own
    advice = advice[0].upper() + advice[1:]
    long = env._("Nothing is said now: %(why)s. %(advice)s.", why=said, advice=advice)
    return Sentence(env._("Silent: %s", said), long)


def say_nobody(env, reason):
    """Nobody follows up what is open."""
    if reason == Reason.NO_RULER:
        long = env._("No ruler is switched on: nobody is reminded of what is open here.")
        return Sentence(env._("No ruler is switched on"), long)
    long = env._("No running ruler takes what is open here: nobody is reminded of it.")
    return Sentence(env._("No ruler takes what is open"), long)


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
    )


def say_hold(env, pause, today):
    """A hold, with whoever set it or what it is about.

    :param pause: Hold
    :param today: local day of the company
    """
    _ = env._
    until = day_label(env, date.fromisoformat(pause.date_to), today) if pause.date_to else ""
    if pause.origin == "reply" and not pause.is_answered:
        return _say_reply(env, until)
    if pause.origin == "handover":
        return Sentence(
            _("Handed over to %s", pause.agency),
            _(
                "Handed over to %s: the ruler is paused for this customer until somebody takes it back.",
                pause.agency,
            ),
        )
    origins = dict(env["collection.hold"]._fields["origin"]._description_selection(env))
    why = pause.note or (_("a hold") if pause.origin == "manual" else origins[pause.origin])
    if until:
        return Sentence(
            _("Silent until %(day)s: %(why)s", day=until, why=why),
            _("The ruler is paused for this customer until %(day)s: %(why)s.", day=until, why=why),
        )
    if not pause.note and pause.origin == "manual":
        long = _("The ruler is paused for this customer until somebody ends the hold.")
    else:
        long = _("The ruler is paused for this customer until somebody ends the hold: %s.", why)
    return Sentence(_("Silent: %s", why), long)


def _say_reply(env, until):
    """:param until: day in words, empty for no end"""
    _ = env._
    return Sentence(
        _("Reply waiting"),
        _(
            "A reply waits for an answer, and the ruler is paused for this customer until somebody answers. "
            "After %s a manager is asked.",
            until,
        )
        if until
        else _(
            "A reply waits for an answer, and the ruler is paused for this customer until somebody ends the "
            "hold."
        ),
    )


def say_failed(env, message):
    """A message that was not sent."""
    words = env._(
        "“%(step)s” was not sent: %(reason)s",
        step=message.step_name,
        reason=reason_label(env, message.reason),
    )
    return Sentence(words, env._("%s. Look under “What was said”.", words))


def say_uncertain(env, message):
    """A message of which nobody knows whether it arrived."""
    words = env._("Did “%s” arrive? Nobody knows", message.step_name)
    long = env._("%s. It is not sent again by itself: ask the customer.", words)
    return Sentence(words, long)


def say_pending(env, why, today):
    """A message that has not left yet.

    :param why: `dunning.explanation.Explanation` about a `Message`
    :param today: local day of the company
    """
    _, message = env._, why.about
    at = datetime.fromisoformat(message.at)
    what = channel_and_step(env, message.channel, message.step_name)
    if why.kind == Kind.TO_APPROVE:
        long = _("%s waits for your approval.", what)
        if why.reason in ASKS_A_PERSON:
            words = reason_label(env, why.reason)
            long = _("%(what)s waits for your approval: %(why)s.", what=what, why=words)
        return Sentence(_("%s waits for approval", what), long)
    if why.kind == Kind.QUEUED:
        return _say_queued(env, what, at, why.stops, today)
    if why.kind == Kind.UNREACHABLE:
        return Sentence(
            _("%s cannot leave: no address", what),
            _("%s cannot leave: there is no address to send it to. Add one.", what),
        )
    when = instant_label(env, at, today)
    if why.kind == Kind.SKIPPED_TODAY:
        short = _("%(what)s skipped, asked again %(when)s", what=what, when=when)
        return Sentence(short, f"{short}.")
    if why.kind == Kind.BREAKER:
        return Sentence(
            _("%s waits for a manager", what),
            _(
                "%s waits: far more than usual want to leave, and a manager has to allow it.",
                what,
            ),
        )
    if why.kind == Kind.WAITS:
        return _say_put_off(env, what, why.reason, when)
    short = _("%(what)s %(when)s", what=what, when=when)
    return Sentence(short, _("%(what)s leaves %(when)s.", what=what, when=when))


def _say_put_off(env, what, reason, when):
    """A message that a door put off.

    :param what: the message, in words
    :param when: it is asked about again, in words
    """
    words = {"what": what, "reason": reason_label(env, reason)}
    return Sentence(
        env._("%(what)s waits: %(reason)s", **words),
        env._("%(what)s waits: %(reason)s. It is asked about again %(when)s.", when=when, **words),
    )


def _say_queued(env, what, at, is_stuck, today):
    """A message in the outbox; in more words once it has stood there for long.

    :param what: the message, in words
    :param at: naive UTC instant since when it stands there
    """
    _ = env._
    if not is_stuck:
        return Sentence(_("%s is in the outbox", what), _("%s is in the outbox.", what))
    day = local_day(env, at)
    since = day_label(env, day, today)
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
    )
