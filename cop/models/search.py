"""What people agreed to show when colleagues search for them."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.models.base import Base


class ProfileVisibility(Base, kw_only=True):
    """A person's choice; one who made none is found by nobody but themselves and the office."""

    __tablename__ = "profile_visibility"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    findable: Mapped[bool]
    show_unit: Mapped[bool]
    show_job_role: Mapped[bool]
    show_communities: Mapped[bool]
