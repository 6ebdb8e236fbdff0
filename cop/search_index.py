"""The search index: a full-text table per kind, kept by triggers in the transaction of the write.

A view says what is indexed of each kind: id, title, body, and only what may be shown. A trigger on every table that
the view reads puts the rows concerned in again, so that no operation can forget it. Views and triggers are made anew
whenever migrations ran: SQLite rebuilds a table to alter it, which loses its triggers.
docs/decisions/0010-search.md tells why.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

PREFIX = "search_"
"""What the names of the index's tables begin with; they are no models' tables."""


@dataclass(frozen=True)
class Kind:
    """What is found: the view's SELECT, and for each table it reads, which ids a changed row concerns."""

    name: str
    source: str
    watched: tuple[tuple[str, tuple[str, ...], str], ...]
    """Table, the columns that matter, and the ids concerned, where {row} stands for OLD or NEW."""

    @property
    def table(self) -> str:
        """The full-text table."""
        return f"{PREFIX}{self.name}"

    @property
    def view(self) -> str:
        """What should be in it."""
        return f"{PREFIX}{self.name}_source"


KINDS = (
    Kind(
        "community",
        """
        SELECT community.id AS id, community.name AS title,
            community.focus || '\n' || community.charter || '\n' || community.norms || '\n' || coalesce(area.name, '')
            AS body
        FROM community LEFT JOIN area ON area.id = community.area_id
        """,
        (
            ("community", ("name", "focus", "charter", "norms", "area_id"), "{row}.id"),
            ("area", ("name",), "SELECT id FROM community WHERE area_id = {row}.id"),
        ),
    ),
    Kind(
        "session",
        """
        SELECT id, title, agenda || '\n' || topics || '\n' || decisions AS body FROM community_session
        WHERE NOT (status = 'cancelled' AND planned_starts_at IS NULL AND series_id IS NOT NULL)
        """,
        (
            (
                "community_session",
                ("title", "agenda", "topics", "decisions", "status", "planned_starts_at", "series_id"),
                "{row}.id",
            ),
        ),
    ),
    Kind(
        "contribution",
        """
        SELECT contribution.id AS id, contribution.title AS title, coalesce(person.name, '') AS body
        FROM contribution LEFT JOIN person ON person.id = contribution.person_id
        """,
        (
            ("contribution", ("title", "person_id"), "{row}.id"),
            ("person", ("name",), "SELECT id FROM contribution WHERE person_id = {row}.id"),
        ),
    ),
    Kind(
        "resource",
        "SELECT id, title, '' AS body FROM resource WHERE archived_at IS NULL",
        (("resource", ("title", "archived_at"), "{row}.id"),),
    ),
    Kind(
        "item",
        """
        SELECT id, title, description || '\n' || client || '\n' || objective AS body FROM funnel_item
        WHERE merged_into_id IS NULL
        """,
        (("funnel_item", ("title", "description", "client", "objective", "merged_into_id"), "{row}.id"),),
    ),
    Kind(
        "skill",
        """
        SELECT skill.id AS id, skill.name AS title,
            skill.description || '\n' || coalesce(area.name, '') || '\n' || skill.level_0 || '\n' || skill.level_1 || '\n' ||
            skill.level_2 || '\n' || skill.level_3 || '\n' || skill.level_4 AS body
        FROM skill LEFT JOIN area ON area.id = skill.area_id
        WHERE skill.archived_at IS NULL
        """,
        (
            (
                "skill",
                (
                    "name",
                    "description",
                    "area_id",
                    "level_0",
                    "level_1",
                    "level_2",
                    "level_3",
                    "level_4",
                    "archived_at",
                ),
                "{row}.id",
            ),
            ("area", ("name",), "SELECT id FROM skill WHERE area_id = {row}.id"),
        ),
    ),
    Kind(
        "person",
        """
        SELECT person.id AS id, person.name AS title,
            CASE WHEN visible.findable AND visible.show_unit THEN coalesce(org_unit.name, '') ELSE '' END || '\n' ||
            CASE WHEN visible.findable AND visible.show_job_role THEN coalesce(job_role.name, '') ELSE '' END AS body
        FROM person
        LEFT JOIN profile_visibility AS visible ON visible.person_id = person.id
        LEFT JOIN org_unit ON org_unit.id = person.org_unit_id
        LEFT JOIN job_role ON job_role.id = person.job_role_id
        WHERE person.merged_into_id IS NULL
        """,
        (
            ("person", ("name", "org_unit_id", "job_role_id", "merged_into_id"), "{row}.id"),
            ("profile_visibility", ("person_id", "findable", "show_unit", "show_job_role"), "{row}.person_id"),
            ("org_unit", ("name",), "SELECT id FROM person WHERE org_unit_id = {row}.id"),
            ("job_role", ("name",), "SELECT id FROM person WHERE job_role_id = {row}.id"),
        ),
    ),
)
"""What may be shown to everybody of each kind; of people, who may find them is the query's matter."""
_EVENTS = (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))


