"""The colours hold WCAG 2.2: 4.5 for text, 3 for shapes and the edges of controls."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.BASE_DIR) / "lms/static/css/tokens.css").read_text()
GROUNDS = ("paper", "surface", "sunk")
STATUSES = ("met", "expiring", "pending", "gap", "exempt", "paused")

TEXT = (
    [("ink", ground) for ground in GROUNDS]
    + [("ink-soft", ground) for ground in GROUNDS]
    + [("action", ground) for ground in (*GROUNDS, "action-soft")]
    + [("ink", f"cov-{step}") for step in range(1, 6)]
    + [(status, f"{status}-soft") for status in STATUSES]
    + [(status, ground) for status in STATUSES for ground in ("paper", "surface")]
    + [("ink", f"{status}-soft") for status in STATUSES]
    + [
        ("ink", "accent-soft"),
        ("ink", "action-soft"),
        ("ink-soft", "action-soft"),
        ("on-action", "action"),
        ("on-gap", "gap"),
        ("on-action", "action-strong"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("on-deep", "deep"),
        ("on-deep-soft", "deep"),
        ("action-strong", "action-soft"),
    ]
)
SHAPES = [
    ("control", "paper"),
    ("control", "surface"),
    ("focus", "paper"),
    ("focus", "surface"),
    ("focus", "sunk"),
    ("accent", "deep"),
]


def _colours(theme: int) -> dict[str, str]:
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
    return {name: (light, dark)[theme] for name, light, dark in pairs}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_twenty_one() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 6) == 21


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_it_stands_on(theme: int) -> None:
    colours = _colours(theme)
    weak = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for text, ground in TEXT
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_shapes_and_controls_stand_out_from_what_they_stand_on(theme: int) -> None:
    colours = _colours(theme)
    weak = {
        f"{shape} on {ground}": round(contrast(colours[shape], colours[ground]), 2)
        for shape, ground in SHAPES
        if contrast(colours[shape], colours[ground]) < 3
    }
    assert weak == {}


def test_only_the_tokens_name_a_colour() -> None:
    css = Path(settings.BASE_DIR) / "lms/static/css"
    # Print is black on white, and Wagtail's admin has its own names.
    named = [
        path.relative_to(css).as_posix()
        for path in sorted([*css.glob("*.css"), *css.glob("components/*.css")])
        if path.name not in {"tokens.css", "print.css", "admin.css"}
        and re.search(r"#[0-9a-fA-F]{3,8}\b(?!-)|\brgba?\(", path.read_text())
    ]
    assert named == []
