"""What credits pay in full, or what is too little: nobody is asked for it, in writing or by a call (D2, D6).

Credits pay for the oldest of all debts first, so they may pay for one that a message or task is about and
leave the one beside it open.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from .amounts import asked_for, free_of, left_of_each
from .facts import Claim, Snapshot
from .ladder import Step
from .reason import Reason

Pairs = list[tuple[Claim, Step]]


def covered(snapshot: Snapshot, today: date, ids: Iterable[int]) -> frozenset[int]:
    """Those of some claims that credits pay in full.

    :param today: local day of the customer
    """
    if not snapshot.credits:
        return frozenset()
    left = left_of_each(free_of(snapshot, today), snapshot.credits)
    return frozenset(key for key in ids if key in left and not left[key])


def less_covered(snapshot: Snapshot, pairs: Pairs, today: date) -> tuple[Pairs, dict[int, Reason]]:
    """What a message speaks about without what credits pay, which would lend the rest its words; all of it
    where they pay everything.

    :return: (what is left, why the rest is not said)
    """
    paid = covered(snapshot, today, [claim.id for claim, _step in pairs])
    if len(paid) == len(pairs):
        return pairs, {}
    left = [(claim, step) for claim, step in pairs if claim.id not in paid]
    return left, dict.fromkeys(paid, Reason.COVERED)


def needless_tasks(
    snapshot: Snapshot, tasks: Collection[tuple[Claim, Step]], today: date
) -> dict[int, Reason]:
    """Why tasks about claims wait, by their ids: nobody calls about what is paid, or for some cents. What a
    person asks for is made all the same.

    :param tasks: claims and the task that has come for each
    """
    tasks = [(claim, step) for claim, step in tasks if not claim.wanted]
    paid = covered(snapshot, today, [claim.id for claim, _step in tasks])
    reasons = dict.fromkeys(paid, Reason.COVERED)
    by_step: dict[int, list[Claim]] = defaultdict(list)
    for claim, step in tasks:
        if claim.id not in paid and claim.ladder.owed_min:
            by_step[step.id].append(claim)
    for claims in by_step.values():
        _asked, net = asked_for(snapshot, today, [claim.id for claim in claims])
        if snapshot.worth(net) < claims[0].ladder.owed_min:
            reasons.update({claim.id: Reason.TOO_LITTLE for claim in claims})
    return reasons
