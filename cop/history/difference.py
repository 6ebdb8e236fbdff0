"""What differs between two texts, word by word. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\S+\s*|\s+")
_AROUND = 12
"""Words that are shown of what stayed the same, before and after a change."""
_LONELY = 2
"""Words between two changes that are told as changed, too."""
_MOST = 1_000_000
"""Pairs of equal words beyond which texts aren't compared word by word: the time that it takes grows with them."""


class Part(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    LEFT_OUT = "left_out"
    """Words that stayed the same, too far from any change to be shown: the piece is empty."""


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    part: Part
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in their order; what was removed stands before what came in its place."""
    old, new = _words(before), _words(after)
    found: list[Piece] = []
    for same, first, last, start, end in _steps(old, new):
        if same:
            found += _shortened(new[start:end], begins=start == 0, ends=end == len(new) and last == len(old))
            continue
        found += [Piece(Part.REMOVED, "".join(old[first:last]))] if last > first else []
        found += [Piece(Part.ADDED, "".join(new[start:end]))] if end > start else []
    return tuple(found)


def _words(text: str) -> list[str]:
    """Each word with the space behind it; the last one's doesn't count."""
    return _WORD.findall(text.rstrip())


_Step = tuple[bool, int, int, int, int]
"""Whether it is the same, and where it begins and ends in the one and in the other."""


def _steps(old: list[str], new: list[str]) -> list[_Step]:
    """Words compared without the space behind them, so that the end of a text or line makes none a new one."""
    left, right = [word.rstrip() for word in old], [word.rstrip() for word in new]
    there = Counter(right)
    if sum(count * there[word] for word, count in Counter(left).items()) > _MOST:
        return [(False, 0, len(old), 0, len(new))]
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return _joined([(tag == "equal", first, last, start, end) for tag, first, last, start, end in codes])


def _joined(steps: list[_Step]) -> list[_Step]:
    """Where only a word or two stayed between two changes, they are read more easily as one."""
    found: list[_Step] = []
    for at, (same, first, last, start, end) in enumerate(steps):
        lonely = same and last - first <= _LONELY and 0 < at < len(steps) - 1
        if found and not found[-1][0] and (lonely or not same):
            found[-1] = (False, found[-1][1], last, found[-1][3], end)
        else:
            found.append((same, first, last, start, end))
    return found


def _shortened(words: list[str], *, begins: bool, ends: bool) -> Iterator[Piece]:
    """What stayed the same next to a change; at the text's own ends nothing stands beyond."""
    head = 0 if begins else _AROUND
    tail = 0 if ends else _AROUND
    if len(words) <= head + tail + 1:
        yield Piece(Part.SAME, "".join(words))
        return
    if head:
        yield Piece(Part.SAME, "".join(words[:head]))
    yield Piece(Part.LEFT_OUT, "")
    if tail:
        yield Piece(Part.SAME, "".join(words[-tail:]))
