"""What a batch remembers between its records, and what is known of a mail that came in."""

from typing import NamedTuple

from ...dunning.incoming import Incoming


class Memo(dict):
    """What is read once for one batch, in the context key ``collection_memo``.

    Compared by identity: Odoo compares contexts often.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Agreement(NamedTuple):
    """A person of ours agreed with the customer on another due date, in the context key
    ``collection_agreement``; a list that comes by RPC is none.

    :param why: as the person wrote it, maybe empty
    """

    why: str


# In the context key ``collection_bounce``: what a report says of our messages is written already.
SETTLED = object()
# In the context key ``collection_outbox_held``: the transaction of a channel's queue holds the row of the
# outbox, so a cursor beside it may not touch it. Compared by identity, so nobody can send it by RPC.
QUEUE_HOLDS_IT = object()


def memo_of(env):
    """The memo of the batch, or an empty one that nobody else sees.

    A context can come by RPC, where nobody can send a `Memo`: what is none is not believed.
    """
    memo = env.context.get("collection_memo")
    return memo if isinstance(memo, Memo) else Memo()


def incoming_of(env):
    """What is known of the mail that comes in just now, in the context key ``collection_incoming``; None
    where none does. Nobody can send an `Incoming` by RPC."""
    incoming = env.context.get("collection_incoming")
    return incoming if isinstance(incoming, Incoming) else None


def agreement_of(env):
    """The Agreement by which a due date is changed just now; None where it is changed without one."""
    agreement = env.context.get("collection_agreement")
    return agreement if isinstance(agreement, Agreement) else None


def with_memo(records):
    """The records with the memo of the batch, or with a new one where there is none yet."""
    memo = memo_of(records.env)
    is_there = records.env.context.get("collection_memo") is memo
    return records if is_there else records.with_context(collection_memo=memo)
