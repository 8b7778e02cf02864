"""The turn of the year: no firm word to anybody from 20 December to 2 January.

A step says of itself that it is such a word. On which day it comes is moved past these days, so that all who
look ahead know; a door asks again, since what waited may want to leave within them.
"""

from collections.abc import Mapping
from datetime import date

from .ladder import Ladder, Step
from .reason import Reason

FIRST, LAST = (12, 20), (1, 2)


def is_turn_of_year(day: date) -> bool:
    """Whether a local day lies in these days, the first and the last included."""
    return (day.month, day.day) >= FIRST or (day.month, day.day) <= LAST


def after_turn_of_year(day: date) -> date:
    """The first day afterwards; the day itself where it lies in no such days."""
    if not is_turn_of_year(day):
        return day
    return date(day.year + (day.month == FIRST[0]), LAST[0], LAST[1] + 1)


def too_firm(ladder: Ladder, day: date) -> Mapping[int, Reason]:
    """The steps that are no words for this local day, by step id."""
    if not is_turn_of_year(day):
        return {}
    return {step.id: Reason.TURN_OF_YEAR for step in ladder.steps if step.spares_turn_of_year}


def is_too_firm(step: Step, day: date) -> bool:
    """Whether a step is no word for a local day."""
    return step.spares_turn_of_year and is_turn_of_year(day)
