"""Why something isn't told, and counts as they are told, in words. Pure."""

from collections.abc import Sequence

import pandas as pd

from cop.choices import RESTORED
from cop.surveys.audit import Reason
from cop.surveys.change import Change
from cop.surveys.release import bands

NOTHING_REQUIRED = "nothing_required"
NOT_ASKED = "not_asked"
SHORT = {
    Reason.FEW.value: "few",
    Reason.DIFFERENCE.value: "diff.",
    NOTHING_REQUIRED: "–",
    NOT_ASKED: "not asked",
}
"""As a cell of a picture has room for it."""


def why(reason: str, smallest_group: int) -> str:
    """Such as "fewer than 5 known answers"."""
    return {
        Reason.FEW.value: f"fewer than {smallest_group} known answers",
        Reason.DIFFERENCE.value: f"together with other figures it would tell about fewer than {smallest_group} people",
        NOTHING_REQUIRED: "no level is required",
        NOT_ASKED: "not asked in this wave",
        RESTORED: "its answers went with a restore",
    }[reason]


def legend(smallest_group: int) -> str:
    """What the short words in cells mean."""
    told = (f"“{short}”: {why(reason, smallest_group)}" for reason, short in SHORT.items() if reason != NOT_ASKED)
    return ". ".join(told) + ". Hidden is never 0."


def band(low: int, high: int) -> str:
    """A number of people, or two numbers between which it lies."""
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def band_words(counts: Sequence[int]) -> list[str]:
    """The people of each level or option as they are told, from a released row's counts."""
    return [band(low, high) for low, high in bands(counts)]


def share_words(counts: Sequence[int]) -> list[str]:
    """The same as shares of the known answers."""
    known = sum(counts)
    return [
        f"{low / known:.0%}" if low == high else f"{low / known:.0%}–{high / known:.0%}" for low, high in bands(counts)
    ]


def moved(found: Change) -> str:
    """Of a gap that has closed by so much: such as "0.08 smaller (95 %: 0.25 larger to 0.42 smaller), may be chance"."""
    sure = "more than chance" if found.is_clear else "may be chance"
    return f"{_smaller(found.value)} (95 %: {_smaller(found.low)} to {_smaller(found.high)}), {sure}"


def _smaller(by: float) -> str:
    amount = round(abs(by), 2)
    return f"{amount:.2f} {'smaller' if by > 0 else 'larger'}" if amount else "unchanged"


def signed(value: float) -> str:
    """With its sign; 0 has none."""
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


def single(row: pd.Series) -> pd.DataFrame:
    """Answer, people, share: the options of a question with one choice."""
    people, shares = band_words(row["counts"]), share_words(row["counts"])
    return pd.DataFrame({"Answer": list(row["options"]), "People": people, "Share": shares})


def several(rows: pd.DataFrame) -> pd.DataFrame:
    """The same of a question with several choices, of which each has its row; what is hidden stays empty."""
    told = [("", "") if one is None else (band_words(one)[1], share_words(one)[1]) for one in rows["counts"]]
    return pd.DataFrame(
        {"Answer": rows["option"].tolist(), "People": [a for a, _b in told], "Share": [b for _a, b in told]}
    )
