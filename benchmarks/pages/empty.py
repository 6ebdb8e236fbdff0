"""The page that every other page is compared with."""

from cop.permissions import Permission
from cop.ui.layout import page_actor

page_actor(Permission.OWN_ACCOUNT)