def is_ours(name: str | None) -> bool:
    """Whether a table or index belongs to the search index, whose tables no model describes."""
    return (name or "").startswith((PREFIX, f"ix_{PREFIX}"))


def uninstall(connection: sa.Connection) -> None:
    """Take views and triggers away, so that migrations can alter the tables that they hang on."""
    if connection.dialect.name == "postgresql":
        for (name,) in connection.exec_driver_sql(
            "SELECT proname FROM pg_proc WHERE proname LIKE 'search\\_keep\\_%%' AND pronamespace = current_schema::regnamespace"
        ).all():
            _run(connection, f"DROP FUNCTION {name}() CASCADE")
    else:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search\\_keep\\_%' ESCAPE '\\'"
        ).all():
            _run(connection, f"DROP TRIGGER {name}")
    for kind in KINDS:
        _run(connection, f"DROP VIEW IF EXISTS {kind.view}")


def install(connection: sa.Connection) -> None:
    """Make tables, views and triggers, and fill the index; expects them to be taken away before."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        _run(connection, _FOLD)
        _run(connection, 'CREATE TABLE IF NOT EXISTS search_word (word text COLLATE "C" NOT NULL)')
        _run(connection, "CREATE INDEX IF NOT EXISTS ix_search_word ON search_word (word)")
    for kind in KINDS:
        for statement in _POSTGRES_TABLE if postgres else _SQLITE_TABLE:
            _run(connection, statement.format(table=kind.table))
        _run(connection, f"CREATE VIEW {kind.view} AS {kind.source}")
        for statement in _postgres_triggers(kind) if postgres else _sqlite_triggers(kind):
            _run(connection, statement)
    rebuild(connection)


def rebuild(connection: sa.Connection) -> None:
    """Fill the whole index anew from what it is about."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        _run(connection, "DELETE FROM search_word")
    for kind in KINDS:
        _run(connection, f"DELETE FROM {kind.table}")  # noqa: S608 - names of ours, as everywhere here
        key = "id" if postgres else "rowid"
        _run(connection, f"INSERT INTO {kind.table} ({key}, title, body) SELECT id, title, body FROM {kind.view}")  # noqa: S608
        if postgres:
            _run(connection, _LEARN.format(table=kind.table, where="true"))


def problems(connection: sa.Connection) -> Iterator[str]:
    """Where the index differs from what it is about, a line for each kind, and triggers that are missing."""
    postgres = connection.dialect.name == "postgresql"
    key = "id" if postgres else "rowid"
    for kind in KINDS:
        there = f"SELECT {key}, title, body FROM {kind.table}"  # noqa: S608
        wanted = f"SELECT id, title, body FROM {kind.view}"  # noqa: S608
        for one, other, words in ((wanted, there, "are missing or old"), (there, wanted, "are there without reason")):
            count = connection.exec_driver_sql(
                f"SELECT count(*) FROM ({one} EXCEPT {other}) AS different"  # noqa: S608
            ).scalar()
            if count:
                yield f"{count} entries of {kind.table} {words}; `python -m cop rebuild-search` puts it right"
    names = "SELECT tgname FROM pg_trigger" if postgres else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    present = set(connection.exec_driver_sql(names).scalars())
    for name in sorted({name for kind in KINDS for name in _trigger_names(kind)} - present):
        yield f"the trigger {name} is missing"


