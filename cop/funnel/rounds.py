"""A published round against the one before it. Pure."""

from collections.abc import Mapping

NEW, SAME = "new", "same"


def moves(now: Mapping[int, int | None], before: Mapping[int, int | None]) -> dict[int, str]:
    """How each item's rank changed, by id: "new", "same", "up 3", "down 2"; nothing where a rank is missing."""
    return {key: _move(rank, before[key]) if key in before else NEW for key, rank in now.items()}


def _move(rank: int | None, earlier: int | None) -> str:
    if rank is None or earlier is None:
        return ""
    if rank == earlier:
        return SAME
    return f"up {earlier - rank}" if rank < earlier else f"down {rank - earlier}"
