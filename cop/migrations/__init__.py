"""Schema migrations (Alembic), run at start."""
