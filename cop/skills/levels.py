"""The words for levels and for importance. Pure."""

from cop.choices import Importance, RequiredLevel, SkillLevel, label

LEVELS = {number: label(level) for number, level in enumerate(SkillLevel)}
"""0–4: none, awareness, working, practitioner, expert."""
REQUIRABLE = {number: label(level) for number, level in enumerate(RequiredLevel, 1)}
DONT_KNOW = "Don't know"
IMPORTANCE = {number: label(importance) for number, importance in enumerate(Importance, 1)}
"""By which a gap is weighted when gaps are ranked."""
MOST_NEEDED = 100_000


def in_words(level: int | None) -> str:
    """The level's name; "Don't know" without one."""
    return DONT_KNOW if level is None else LEVELS[level]
