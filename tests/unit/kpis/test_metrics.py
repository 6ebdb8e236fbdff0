"""The declarations, and the document made from them."""

import pytest

from cop.cli import main
from cop.kpis.metrics import COLUMNS, METRICS, PARTICIPATION, as_markdown
from cop.kpis.panels import PANELS
from cop.settings import ROOT

DOCUMENT = ROOT / "docs" / "metrics.md"


def test_the_document_says_what_the_declarations_say():
    assert DOCUMENT.read_text("utf-8") == as_markdown(), "make it afresh: python -m cop metrics > docs/metrics.md"


def test_the_command_prints_the_document(capsys):
    assert main(["metrics"]) == 0
    assert capsys.readouterr().out == as_markdown()


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_a_declaration_is_complete(metric):
    assert metric.question.endswith("?")
    assert metric.definition.endswith(".")
    assert metric.label[0].isupper()
    assert metric.version >= 1
    assert {metric.numerator, metric.denominator} - {None} <= set(COLUMNS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_the_document_names_everything_about_a_metric(metric):
    start = as_markdown().index(f"## {metric.label}\n")
    section = as_markdown()[start:].split("\n## ")[0]
    below = COLUMNS[metric.denominator] if metric.denominator else "none"
    for text in (metric.key, metric.question, metric.unit, COLUMNS[metric.numerator], below, metric.definition):
        assert text in section
    assert metric.direction.value in section
    assert f"| Version | {metric.version} |" in section


def test_names_are_told_apart_and_every_metric_has_its_chart():
    assert len({metric.key for metric in METRICS}) == len({metric.label for metric in METRICS}) == len(METRICS)
    assert {metric.key for panel in PANELS for metric in panel.metrics} == {metric.key for metric in METRICS}


def test_a_value_needs_its_denominator():
    assert PARTICIPATION.value(3, 4) == 0.75
    assert PARTICIPATION.value(0, 4) == 0
    assert PARTICIPATION.value(0, 0) is None
    assert PARTICIPATION.value(3, None) is None
    assert PARTICIPATION.value(None, 4) is None
