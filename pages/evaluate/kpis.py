"""The programme's figures, live: cards, then charts, communities by need for help or the sessions behind."""

import streamlit as st

from cop.kpis import queries
from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.load import load
from cop.ui.widgets import kpi_charts, kpi_filters, kpi_tables
from cop.ui.widgets.kpi_empty import nothing_yet

actor = page_actor(Permission.KPI_VIEW)
st.title("KPIs")
bounds = load(queries.bounds)
if bounds is None:
    nothing_yet(actor)
else:
    asked = kpi_filters.ask(actor, bounds)
    kpi_filters.freshness(asked, bounds)
    kpi_charts.cards(asked)
    charts, communities, sessions = st.tabs(
        ["Charts", "Communities by need for help", "Sessions behind the figures"], key="tab", bind="query-params"
    )
    if charts.open:
        with charts:
            kpi_charts.charts(asked)
    if communities.open:
        with communities:
            kpi_tables.communities(asked)
    if sessions.open:
        with sessions:
            kpi_tables.behind(asked)
watch(*queries.FIGURES, "surveys")
