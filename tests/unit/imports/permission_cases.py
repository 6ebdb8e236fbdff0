"""Whom importing serves."""

from cop.imports.operations import IMPORT, delete_mapping, import_files, save_mapping, undo_import
from cop.imports.queries import preview
from cop.models import AuditEntry, ImportMapping
from cop.permissions import SYSTEM
from tests.factories import NOW
from tests.permissions import OFFICE, Case
from tests.unit.imports.helpers import job


def _params(world, actor):
    return {"plan": preview(world.db, SYSTEM, job=job(), now=NOW)}


def _entry(world, actor):
    entry = AuditEntry(at=NOW, account_id=None, actor_name="x", operation=IMPORT, after={"source": "hr"})
    world.db.add(entry)
    world.db.flush()
    return {"entry_id": entry.id}


def _mapping(world, actor):
    row = ImportMapping(name="HR", content=CONTENT, updated_at=NOW)
    world.db.add(row)
    world.db.flush()
    return {"mapping_id": row.id}


CONTENT = {"source": "hr", "files": [{"kind": "people", "columns": {"key": "nr", "name": "name"}}]}
CASES = {
    import_files: Case(OFFICE, _params),
    undo_import: Case(OFFICE, _entry),
    save_mapping: Case(OFFICE, lambda _world, _actor: {"name": "HR", "content": CONTENT}),
    delete_mapping: Case(OFFICE, _mapping),
}
