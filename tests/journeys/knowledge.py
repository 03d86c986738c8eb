"""What a learner who has read the lesson knows: the right answers, as the course was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Locator, Page

STARTER = Path(__file__).resolve().parent.parent.parent / "courses" / "starter"
TRUE, FALSE = "Sant", "Falskt"


def lessons(course: str) -> list[dict[str, Any]]:
    """The lessons of a starter course, in order."""
    return [
        yaml.safe_load(path.read_text()) for path in sorted((STARTER / course).glob("[0-9]*.yaml"))
    ]


def _as_shown(text: str) -> re.Pattern[str]:
    """The text as it stands on the page, whatever its tokens became."""
    pieces = (re.escape(piece.strip()) for piece in re.split(r"\[\[[^\]]+\]\]", text))
    return re.compile(r"^\s*" + r".*".join(pieces) + r"\s*$", re.DOTALL)


def _choose(section: Locator, text: str) -> None:
    section.locator("label.choice").filter(
        has=section.page.locator("span", has_text=_as_shown(text))
    ).click()


def _select(section: Locator, row: int, text: str) -> None:
    field = section.locator("select").nth(row)
    wanted = _as_shown(text)
    for option in field.locator("option").all():
        shown = option.text_content() or ""
        if wanted.match(shown):
            field.select_option(value=option.get_attribute("value"))
            return
    raise AssertionError(f"{text!r} cannot be chosen")


def steps_of(section: Locator) -> list[str]:
    """The steps to put in order, as they stand."""
    return section.locator(".order-text").all_text_contents()


def put_in_order(section: Locator, texts: Sequence[str]) -> None:
    """Move the steps until they stand so. Where they do already, say that this is the answer."""
    for place, text in enumerate(texts):
        wanted = _as_shown(text)
        at = next(number for number, step in enumerate(steps_of(section)) if wanted.match(step))
        for number in range(at, place, -1):
            step = section.locator(".order-step").nth(number)
            step.get_by_role("button", name="Flytta upp").click()
    keep = section.get_by_role("button", name="Svara med den här ordningen")
    if keep.is_visible():
        keep.click()


def answer_rightly(page: Page, questions: list[dict[str, Any]]) -> None:
    """Answer the questions of the lesson on the page, each with what is right."""
    sections = page.locator("section.question")
    assert sections.count() == len(questions)
    for section, question in zip(sections.all(), questions, strict=True):
        kind = question["kind"]
        if kind == "truefalse":
            _choose(section, TRUE if question["correct"] else FALSE)
        elif kind in ("single", "multiple"):
            for option in question["options"]:
                if option.get("correct"):
                    _choose(section, option["text"])
        elif kind == "ordering":
            put_in_order(section, question["items"])
        else:
            right = dict(question["pairs"])
            for row, label in enumerate(section.locator("div.field > label").all()):
                shown = (label.text_content() or "").strip()
                left = next(key for key in right if _as_shown(key).match(shown))
                _select(section, row, right[left])
