"""Every kind of text on its way through an operation into the database and back."""

import unicodedata

import pytest
import sqlalchemy as sa

from cop.catalog import operations as catalog
from cop.db import reading
from cop.errors import Invalid
from cop.execute import execute
from cop.models import AuditEntry, Community
from cop.permissions import SYSTEM
from tests import factories as make
from tests.factories import NOW

KEPT = {
    "right to left": "\u202eright to left\u202c שלום مرحبا",
    "joined": "👩\u200d👩\u200d👧 a\u200bb",
    "decomposed": "Zoe\u0308 \u1100\u1161\u11a8",
    "beyond the basic plane": "𝔘𝔫𝔦 🇪🇸 \U0001f468",
    "mark": "\ufeffmark",
}
REFUSED = {
    "lone surrogate": "a\ud800b",
    "NUL": "a\0b",
    "escape": "a\x1b[31mb",
    "private": "a\ue000b",
    "none": "a\uffffb",
}


def create(**texts: str) -> int:
    base = {"name": "Data", "focus": "A focus", "type": "community", "stage": "potential", "area": ""}
    base |= {"org_unit_id": None, "founded_on": None}
    return execute(catalog.create_community, SYSTEM, now=NOW, **base | texts)


@pytest.fixture(autouse=True)
def organisation(db):
    make.organisation(db)
    make.commit(db)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_it_comes_back_composed_and_otherwise_as_typed(text):
    key = create(name=text, focus=text)
    with reading() as db:
        room = db.get_one(Community, key)
        assert room.name == room.focus == unicodedata.normalize("NFC", text)
        assert db.scalars(sa.select(AuditEntry)).one().after["name"] == room.name


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_stored_everywhere_is_refused_in_words(text):
    with pytest.raises(Invalid) as refused:
        create(name=text, focus=text)
    assert refused.value.errors.keys() == {"name", "focus"}
    assert "can't be stored" in refused.value.errors["name"]


def test_two_spellings_of_one_name_are_one_name():
    create(name="Caf\u00e9")
    with pytest.raises(Invalid) as refused:
        create(name="Cafe\u0301")
    assert "name" in refused.value.errors


def test_100_kb_are_refused_with_both_numbers():
    with pytest.raises(Invalid) as refused:
        create(focus="x" * 100_000)
    assert refused.value.errors == {"focus": "The focus is too long: 100,000 characters, at most 300 fit."}
