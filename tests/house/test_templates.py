"""check_templates, part of `make check`, finds what would only show when somebody asks for the page."""

from pathlib import Path
from typing import Any

import pytest

from config.management.commands.check_templates import faults_of

BAD = {
    "<p {% if %}>": "Unexpected end of expression in if tag.",
    '<p style="color: red">': "line 1: inline style",
    '<button onclick="go()">': "line 1: inline event handler",
    "<script>go()</script>": "line 1: inline script",
    '<a href="javascript:go()">': "line 1: javascript: address",
    '{% extends "gone.html" %}': "no template 'gone.html'",
    '{% include "gone.html" %}': "no template 'gone.html'",
    "{% url 'gone' %}": "no address is named 'gone'",
    "{% url 'gone:too' %}": "no address is named 'gone:too'",
    "{% load static %}{% static 'gone.css' %}": "no static file 'gone.css'",
}
GOOD = [
    '<script src="/x.js"></script>',
    '<script type="application/ld+json">{}</script>',
    "{% url 'healthz' %}",
    "{% include name %}",
]


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> Path:
    """A template of this test's own, named page.html."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    return tmp_path / "page.html"


@pytest.mark.parametrize(("text", "fault"), BAD.items())
def test_a_fault_is_named(text: str, fault: str, template: Path) -> None:
    template.write_text(text)
    assert list(faults_of("page.html")) == [fault]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_passes(text: str, template: Path) -> None:
    template.write_text(text)
    assert list(faults_of("page.html")) == []


def test_mail_may_carry_its_style(template: Path) -> None:
    folder = template.parent / "email"
    folder.mkdir()
    (folder / "page.html").write_text('<p style="color: red">')
    assert list(faults_of("email/page.html")) == []
