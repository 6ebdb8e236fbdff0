"""Two texts word by word: by hand, and nothing of either is lost."""

from hypothesis import given
from hypothesis import strategies as st

from cop.history.difference import Part, Piece, difference

SAME, ADDED, REMOVED, LEFT_OUT = Part.SAME, Part.ADDED, Part.REMOVED, Part.LEFT_OUT
NUMBERS = [f"w{number}" for number in range(40)]


def told(before, after):
    return [(piece.part, piece.text) for piece in difference(before, after)]


def test_a_word_for_another():
    """One "what" that stayed between two changes is read with them; the end that stayed isn't."""
    assert told("We meet to share what works.", "We meet to compare what really works.") == [
        (SAME, "We meet to "),
        (REMOVED, "share what "),
        (ADDED, "compare what really "),
        (SAME, "works."),
    ]
    assert told("Everybody may see and hear and say it.", "Everyone may see and hear and sing it.") == [
        (REMOVED, "Everybody "),
        (ADDED, "Everyone "),
        (SAME, "may see and hear and "),
        (REMOVED, "say "),
        (ADDED, "sing "),
        (SAME, "it."),
    ]


def test_from_nothing_and_to_nothing():
    assert told("", "Be kind.") == [(ADDED, "Be kind.")]
    assert told("Be kind.", "") == [(REMOVED, "Be kind.")]
    assert told("", "") == []


def test_lines_that_are_added_start_on_a_line_of_their_own():
    assert told("Be kind.", "Be kind.\n\nAsk first.") == [(SAME, "Be kind.\n\n"), (ADDED, "Ask first.")]
    assert told("Be kind.\nAsk first.", "Be kind.") == [(SAME, "Be kind."), (REMOVED, "Ask first.")]


def test_space_alone_is_no_change():
    assert {part for part, _text in told("Be  kind.\nAsk.", "Be kind. Ask.  ")} <= {SAME, LEFT_OUT}


def test_what_lies_far_from_a_change_is_left_out():
    """Twelve words are kept next to a change; nothing beyond the text's own ends."""
    changed = [*NUMBERS[:20], "new", *NUMBERS[20:]]
    assert told(" ".join(NUMBERS), " ".join(changed)) == [
        (LEFT_OUT, ""),
        (SAME, " ".join(NUMBERS[8:20]) + " "),
        (ADDED, "new "),
        (SAME, " ".join(NUMBERS[20:32]) + " "),
        (LEFT_OUT, ""),
    ]


def test_texts_that_would_take_long_are_told_as_replaced():
    """Ten thousand times the same word: a hundred million pairs."""
    before, after = "a " * 10_000, "a b " * 5_000
    assert difference(before, after) == (
        Piece(REMOVED, before.rstrip()),
        Piece(ADDED, after.rstrip()),
    )


short = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@given(short, short)
def test_both_texts_can_be_read_out_of_the_pieces(old, new):
    pieces = difference(" ".join(old), " ".join(new))
    if old == new:
        assert all(piece.part in {SAME, LEFT_OUT} for piece in pieces)
        return
    assert LEFT_OUT not in {piece.part for piece in pieces}
    for kept, words in ((REMOVED, old), (ADDED, new)):
        read = " ".join(piece.text for piece in pieces if piece.part in {SAME, kept})
        assert read.split() == words
    assert any(piece.part in {ADDED, REMOVED} for piece in pieces)
