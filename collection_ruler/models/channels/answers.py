"""In what form a channel answers."""

from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

# a gateway that was handed a message and has not answered for so long never will
ANSWER_LIMIT = timedelta(minutes=10)


class Message(NamedTuple):
    """What a message says.

    :param subject: text; channels without subjects keep it for the history
    :param body: Markup as the history shows it
    """

    subject: str
    body: Markup


class Outcome(NamedTuple):
    """What a channel's outbox says of a message that was queued.

    :param state: `sent`, `taken_back` (by a person), `lost` (nothing of it is in the outbox: it is planned
        again), `no_server` (its gateway cannot be reached, and is asked again), `failed` or `waiting`
    :param at: naive UTC instant at which it left, for `sent`
    :param said: what the outbox knows of the reason
    """

    state: str
    at: object = None
    said: str = ""
