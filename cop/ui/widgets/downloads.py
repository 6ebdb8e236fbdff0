"""What can be taken along: a table as CSV or Excel, a picture; each made on the click, by the rights one has then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session as DbSession

from cop import exports
from cop.accounts.queries import actor_of_account
from cop.db import reading
from cop.exports import Sheet
from cop.organisation import time_zone
from cop.periods import utcnow
from cop.permissions import Actor
from cop.ui import run

_ICON = ":material/download:"
_MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "zip": "application/zip",
}
Make = Callable[[DbSession, Actor | None], bytes]


@dataclass(frozen=True)
class Offer:
    """A table that can be taken along: its name for people, the export that reads it, and what that is asked for.

    `file` holds the parts of the file's name; the first one is also the button's key.
    """

    name: str
    export: Callable[..., Sheet]
    params: Mapping[str, Any]
    file: tuple[str, ...]


def menu(key: str, *offers: Offer) -> None:
    """A menu of tables, each as CSV and as Excel; what is in it is drawn only while it is open."""
    box = st.popover("Download", icon=_ICON, key=f"download_{key}", on_change="rerun")
    if box.open:
        with box:
            for offer in offers:
                _button(f"{offer.name} as CSV", partial(_csv, offer), "csv", offer.file)
                _button(f"{offer.name} as Excel", partial(_xlsx, offer), "xlsx", offer.file)


def picture(label: str, export: Callable[..., bytes], params: Mapping[str, Any], file: tuple[str, ...]) -> None:
    """A button for a chart as PNG."""
    _button(label, partial(_picture, export, params), "png", file)


def archive(label: str, export: Callable[[Actor | None], bytes], file: tuple[str, ...]) -> None:
    """A button for a ZIP file, whose export reads the database by itself."""
    _button(label, lambda _db, actor: export(actor), "zip", file)


def _button(label: str, make: Make, ending: str, file: tuple[str, ...]) -> None:
    st.download_button(
        label,
        partial(_afresh, make, run.current().actor.account_id),
        file_name=exports.file_name(*file, ending=ending),
        mime=_MIME[ending],
        key=f"{ending}_{file[0]}",
        on_click="ignore",
        icon=_ICON,
    )


def _afresh(make: Make, account_id: int) -> bytes:
    with reading() as db:
        return make(db, actor_of_account(db, account_id, now=utcnow()))


def _csv(offer: Offer, db: DbSession, actor: Actor | None) -> bytes:
    return exports.sheet_to_csv(offer.export(db, actor, **offer.params))


def _xlsx(offer: Offer, db: DbSession, actor: Actor | None) -> bytes:
    return exports.to_xlsx([offer.export(db, actor, **offer.params)], time_zone=time_zone(db))


def _picture(export: Callable[..., bytes], params: Mapping[str, Any], db: DbSession, actor: Actor | None) -> bytes:
    return export(db, actor, **params)
