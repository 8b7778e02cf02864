"""What time it is, in one place: a preview looks at another instant than the present one."""

from datetime import UTC, datetime


class AsOf:
    """Another instant than the present one, in the context key ``collection_as_of``: what will be said
    then is looked at in a transaction that is rolled back.

    A class of its own, so that nobody can send one by RPC.

    :param instant: aware UTC
    """

    def __init__(self, instant: datetime):
        self.instant = instant


def now(env) -> datetime:
    """The present instant, aware UTC, or the one that somebody looks ahead to."""
    as_of = env.context.get("collection_as_of")
    if isinstance(as_of, AsOf):
        return as_of.instant
    return datetime.now(UTC).replace(microsecond=0)


def naive_now(env) -> datetime:
    """`now` as Odoo stores instants: UTC without saying so."""
    return now(env).replace(tzinfo=None)
