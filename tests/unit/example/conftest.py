"""When the example organisation of these tests is loaded (`loaded` in tests/conftest.py)."""

from tests.conftest import EXAMPLE_NOW

NOW = EXAMPLE_NOW