def _run(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _trigger_names(kind: Kind) -> Iterator[str]:
    for table, _columns, _ids in kind.watched:
        for event, _row in _EVENTS:
            yield f"search_keep_{kind.name}_{table}_{event}"


_SQLITE_TABLE = (
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5(title, body, "
        "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    ),
    "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5vocab({table}, row)",
)


def _sqlite_triggers(kind: Kind) -> Iterator[str]:
    for table, columns, ids in kind.watched:
        for event, row in _EVENTS:
            of = f" OF {', '.join(columns)}" if event == "update" else ""
            which = ids.format(row=row)
            again = (
                ""
                if event == "delete" and which == "OLD.id"
                else f"INSERT INTO {kind.table} (rowid, title, body) "  # noqa: S608
                f"SELECT id, title, body FROM {kind.view} WHERE id IN ({which}); "
            )
            yield (
                f"CREATE TRIGGER search_keep_{kind.name}_{table}_{event} AFTER {event.upper()}{of} ON {table} "  # noqa: S608
                f"BEGIN DELETE FROM {kind.table} WHERE rowid IN ({which}); {again}END"
            )


_FOLD = r"""
CREATE OR REPLACE FUNCTION search_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(regexp_replace(normalize(value, NFKD),
        '[\u0300-\u036f]', '', 'g'),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u2bff\u3000-\u3004\u3008-\u3020\ufe00-\ufe0f\U0001f000-\U0001faff]+',
        ' ', 'g'))
$$
"""
"""Without accents, and with a space for whatever is no letter or digit, so that the parser sees plain words only."""
_POSTGRES_TABLE = (
    (
        "CREATE TABLE IF NOT EXISTS {table} (id integer PRIMARY KEY, title text NOT NULL, body text NOT NULL, "
        "vector tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple', search_fold(title)), 'A') || "
        "setweight(to_tsvector('simple', search_fold(body)), 'D')) STORED)"
    ),
    "CREATE INDEX IF NOT EXISTS ix_{table}_vector ON {table} USING gin (vector)",
)
_LEARN = (
    "INSERT INTO search_word SELECT word FROM "
    "(SELECT DISTINCT unnest(tsvector_to_array(vector)) AS word FROM {table} WHERE {where}) AS used "
    "WHERE NOT EXISTS (SELECT 1 FROM search_word AS known WHERE known.word = used.word)"
)
"""The words, for spelling; one that is used nowhere any more stays until the index is rebuilt, and finds nothing. A word
may stand there twice: were it unique, whoever writes a new word would hold up all others who write it."""


def _postgres_triggers(kind: Kind) -> Iterator[str]:
    for table, columns, ids in kind.watched:
        for event, row in _EVENTS:
            name = f"search_keep_{kind.name}_{table}_{event}"
            of = f" OF {', '.join(columns)}" if event == "update" else ""
            which = ids.format(row=row)
            where = f"id IN ({which})"
            yield (  # whoever else puts these in commits first, so that the view is read as they left it
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
                f"PERFORM 1 FROM {kind.table} WHERE {where} ORDER BY id FOR UPDATE; "
                f"DELETE FROM {kind.table} WHERE {where} AND id NOT IN (SELECT id FROM {kind.view} WHERE {where}); "
                f"INSERT INTO {kind.table} (id, title, body) SELECT id, title, body FROM {kind.view} WHERE {where} "
                f"ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body; "
                f"{_LEARN.format(table=kind.table, where=where)}; "
                f"RETURN NULL; END $$"
            )
            yield (f"CREATE TRIGGER {name} AFTER {event.upper()}{of} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
