"""The KPI page as one would write it first: tables read whole on every run, charts built each time, stock settings."""

import os

import altair as alt
import pandas as pd
import sqlalchemy as sa
import streamlit as st

engine = sa.create_engine(os.environ["COP_DATABASE_URL"])
with engine.connect() as connection:
    sessions = pd.read_sql("SELECT * FROM community_session", connection, parse_dates=["day"])
    attendance = pd.read_sql("SELECT * FROM attendance", connection)
    members = pd.read_sql("SELECT * FROM membership", connection, parse_dates=["joined_on", "left_on"])
    communities = pd.read_sql("SELECT * FROM community", connection)
    contributions = pd.read_sql("SELECT * FROM contribution", connection, parse_dates=["day"])

sessions["month"] = sessions["day"].dt.to_period("M").dt.to_timestamp()
rows = attendance.merge(sessions[["id", "community_id", "day", "month"]], left_on="session_id", right_on="id")
rows = rows.sort_values("day")
rows["previous"] = rows.groupby(["community_id", "person_id"])["day"].shift()
rows["kind"] = rows["previous"].isna().map({True: "new", False: "returning"})
months = sorted(sessions["month"].unique())[-12:]
recent = rows[rows["month"].isin(months)]
by_month = recent.groupby("month").size().rename("attendances").reset_index()
held = sessions[sessions["month"].isin(months)].groupby("month").size().rename("held").reset_index()
kinds = recent.groupby(["month", "kind"]).size().rename("people").reset_index()
ends = [month + pd.offsets.MonthEnd(0) for month in months]
active = pd.DataFrame(
    {
        "month": months,
        "members": [int(((members.joined_on <= e) & ~(members.left_on <= e)).sum()) for e in ends],
        "active": [
            len(
                rows[(rows.day <= e) & (rows.day > e - pd.Timedelta(days=90))].drop_duplicates(
                    ["community_id", "person_id"]
                )
            )
            for e in ends
        ],
    }
)
table = recent.groupby("community_id").size().rename("attendances").reset_index()
table = table.merge(communities[["id", "name"]], left_on="community_id", right_on="id")[["name", "attendances"]]

st.title("KPIs")
cards = st.columns(6)
for column, (label, value) in zip(
    cards,
    {
        "Members": len(members[members.left_on.isna()]),
        "Active": active["active"].iloc[-1],
        "Sessions": held["held"].sum(),
        "Attendances": by_month["attendances"].sum(),
        "Per session": round(by_month["attendances"].sum() / held["held"].sum(), 1),
        "Contributions": len(contributions),
    }.items(),
    strict=True,
):
    column.metric(label, value)
line = alt.Chart(active.melt("month")).mark_line(point=True)
st.altair_chart(line.encode(x="month:T", y="value:Q", color="variable:N", tooltip=["month:T", "value:Q"]))
st.altair_chart(alt.Chart(held).mark_bar().encode(x="month:T", y="held:Q", tooltip=["month:T", "held:Q"]))
st.altair_chart(alt.Chart(by_month).mark_line(point=True).encode(x="month:T", y="attendances:Q"))
st.altair_chart(alt.Chart(kinds).mark_bar().encode(x="month:T", y="people:Q", color="kind:N", tooltip=["people:Q"]))
st.dataframe(table)
