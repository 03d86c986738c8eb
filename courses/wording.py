"""Frozen content as lines of text: what an editor reads when versions are compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.content.blocks import lesson_blocks

Content = Mapping[str, Any]

KINDS: dict[str, str | Promise] = {
    "single": gettext_lazy("One right answer"),
    "multiple": gettext_lazy("Several right answers"),
    "truefalse": gettext_lazy("True or false"),
    "ordering": gettext_lazy("Put in order"),
    "matching": gettext_lazy("Pairs that belong together"),
    "numeric": gettext_lazy("A number"),
    "shorttext": gettext_lazy("A word or a short text"),
    "cloze": gettext_lazy("A text with gaps"),
    "branch": gettext_lazy("A case with ways through it"),
    "hotspot": gettext_lazy("A place in a picture"),
    "draw": gettext_lazy("From the bank: drawn by chance"),
}
# What stands first in a block is read first; the rest follows by name. The database does not
# keep the order of keys.
_ORDER = (
    "title", "question", "prompt", "label", "text", "html", "description", "answer", "hint",
    "caption", "alt", "transcript", "note", "feedback", "items", "steps", "choices", "blocks",
    "codes", "name", "url",
)  # fmt: skip
# Said by no word in the text: names for the machine, and figures of files.
_UNSAID = frozenset(
    {"asset", "id", "key", "type", "page", "size", "width", "height", "start", "next", "tone"}
)
_TOKEN = {"legal": "lag", "contact": "kontakt"}


def kind_label(question: Content) -> str:
    return str(KINDS.get(question["kind"], question["kind"]))


@cache
def _block_labels() -> dict[str, str | Promise]:
    return {name: block.meta.label for name, block in lesson_blocks()}


def block_label(block: Content) -> str:
    """The block as the editor knows it."""
    return str(_block_labels().get(block["type"], block["type"]))


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)


def _said(value: Any, unsaid: Collection[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _said(item, unsaid)
    elif isinstance(value, dict):
        for key in sorted(value, key=_place):
            if key not in unsaid:
                yield from _said(value[key], unsaid)


def block_lines(block: Content, *, addresses: bool = True) -> Iterator[str]:
    """Everything a block says; where links lead and files lie only with `addresses`."""
    if block["type"] in _TOKEN:
        yield from (f"[[{_TOKEN[block['type']]}:{code}]]" for code in block["value"]["codes"])
        return
    yield from _said(block["value"], _UNSAID if addresses else _UNSAID | {"url"})


def _option(option: Content) -> Iterator[str]:
    text = option.get("text") or option.get("label", "")
    yield f"✓ {text}" if option["correct"] else f"– {text}"
    if option["explanation"]:
        yield option["explanation"]


def _gap(number: int, gap: Content) -> str:
    accepted = gap.get("accepted") or ()
    if not gap.get("options"):
        return f"{{{number}}} ✓ {' / '.join(accepted)}"
    options = (f"✓ {each}" if each == gap["correct"] else each for each in gap["options"])
    return f"{{{number}}} {' / '.join(options)}"


def question_lines(question: Content) -> Iterator[str]:
    """A question with its answers, the right ones ticked."""
    yield question["prompt"]
    for option in (*question.get("options", ()), *question.get("areas", ())):
        yield from _option(option)
    if "correct" in question:
        yield "✓ " + (_("True") if question["correct"] else _("False"))
    for number, item in enumerate(question.get("items", ()), start=1):
        yield f"{number}. {item}"
    for left, right in question.get("pairs", ()):
        yield f"{left} → {right}"
    if "answer" in question:
        spread = f" ± {question['tolerance']}" if question.get("tolerance") else ""
        yield f"✓ {question['answer']}{spread} {question.get('unit', '')}".strip()
    if question["kind"] == "shorttext":
        yield "✓ " + " / ".join(question["accepted"])
    if "text" in question:
        yield question["text"]
    for number, gap in enumerate(question.get("gaps", ()), start=1):
        yield _gap(number, gap)
    for step in question.get("steps", ()):
        yield f"[{step['id']}] {step['text']}"
        for choice in step["choices"]:
            yield f"– {choice['text']} → [{choice['next']}]"
            yield choice["feedback"]
        if not step["choices"]:
            yield _("Gives %(percent)s %%.") % {"percent": step["credit"]}
    if question.get("partial"):
        yield _("Gives partial credit.")
    if question.get("explanation"):
        yield question["explanation"]


def draw_line(stratum: Content) -> str:
    return _("%(count)s drawn from %(pool)s") % {
        "count": stratum["count"],
        "pool": len(stratum["pool"]),
    }


def _fact(label: str, value: Any) -> Iterator[str]:
    if value:
        yield f"{label}: {value}"


def lesson_lines(lesson: Content) -> Iterator[str]:
    """The facts of a lesson beside its text."""
    yield from _fact(_("Title"), lesson["title"])
    yield from _fact(_("After the lesson"), lesson["summary"])
    yield from _fact(_("Minutes"), lesson["minutes"])
    for goal in lesson["goals"]:
        yield from _fact(_("Goal"), goal)
    yield from _fact(_("Areas"), ", ".join(lesson["areas"]))
    if rest := lesson.get("rest"):
        yield _("Rest: after %(attempts)s attempts, for %(hours)s hours") % rest


def course_lines(content: Content) -> Iterator[str]:
    """The facts of a course, and what it gives and asks for."""
    course = content["course"]
    yield from _fact(_("Title"), course["title"])
    yield from _fact(_("Code"), course["code"])
    yield from _fact(_("In one sentence"), course["summary"])
    yield from _fact(_("About the course"), course["intro"])
    yield from _fact(_("Who it is for"), course["audience"])
    yield from _fact(_("Form"), course["form"])
    yield from _fact(_("Minutes"), course["minutes"])
    yield from _fact(_("Pass mark, percent"), course["pass_percent"])
    for goal in course["goals"]:
        yield from _fact(_("Goal"), goal)
    for source in course["sources"]:
        yield from _fact(_("Source"), f"{source['title']} {source['url']}".strip())
    for grant in content["grants"]:
        months = grant["validity_months"]
        lasts = (
            ngettext("%(months)s month", "%(months)s months", months) % {"months": months}
            if months
            else _("for ever")
        )
        yield from _fact(_("Gives"), f"{grant['area_code']}, {grant['level']} ({lasts})")
    for asked in content.get("requires", ()):
        yield from _fact(_("Asks for"), f"{asked['area_code']}, {asked['level']}")


def _condition(item: Content) -> str:
    match item["kind"]:
        case "lessons":
            return _("All lessons are done")
        case "lesson":
            return _("The lesson “%(title)s” is done") % {"title": item["text"]}
        case "score":
            return _("At least %(percent)s %% over the whole course") % item
        case "confirm":
            return _("The learner confirms: %(text)s") % item
        case _:
            return _("The manager confirms: %(text)s") % item


def condition_lines(content: Content) -> Iterator[str]:
    """What it takes to complete a course."""
    for group in content.get("completion", ()):
        match group["rule"]:
            case "all":
                yield _("All of these:")
            case "one":
                yield _("One of these:")
            case _:
                yield _("At least %(count)s of these:") % group
        yield from (f"– {_condition(item)}" for item in group["items"])
    if test := content.get("test_out"):
        yield (
            _("A test with %(asked)s questions stands for the course, pass mark %(percent)s %%")
            % test
        )
