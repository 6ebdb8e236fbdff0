"""The commands that work on the database."""

import tempfile
from argparse import Namespace
from pathlib import Path

from cop import backup as copies
from cop import integrity, migrate, schema, search_index
from cop.accounts import change
from cop.cli.serve import address
from cop.db import make_engine, transaction
from cop.errors import CopError, NotFound
from cop.kpis.metrics import as_markdown
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.programme.archive import export_to
from cop.schema import open_database
from cop.settings import settings


def check(_args: Namespace) -> int:
    """Print every problem on a line of its own."""
    found = integrity.check(settings(), now=utcnow())
    for problem in found:
        print(problem)
    print(f"{len(found)} problem{'s' if len(found) > 1 else ''} found." if found else "The database is sound.")
    return 1 if found else 0


def check_schema(_args: Namespace) -> int:
    """Compare a freshly migrated database with the models."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.sqlite3'}"
        schema.upgrade(url)
        made = make_engine(url)
        found = migrate.differences(made)
        made.dispose()
    for difference in found:
        print(difference)
    print("The migrations and the models differ." if found else "The migrations make what the models say.")
    return 1 if found else 0


def rebuild_search(_args: Namespace) -> int:
    """Fill the search index anew."""
    open_database(settings())
    with transaction() as db:
        search_index.rebuild(db.connection())
    print("The search index was made anew.")
    return 0


def backup(args: Namespace) -> int:
    """Copy the database."""
    copies.backup(settings(), args.file, force=args.force)
    print(f"Backed up to {args.file} ({args.file.stat().st_size / 1e6:,.1f} MB), verified.")
    return 0


def restore(args: Namespace) -> int:
    """Put a backup in place."""
    done = copies.restore(settings(), args.file, now=utcnow(), force=args.force)
    print(f"Restored {args.file}. Everybody has to sign in again.")
    if done.kept:
        print(f"What was there before is kept as {done.kept}.")
    if done.ended:
        print(f"These surveys were open and have ended, with nothing told of them: {', '.join(done.ended)}.")
    return 0


def export(args: Namespace) -> int:
    """Write everything to a ZIP file of CSV files."""
    open_database(settings())
    rows = export_to(args.file, SYSTEM, force=args.force)
    print(
        f"Exported {rows:,} rows to {args.file} ({args.file.stat().st_size / 1e6:,.1f} MB). It holds names: keep it safe."
    )
    return 0


def metrics(_args: Namespace) -> int:
    """Print what every figure means, as docs/metrics.md tells it."""
    print(as_markdown(), end="")
    return 0


def reset_link(args: Namespace) -> int:
    """Print a link with which the account's owner sets a new password, for when no admin can make one."""
    open_database(settings())
    try:
        account_id = change.account_named(args.username)
    except NotFound as error:
        raise CopError(f"There is no account with the user name {args.username!r}.") from error
    path = change.new_reset_link(SYSTEM, account_id, now=utcnow())
    print(f"{address().url}{path}")
    return 0
