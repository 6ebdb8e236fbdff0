"""Which communities help with what somebody lacks or wants to learn, and why. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WANTED = 1
"""What one wants to learn counts as much as one missing level."""


@dataclass(frozen=True)
class Lack:
    """A skill of somebody's: its name, how many levels are missing, and whether they want to learn it."""

    name: str
    gap: int
    wanted: bool


@dataclass(frozen=True)
class Fit:
    """A community and why it fits: skills it serves in which levels are missing, and others one wants to learn."""

    community_id: int
    missing: tuple[tuple[str, int], ...]
    """By how many levels, the largest first."""
    wanted: tuple[str, ...]


def fitting(lacks: Mapping[int, Lack], served: Mapping[int, Iterable[int]]) -> tuple[Fit, ...]:
    """The communities that serve any of these skills, those that help most first; both by id, skills in `lacks`."""
    found = []
    for community_id, skills in served.items():
        useful = sorted((lacks[key] for key in set(skills) & lacks.keys()), key=lambda lack: (-lack.gap, lack.name))
        missing = tuple((lack.name, lack.gap) for lack in useful if lack.gap)
        wanted = tuple(lack.name for lack in useful if lack.wanted and not lack.gap)
        if missing or wanted:
            weight = sum(lack.gap + _WANTED * lack.wanted for lack in useful)
            found.append((weight, Fit(community_id, missing, wanted)))
    return tuple(fit for _weight, fit in sorted(found, key=lambda item: (-item[0], item[1].community_id)))


def reason(fit: Fit) -> str:
    """Such as "Serves Cloud (2 levels to go) and SQL (you want to learn it)"."""
    parts = [f"{name} ({gap} {'level' if gap == 1 else 'levels'} to go)" for name, gap in fit.missing]
    parts += [f"{name} (you want to learn it)" for name in fit.wanted]
    return "Serves " + " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
