"""How long subjects and tables are, and by when an answer is asked for (C2, C9)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import ContactCalendar
from dunning.message_shape import MOST_LETTERS, answer_day, rows_shown, subject_line

OFFICE = ContactCalendar("Europe/Dublin", (((540, 1080),),) * 5 + ((), ()), "IE")


@given(st.text(max_size=200))
def test_a_subject_is_one_line_that_a_list_of_mails_shows(text):
    line = subject_line(text)
    assert len(line) < 78
    assert not set(line) & {"\r", "\n", "\t", "\0", "\u2028"}
    assert line == line.strip()


def test_a_long_subject_is_cut_after_a_word_and_a_short_one_stays():
    assert subject_line("Invoice INV/5, due 12 March: still open") == (
        "Invoice INV/5, due 12 March: still open"
    )
    cut = subject_line("Invoice " + "x" * 30 + " " + "y" * 60)
    assert cut == "Invoice " + "x" * 30 + " " + "y" * 37 + "…"
    assert subject_line("word " * 40).endswith("word…")
    assert subject_line("x" * 200) == "x" * (MOST_LETTERS - 1) + "…"


def test_a_line_break_in_a_subject_begins_no_header_of_its_own():
    assert subject_line("Sol\r\nBcc: a@x.example") == "Sol Bcc: a@x.example"
    assert subject_line("$\xa01\u202f234.50") == "$\xa01\u202f234.50"


def test_a_table_shows_twenty_rows_and_one_of_each_currency_at_least():
    assert rows_shown([3]) == [3]
    assert rows_shown([20]) == [20]
    assert rows_shown([120]) == [20]
    assert rows_shown([120, 3]) == [19, 1]
    assert rows_shown([5, 120, 2]) == [5, 14, 1]
    assert rows_shown([]) == []


@given(st.lists(st.integers(0, 300), max_size=6))
def test_no_more_rows_than_there_are_and_no_group_without_any(counts):
    shown = rows_shown(counts)
    assert all(own <= count for own, count in zip(shown, counts, strict=True))
    assert all(own or not count for own, count in zip(shown, counts, strict=True))
    assert sum(shown) == min(20, sum(counts))


def test_an_answer_is_asked_for_in_five_working_days():
    # 17 March is a holiday in Ireland
    assert answer_day(OFFICE, date(2026, 3, 12)) == date(2026, 3, 20)
    assert answer_day(OFFICE, date(2026, 3, 23)) == date(2026, 3, 30)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(1, 10))
def test_the_day_of_the_answer_is_a_working_day_ahead(today, days):
    day = answer_day(OFFICE, today, days)
    assert day > today
    assert OFFICE.is_open_day(day)
