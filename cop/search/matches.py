"""Asking the index, in the language of either database: which rows of a kind fit, the best first."""

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.search import spelling
from cop.search.words import Asked, fold, fts5, tsquery
from cop.search_index import PREFIX

MOST = 1_000
"""How many hits are ranked; of more, the newest are shown."""
_KNOWN_WORDS = 20_000
_TITLE_WEIGHT = 8.0


@dataclass(frozen=True)
class Matches:
    """The ids in order, and whether there are more than were looked at."""

    ids: tuple[int, ...]
    more: bool


def matches(db: DbSession, kind: str, asked: Asked, only: sa.Select[int] | None = None) -> Matches:
    """Rows of a kind in which every word stands: hits in titles first, then by how often; among `only`, if given."""
    if not asked.words:
        return Matches((), more=False)
    on_server = db.get_bind().dialect.name == "postgresql"
    key, hit, rank = _postgres(kind, asked) if on_server else _sqlite(kind, asked)
    rows = partial(_ids, db, key, [hit] if only is None else [hit, key.in_(only)])
    newest = rows(key.desc(), limit=MOST + 1)
    if len(newest) > MOST:
        return Matches(tuple(newest[:MOST]), more=True)
    return Matches(tuple(rows(rank, key.desc(), limit=MOST)), more=False)


def _ids(db: DbSession, key: Any, conditions: list[Any], *order: Any, limit: int) -> list[int]:
    return list(db.scalars(sa.select(key).where(*conditions).order_by(*order).limit(limit)))


def _sqlite(kind: str, asked: Asked, *, whole: bool = False) -> tuple[Any, Any, Any]:
    table = sa.table(f"{PREFIX}{kind}", sa.column("rowid", sa.Integer))
    row: Any = sa.literal_column(table.name)
    wanted = fts5(asked).removesuffix(" *" if whole else "")
    return table.c.rowid, row.op("MATCH")(wanted), sa.func.bm25(row, _TITLE_WEIGHT, 1.0)


def _postgres(kind: str, asked: Asked, *, whole: bool = False) -> tuple[Any, Any, Any]:
    table = sa.table(f"{PREFIX}{kind}", sa.column("id", sa.Integer), sa.column("vector"))
    wanted = sa.func.to_tsquery(
        sa.literal_column("'simple'::regconfig"), tsquery(asked).removesuffix(":*" if whole else "")
    )
    return table.c.id, table.c.vector.op("@@")(wanted), sa.func.ts_rank(table.c.vector, wanted).desc()


def spellings(db: DbSession, kind: str, asked: Asked, only: sa.Select[int] | None = None) -> list[Asked]:
    """The same with one word put right, likelier ones first; words of which none like it are known stay.

    Only the words of `only` count, if given: else what isn't suggested would tell of rows that are not shown.
    """
    better = asked
    for index, word in enumerate(asked.words):
        flat = fold(word)
        if len(flat) < spelling.SHORTEST or _is_known(db, kind, flat, only):
            continue
        found = _likely(db, kind, flat, only)
        if not found:
            return []
        if len(asked.words) == 1:
            return [asked.with_word(0, other) for other in found]
        better = better.with_word(index, found[0])
    return [better] if better != asked else []


def _likely(db: DbSession, kind: str, word: str, only: sa.Select[int] | None) -> list[str]:
    """The likeliest words first; those of rows outside `only` take no place from others."""
    if only is None:
        return spelling.likely(word, _known_words(db, kind, word))
    found = spelling.likely(word, _known_words(db, kind, word), most=None)
    return list(islice((other for other in found if _is_known(db, kind, other, only)), spelling.MOST))


def _is_known(db: DbSession, kind: str, word: str, only: sa.Select[int] | None) -> bool:
    """Whether a row of that kind holds the word; the lists of words also know those of rows that are not for all."""
    on_server = db.get_bind().dialect.name == "postgresql"
    key, hit, _rank = (_postgres if on_server else _sqlite)(kind, Asked((word,)), whole=True)
    rows = sa.select(key).where(hit) if only is None else sa.select(key).where(hit, key.in_(only))
    return db.scalar(rows.limit(1)) is not None


def _known_words(db: DbSession, kind: str, word: str) -> list[str]:
    """Words of the index that begin with the same letter, or with the second one where the first two changed places."""
    column, table = _vocabulary(db, kind)
    found: list[str] = []
    for start in sorted({word[0], word[1]}):
        rows = sa.select(column).select_from(table).where(column >= start, column < chr(ord(start) + 1))
        found += db.scalars(rows.order_by(column).limit(_KNOWN_WORDS))
    reach = spelling.mistakes(word)
    return [other for other in found if abs(len(other) - len(word)) <= reach]


def _vocabulary(db: DbSession, kind: str) -> tuple[Any, Any]:
    if db.get_bind().dialect.name == "postgresql":
        table = sa.table("search_word", sa.column("word", sa.String))
        return table.c.word, table
    terms = sa.table(f"{PREFIX}{kind}_words", sa.column("term", sa.String))
    return terms.c.term, terms
