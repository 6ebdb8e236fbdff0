"""`python -m cop …`; readable by any Python 3, so that an old one gets an answer and not a traceback."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the very case this is for
    sys.exit("This program needs Python 3.11 or newer, not %d.%d." % sys.version_info[:2])  # noqa: UP031

from cop.cli import main

if __name__ == "__main__":
    sys.exit(main())
