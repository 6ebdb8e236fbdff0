"""The command line: `python -m cop …`."""

import argparse
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from cop.cli import data, demo, import_step, imports, serve
from cop.errors import CopError

_ENVIRONMENT = """environment:
  COP_DATA_DIR           where the database and the key lie (data/)
  COP_DATABASE_URL       another database, such as postgresql://user@host/cop
  COP_IDLE_HOURS, COP_ABSOLUTE_HOURS
                         how long a sign-in lasts without and with activity (12, 168)
  COP_IMPORT_MEMORY      bytes that a step of an import on the screen may take (4 GB)
  STREAMLIT_SERVER_PORT, STREAMLIT_SERVER_ADDRESS and Streamlit's other variables
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused or problems found, 2 not understood."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        if given[:1] == ["import"]:  # has a command line of its own
            return imports.main(given[1:])
        args = parser().parse_args(given)
        return int(args.command(args))
    except (CopError, OSError) as error:
        print(f"cop: {error}", file=sys.stderr)
        return 1
    except (sqlite3.Error, sa.exc.OperationalError) as error:
        print(f"cop: the database can't be used: {getattr(error, 'orig', error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    made = argparse.ArgumentParser(
        prog="python -m cop",
        description="Runs a company's Communities of Practice programme.",
        epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("demo", demo.demo, "serve an example organisation, made afresh each day in <data>/demo")
    add("run", serve.run, "serve your own organisation; the first start prints a code for setting it up")
    add("check", data.check, "verify the database: file, references, rules, figures, search index")
    add("rebuild-search", data.rebuild_search, "fill the search index anew, where `check` finds that it is not right")
    add("check-schema", data.check_schema, "verify that the migrations make what the models say")

    backup = add("backup", data.backup, "write a verified copy of the database, also while the app runs")
    backup.add_argument("file", type=Path)
    backup.add_argument("--force", action="store_true", help="replace an older backup of that name")

    restore = add("restore", data.restore, "replace the database by a backup; everybody is signed out")
    restore.add_argument("file", type=Path)
    restore.add_argument("--force", action="store_true", help="also replace a database that can't be read any more")

    export = add("export", data.export, "write the whole programme as CSV files in one ZIP file")
    export.add_argument("file", type=Path)
    export.add_argument("--force", action="store_true", help="replace an older export of that name")

    add("load-example", demo.load_example, "load the example organisation into an empty database")
    add("metrics", data.metrics, "print what every figure means: question, numerator, denominator, version")
    reset = add("reset-link", data.reset_link, "make a one-time link with which somebody sets a new password")
    reset.add_argument("username")

    one_step = commands.add_parser("import-step")  # without help: the server itself calls it
    one_step.add_argument("folder")
    one_step.set_defaults(command=import_step.main)
    commands.add_parser("import", help="import files by a mapping; `import --help` tells more")
    return made
