"""What each of a customer's readers is told: an invoice is asked for from whoever hears of it (B9)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .amounts import oldest_first, past_limit, purse
from .facts import Claim, Snapshot
from .ladder import Step

ZERO = Decimal(0)


def told(snapshot: Snapshot, claim: Claim, step: Step, today: date) -> Snapshot:
    """A snapshot as far as whoever hears of a claim is concerned: what the same reader hears of, and what of
    the customer's credits pays for that. Credits pay for the oldest first, whoever hears of it (D2).

    :param step: by which channel and in which role they hear of the claim
    :param today: local day of the debtor
    """
    key = step.channel, step.role
    own = {c.id for c in snapshot.claims if c.readers.get(key) == claim.readers.get(key)}
    if len(own) == len(snapshot.claims):
        return snapshot
    left, credits = dict(snapshot.credits), dict.fromkeys(snapshot.credits, ZERO)
    for one in sorted(snapshot.claims, key=oldest_first):
        if one.blocked_by is None and not past_limit(snapshot.calendar, one, today):
            name = purse(one.currency, one.account)
            paid = min(max(left.get(name, ZERO), ZERO), one.residual)
            left[name] = left.get(name, ZERO) - paid
            if one.id in own:
                credits[name] = credits.get(name, ZERO) + paid
    claims = tuple(c for c in snapshot.claims if c.id in own)
    return replace(snapshot, claims=claims, credits=credits)


def by_reader(pairs: Iterable[tuple[Claim, Step]]) -> list[tuple[tuple[Claim, Step], ...]]:
    """What one message would say, as the messages that its readers get; the oldest claim's comes first.

    :param pairs: claims and the step due for each, of one channel and role, oldest first
    """
    groups: dict[int | None, list[tuple[Claim, Step]]] = {}
    for claim, step in pairs:
        groups.setdefault(claim.readers.get((step.channel, step.role)), []).append((claim, step))
    return [tuple(own) for own in groups.values()]
