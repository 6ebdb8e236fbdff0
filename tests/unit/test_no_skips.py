"""In CI a skipped test is a failed one, however it is skipped."""

import os
import re
import subprocess
import sys

import pytest

from cop.settings import ROOT

SKIPS = {
    "called": "def test(): pytest.skip('no tool')",
    "marked": "@pytest.mark.skip(reason='no tool')\ndef test(): pass",
    "conditional": "@pytest.mark.skipif(True, reason='no tool')\ndef test(): pass",
    "fixture": "@pytest.fixture\ndef tool(): pytest.skip('no tool')\ndef test(tool): pass",
    "no_parameters": "@pytest.mark.parametrize('tool', [])\ndef test(tool): pass",
    "module": "pytest.skip('no tool', allow_module_level=True)\ndef test(): pass",
    "import": "pytest.importorskip('no_such_tool')\ndef test(): pass",
}


@pytest.mark.parametrize("ci", [True, False])
def test_a_skip_fails_in_ci_only(tmp_path, ci):
    for how, code in SKIPS.items():
        (tmp_path / f"test_{how}.py").write_text(f"import pytest\n{code}\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    env = {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith(("PYTEST", "COV"))}
    env |= {"PYTHONPATH": str(ROOT)} | ({"CI": "true"} if ci else {})
    command = [sys.executable, "-m", "pytest", "-rfE", "-p", "tests.conftest", "--continue-on-collection-errors"]
    result = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    failed = set(re.findall(r"^(?:FAILED|ERROR) test_(\w+)\.py", result.stdout, re.MULTILINE))
    assert failed == (set(SKIPS) if ci else set()), result.stdout
    assert (result.returncode == 0) is not ci
