"""What the audit trail keeps of an import: enough to see what became of each row, and to take all of it back. Pure.

A created row is named by its id, since it stands in the database; of a changed row its old and new values are kept.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import count, groupby
from typing import Any

from cop.imports.changes import PAIRS, New, Plan, Shelf

Ids = Mapping[New, int]
_Value = Callable[[Shelf, Hashable, str], Any]


def created(plan: Plan, ids: Ids) -> dict[str, Any]:
    """The new rows by table, as runs of ids such as [[1, 621]]; pairs by their first, as the people of each session."""
    rows: dict[str, Any] = {}
    for table, shelf in plan.shelves.items():
        if table in PAIRS:
            first, second = PAIRS[table]
            found: dict[int, list[int]] = defaultdict(list)
            for values in shelf.created.values():
                found[resolve(values[first], ids)].append(resolve(values[second], ids))
            rows[table] = {str(key): those for key, those in found.items()}
        else:
            rows[table] = _runs(ids[key] for key in shelf.created)
    return {table: those for table, those in rows.items() if those}


def before(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """What the changed rows held, by table and row: only the columns that change."""
    return _changed(plan, lambda shelf, key, name: shelf.existing[key][name])


def after(plan: Plan, ids: Ids) -> dict[str, dict[str, dict[str, Any]]]:
    """What the same columns hold now."""
    return _changed(plan, lambda shelf, key, name: resolve(shelf.updated[key][name], ids))


def communities(plan: Plan, ids: Ids) -> dict[str, dict[str, dict[str, int]]]:
    """How many rows were created and changed in each community, by table; who joined or came isn't told there."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for table in _TOLD:
        shelf = plan.shelves[table]
        for fate, keys in (("created", shelf.created), ("changed", shelf.updated)):
            for key in keys:
                room = key if table == "community" else shelf.get(key)["community_id"]
                counts = found.setdefault(str(resolve(room, ids)), {}).setdefault(table, {})
                counts[fate] = counts.get(fate, 0) + 1
    return found


_TOLD = ("community", "facilitator", "session_series", "community_session")


def resolve(value: Any, ids: Ids) -> Any:
    """The value, or the id that a new row got where the value stands for one."""
    return ids[value] if isinstance(value, New) else value


def _changed(plan: Plan, value: _Value) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        table: {
            _row(key): {name: value(shelf, key, name) for name in columns} for key, columns in shelf.updated.items()
        }
        for table, shelf in plan.shelves.items()
        if shelf.updated
    }


def _row(key: Any) -> str:
    """An id, or the session's and the person's of an attendance."""
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _runs(ids: Iterable[int]) -> list[list[int]]:
    """The ids in order, each run of neighbours as its first and last."""
    step = count()
    runs = [list(run) for _, run in groupby(sorted(ids), key=lambda number: number - next(step))]
    return [[run[0], run[-1]] for run in runs]
