"""What a bounce says about the message of ours that came back (C5)."""

from collections.abc import Iterable
from typing import NamedTuple

from .incoming import Failure, Incoming
from .mail_answers import Meaning, clean, meaning_of, take_apart


class Verdict(NamedTuple):
    """What a bounce says about one of our messages.

    :param is_bad_address: the mailbox that we wrote to is not there
    :param gone: the addresses that we wrote to which are not there, where it names them
    :param reached_others: it arrived at other addresses that we wrote to
    """

    meaning: Meaning
    is_bad_address: bool
    said: str
    gone: tuple[str, ...] = ()
    reached_others: bool = False


def verdict_on(incoming: Incoming, own: Iterable[str], ours: Iterable[str] = ()) -> Verdict | None:
    """What a bounce says about a message that it is about.

    A recipient that is not named is our own; one whom we do not know was forwarded to, and says nothing about
    the mailbox that we wrote to.

    :param own: the addresses that the message went to
    :param ours: addresses of colleagues, who got a copy
    :return: None where only copies did not arrive
    """
    own, ours = ({address.lower() for address in known} for known in (own, ours))
    failures = incoming.failures or (Failure((), ""),)
    about_own = [f for f in failures if not f.recipients or own.intersection(f.recipients)]
    counted = about_own or [f for f in failures if not ours.intersection(f.recipients)]
    if not counted:
        return None
    judged = [(meaning_of(take_apart(f.said), is_report=True), f) for f in counted]
    good = [one for one in judged if one[0] != Meaning.BAD_ADDRESS]
    meaning, failure = (good or judged)[0]
    is_bad = bool(about_own) and meaning == Meaning.BAD_ADDRESS
    named = own.intersection(address for f in about_own for address in f.recipients)
    gone = own.intersection(
        address for m, f in judged if m == Meaning.BAD_ADDRESS for address in f.recipients
    )
    said = clean(failure.said)
    return Verdict(meaning, is_bad, said, tuple(sorted(gone)), bool(named) and named < own)
