"""Templates obey the strict content policy, and every component says what it takes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from lms.styleguide import COMPONENTS, examples

TEMPLATES = Path(settings.BASE_DIR) / "templates"
FORBIDDEN = {
    "an inline style": re.compile(r"""<[a-z][^<>]*\sstyle\s*=""", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an event attribute": re.compile(r"""<[a-z][^<>]*\son[a-z]+\s*=\s*["']""", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}
# Wagtail's admin has its own policy, mails are read without ours.
OUTSIDE = re.compile(r"(^|/)(wagtailadmin|email|emails|mail)/")


def _templates() -> list[Path]:
    return [
        path
        for path in sorted(TEMPLATES.rglob("*.html"))
        if not OUTSIDE.search(path.relative_to(TEMPLATES).as_posix())
    ]


def _components() -> list[str]:
    return sorted(path.stem for path in COMPONENTS.glob("*.html"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_carries_what_the_content_policy_stops(what: str) -> None:
    found = [
        path.relative_to(TEMPLATES).as_posix()
        for path in _templates()
        if FORBIDDEN[what].search(path.read_text())
    ]
    assert found == []


def test_the_search_for_inline_code_finds_it() -> None:
    bad = "<p style='color:red' onclick='x()'>a</p><style>b</style><script>c</script>"
    bad += "<a href='javascript:d'>e</a>"
    assert [what for what, pattern in FORBIDDEN.items() if not pattern.search(bad)] == []


@pytest.mark.parametrize("name", _components())
def test_every_component_begins_by_saying_what_it_takes(name: str) -> None:
    text = (COMPONENTS / f"{name}.html").read_text()
    assert re.match(r"(\{% load [^%]+%\})?\{# .{20,}? #\}", text), name


def test_every_component_stands_on_the_style_guide(rf) -> None:  # type: ignore[no-untyped-def]
    assert sorted(examples(rf.get("/stilguide/"))) == _components()


def test_components_are_included_with_only_what_they_are_given() -> None:
    loose = [
        f"{path.relative_to(TEMPLATES).as_posix()}: {tag}"
        for path in _templates()
        for tag in re.findall(r"{% include [\"']components/[^%]+%}", path.read_text())
        if not re.search(r"\bonly\s*%}$", tag)
    ]
    assert loose == []
