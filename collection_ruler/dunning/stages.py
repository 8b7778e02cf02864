"""Where an instalment and its debtor stand: facts decide, not people (decision 14)."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

# what weighs more decides where a debtor stands
GRAVITY = ("handover", "review", "dispute", "hold", "waiting_for_us", "promise")
# the kind of stage by the origin of a hold; all others wait for us
KIND_OF_HOLD = {
    "dispute": "dispute",
    "promise": "promise",
    "manual": "hold",
    "handover": "handover",
}


class Stage(Protocol):
    """What has to be known of a stage, whatever it is kept in."""

    id: int
    kind: str
    sequence: int


S = TypeVar("S", bound=Stage)


def kind_of_hold(origin: str) -> str:
    """The kind of stage that a hold of this origin puts its instalments into (F5)."""
    return KIND_OF_HOLD.get(origin, "waiting_for_us")


def stage_of(
    of_kind: Mapping[str, S],
    *,
    is_open: bool,
    is_past_limit: bool = False,
    hold: S | None = None,
    was_contacted: bool = False,
    is_over: bool = False,
    watermark: int = 0,
    steps: Iterable[tuple[int, S]] = (),
) -> S | None:
    """The stage of an instalment.

    :param of_kind: the first stage of each kind; a kind that has none leaves the instalment without
    :param is_past_limit: overdue for longer than the ruler speaks (A4)
    :param hold: the stage of the hold that covers it, None for no hold
    :param was_contacted: whether a step ever reached the customer: who joined silently and never heard
        from us was not reminded, however far the ruler stands (A8); where it has nothing left to say
        either, a person decides
    :param is_over: its ruler has nothing left to say
    :param watermark: the highest offset consumed
    :param steps: (offset, stage) of the ruler's steps that have one, the furthest first
    """
    if not is_open:
        return of_kind.get("settled")
    if is_past_limit:
        return of_kind.get("review")
    if hold is not None:
        return hold
    upcoming = of_kind.get("upcoming")
    if not was_contacted:
        return of_kind.get("review", upcoming) if is_over else upcoming
    return next((stage for offset, stage in steps if offset <= watermark), upcoming)


def heaviest(stages: Iterable[S]) -> S | None:
    """The stage of a debtor whose open instalments stand in these; None where nothing is open.

    A dispute about one invoice of four does not take the rest off the board.
    """
    stages = list(stages)
    going = [stage for stage in stages if stage.kind not in ("dispute", "hold")]
    return max(going or stages, key=_gravity, default=None)


def _gravity(stage: Stage) -> tuple[int, int, int]:
    rank = len(GRAVITY) - GRAVITY.index(stage.kind) if stage.kind in GRAVITY else 0
    return rank, stage.sequence, stage.id
