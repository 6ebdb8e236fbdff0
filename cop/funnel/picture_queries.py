"""What the funnel's pictures are made of: every stay of every item in a stage."""

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import FunnelItem, StageStay
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor
from cop.query import query

_COLUMNS = {
    "item": "int64", "title": "str", "channel": "str", "stage": "str", "entered_on": "object", "left_on": "object",
}  # fmt: skip


@query("funnel", "organisation", public=True)
def stays(db: DbSession, _actor: Actor | None) -> pd.DataFrame:
    """A row per stay, by the organisation's days, of items that no other stands for.

    Columns: item, title, channel, stage, entered_on, left_on (None while it is there).
    """
    zone = time_zone(db)
    found = db.execute(
        sa.select(
            FunnelItem.id,
            FunnelItem.title,
            sa.type_coerce(FunnelItem.channel, sa.String),
            sa.type_coerce(StageStay.stage, sa.String),
            StageStay.entered_at,
            StageStay.left_at,
        )
        .join(StageStay, StageStay.item_id == FunnelItem.id)
        .where(FunnelItem.merged_into_id.is_(None))
        .order_by(FunnelItem.id, StageStay.id)
    )
    rows = [
        (*told, local_day(entered, zone), local_day(left, zone) if left else None) for *told, entered, left in found
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object").astype(_COLUMNS)
