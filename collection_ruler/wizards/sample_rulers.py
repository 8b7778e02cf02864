"""The sample rulers that are proposed, as plain data: offsets in days from the due date (A1, A2).

They claim no law: charges and legal notices are for whoever knows the law of the place to add.
"""

from typing import NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# as far ahead of any usual payment term: an invoice leaves once it is posted
ON_POSTING = 90

PERSONS, COMPANIES, BOTH = "persons", "companies", "both"


class SampleStep(NamedTuple):
    """One rung.

    :param words: the message: name of a `mail_template_…` of this add-on; none for a task or delivery
    :param note: what to do, for a task
    :param not_to: codes of the payer classes that it is not for (F6)
    """

    offset: int
    name: str
    words: str | None = None
    stage: str = "reminded"
    attach: bool = False
    approve: bool = False
    delivers: bool = False
    escalates: bool = False
    call: bool = False
    note: str | None = None
    not_to: tuple[str, ...] = ()

    @property
    def is_firm(self) -> bool:
        """Firm words, and formal letters: not to be heard about the turn of the year."""
        return self.stage == "firm"

    def without_calls(self) -> "SampleStep":
        """The same for whoever only writes: nobody stands among those to call."""
        return self._replace(stage="reminded") if self.stage == "call" else self


class SampleRuler(NamedTuple):
    """A whole procedure; thanks and the word about a returned payment belong to each.

    :param max_days_overdue: after so many days people take over (A4)
    """

    name: str
    why: str
    steps: tuple[SampleStep, ...]
    max_days_overdue: int


def _deliver(offset: int, name: str | None = None) -> SampleStep:
    name = name or _lt("Send the invoice")
    return SampleStep(offset, name, stage="upcoming", delivers=True)


def _on_posting() -> SampleStep:
    """So far ahead of any due date that it comes as soon as the invoice is posted."""
    return _deliver(-ON_POSTING, _lt("Send the invoice once it is posted"))


def _call(offset: int) -> SampleStep:
    return SampleStep(
        offset,
        _lt("Call: is anything wrong?"),
        stage="call",
        call=True,
        note=_lt("Ask how we can help: is anything wrong, or is another date needed?"),
    )


def _review(offset: int) -> SampleStep:
    return SampleStep(
        offset,
        _lt("Review"),
        stage="review",
        note=_lt("Continue, agree a plan, hold, or hand over."),
    )


def _letter(offset: int, name: str) -> SampleStep:
    note = _lt("Send a formal letter, and note here when it left.")
    return SampleStep(offset, name, stage="firm", note=note)


SAMPLES = {
    "default": SampleRuler(
        _lt("Ten days before to ten days after"),
        _lt("A short and friendly ruler that suits persons and companies."),
        (
            _deliver(-10),
            SampleStep(-7, _lt("A week before"), "week_before", "upcoming", attach=True),
            # who always pays on time need not be told so
            SampleStep(0, _lt("Due today"), "due_today", not_to=("punctual",)),
            SampleStep(2, _lt("Forgot?"), "forgot", attach=True),
            _call(5),
            SampleStep(8, _lt("Firm and polite"), "firm", "firm", attach=True),
            _review(10),
        ),
        60,
    ),
    "gentle": SampleRuler(
        _lt("Gentle, for consumers"),
        _lt("Long pauses, no charges, and an offer of another date before anything firmer."),
        (
            _deliver(-10),
            SampleStep(-5, _lt("Coming due"), "week_before", "upcoming"),
            SampleStep(3, _lt("Probably slipped through"), "forgot", attach=True),
            SampleStep(12, _lt("Pay now or pick a date"), "another_date"),
            SampleStep(18, _lt("Before we call you"), "last_friendly", attach=True),
            _call(24),
            SampleStep(30, _lt("Firm and polite"), "firm", "firm", attach=True),
            _review(40),
        ),
        60,
    ),
    "business": SampleRuler(
        _lt("Standard, for companies"),
        _lt(
            "Asks accounts payable before the due date what is missing; whoever decides there is "
            "written to after you approve it."
        ),
        (
            _on_posting(),
            SampleStep(-7, _lt("Is everything in order?"), "order_check", "upcoming", attach=True),
            SampleStep(3, _lt("Forgot?"), "forgot", attach=True),
            SampleStep(10, _lt("When will it be paid?"), "when", attach=True),
            _call(15),
            SampleStep(
                22, _lt("To whoever decides"), "escalation", "firm", approve=True, escalates=True
            ),
            _letter(35, _lt("Formal letter")),
            _review(60),
        ),
        90,
    ),
    "brazil": SampleRuler(
        _lt("Brazil"),
        _lt("Closer together, with the invoice again soon after the due date."),
        (
            _deliver(-10),
            SampleStep(-3, _lt("Coming due"), "week_before", "upcoming", attach=True),
            SampleStep(0, _lt("Due today"), "due_today"),
            SampleStep(2, _lt("Forgot?"), "forgot", attach=True),
            _call(5),
            SampleStep(9, _lt("Pay now or pick a date"), "another_date", "call", attach=True),
            SampleStep(15, _lt("Firm and polite"), "firm", "firm", attach=True),
            _letter(25, _lt("Registered notice")),
            _review(45),
        ),
        60,
    ),
    "eu_business": SampleRuler(
        _lt("European Union, companies"),
        _lt("Three e-mails, and after a month a formal notice, which is a task for a person."),
        (
            _on_posting(),
            SampleStep(-7, _lt("Is everything in order?"), "order_check", "upcoming", attach=True),
            SampleStep(3, _lt("Forgot?"), "forgot", attach=True),
            _call(6),
            SampleStep(10, _lt("Firm and polite"), "firm", "firm", attach=True),
            _letter(30, _lt("Formal notice")),
            _review(45),
        ),
        75,
    ),
    "eu_persons": SampleRuler(
        _lt("European Union, consumers"),
        _lt("Without fees, and with an offer of another date."),
        (
            _deliver(-14),
            SampleStep(-7, _lt("A week before"), "week_before", "upcoming", attach=True),
            SampleStep(3, _lt("Forgot?"), "forgot", attach=True),
            SampleStep(10, _lt("Pay now or pick a date"), "another_date", attach=True),
            SampleStep(18, _lt("Before we call you"), "last_friendly", attach=True),
            _call(24),
            SampleStep(32, _lt("Firm and polite"), "firm", "firm", attach=True),
            _review(45),
        ),
        75,
    ),
}


def propose(customers: str, country_code: str | None, in_european_union: bool) -> str:
    """Which sample suits a company.

    :param customers: `persons`, `companies` or `both`
    :param country_code: ISO 3166 code of the company's country
    :return: a key of `SAMPLES`
    """
    if country_code == "BR":
        return "brazil"
    if customers == BOTH:
        return "default"
    if in_european_union:
        return "eu_business" if customers == COMPANIES else "eu_persons"
    return "business" if customers == COMPANIES else "gentle"
