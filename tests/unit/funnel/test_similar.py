"""Items like the one being typed."""

from hypothesis import given
from hypothesis import strategies as st

from cop.funnel.similar import similar

KNOWN = {
    1: "event streaming for the retail client",
    2: "data quality in reporting",
    3: "observability of services",
    4: "quality of data reports",
    5: "streaming",
}


def test_words_in_any_order_and_typing_mistakes():
    assert similar("quality of data in reporting", KNOWN)[0] == 2
    assert similar("event straeming retail", KNOWN)[0] == 1
    assert similar("observabilty of services", KNOWN) == (3,)


def test_part_of_a_longer_title():
    assert similar("event streaming", KNOWN)[0] == 1


def test_a_single_word_finds_only_what_is_nearly_that_word():
    assert similar("streaming", KNOWN) == (5,)


def test_nothing_before_there_is_something_to_go_by():
    assert similar("str", KNOWN) == ()
    assert similar("   q ", KNOWN) == ()
    assert similar("kubernetes operators", KNOWN) == ()


@given(st.dictionaries(st.integers(1, 50), st.text("abc de", max_size=30), max_size=8), st.text("abc de", max_size=30))
def test_never_more_than_asked_for_and_none_twice(known, typed):
    found = similar(typed, known, most=3)
    assert len(found) <= 3
    assert len(set(found)) == len(found)
    assert set(found) <= known.keys()


def test_a_title_typed_as_it_is_comes_first():
    for key, title in KNOWN.items():
        assert similar(title, KNOWN)[0] == key
