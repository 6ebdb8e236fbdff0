"""What the figures of surveys and of skills mean, in words: screens and docs/metrics.md read the same. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """A figure: its name, what it is, how it is read. A changed formula gets a new version."""

    label: str
    text: str
    version: int = 1


SEVERITY = Definition(
    "Gap severity",
    "Missing levels ÷ required levels, over the known answers of a group: 0, nothing is missing; 1, everything is. "
    "One person's surplus doesn't make up for another's gap. The required level is that of the unit or job role on the "
    "day the wave closed. Worked out from the published counts and rounded to 0.05.",
)
WEIGHTED = Definition(
    "Weighted severity",
    "Severity × the importance that the unit gives the skill today: 1 normal, 2 high, 3 critical; 1 where nothing is set.",
)
UNKNOWN = Definition(
    "Don't know",
    "The share of a group's answers to the wave that left this question open. It is no number and counts in no mean.",
)
MEAN_LEVEL = Definition("Average level", "The mean of the known levels, 0 none to 4 expert, from the published counts.")
CHANGE = Definition(
    "Gap closed",
    "Severity in the earlier wave - severity in the later one, for the same group and skill, not rounded before. Where "
    "another level was required then, both are measured against that of the later wave, so that a raised bar doesn't "
    "look like lost skill. The 95 % interval comes from the published counts: per wave s² ÷ n + b ÷ n², all ÷ r², "
    "with s² the variance of the gaps, r the required level and b the variance that the blur adds to the sum of the gaps. "
    "Below 10 known answers in either wave there is none.",
)
COVERAGE = Definition(
    "Coverage",
    "People at or above the level that the unit requires ÷ people that it needs, from named profiles as they are now.",
)
BUS_FACTOR = Definition(
    "Bus factor",
    "People at or above the level that the unit requires, from named profiles as they are now. At most 1 is a risk: the "
    "skill hangs on one person. Told where five or more people have said their level, and never as everybody.",
)
DIMENSION = Definition(
    "Dimension",
    "The mean of its questions, 1 to 5; questions in which agreeing is the worse answer are turned. The interval of a "
    "change counts a person's answers to them as if they went together entirely, so it is rather too wide. It compares "
    "the questions that both waves asked in the same words.",
)
RESPONSE_RATE = Definition(
    "Response rate", "People who answered ÷ people asked, in whole per cent, where at least 10 were asked."
)
ALL = (
    SEVERITY,
    WEIGHTED,
    UNKNOWN,
    MEAN_LEVEL,
    CHANGE,
    COVERAGE,
    BUS_FACTOR,
    DIMENSION,
    RESPONSE_RATE,
)


def as_markdown() -> str:
    """The part of docs/metrics.md that tells them."""
    sections = [f"### {found.label}\n\n{found.text} (Version {found.version}.)\n" for found in ALL]
    head = "## Surveys and skills\n\nMade from the declarations in `cop/surveys/definitions.py`.\n"
    return "\n".join([head, *sections])


def help_of(*found: Definition) -> str:
    """Definitions as the help beside a heading."""
    return "\n\n".join(f"**{one.label}**: {one.text}" for one in found)
