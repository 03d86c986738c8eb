"""Questions and outlines written as plain text, as one writes them in a mail.

    Vem ringer du först vid fara för liv?
    - Rektorn
    = Rektorn får veta det efteråt.
    * 112
    = Vid fara för liv kommer 112 alltid först.

The first line is the question. `*` is a right answer, `-` a wrong one; `=` explains the answer
above it, or all of them where it is the only one. Two or more `*` make a question with several
right answers; `Sant` and `Falskt` with one explanation one of true and false. Instead of answers:

    1. Först                     steps in the right order
    Rektor -> leder skolan       pairs
    svar: anmälan, en anmälan    a word or two, each that is right
    tal: 1 250 +- 0,5 kronor     a number, how much it may be off by, and its unit

An empty line, or a line without a mark after the answers, begins the next question. An outline
has one lesson a line, "(7 min)" after it where its length is known; `#` begins a module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

LONGEST_ANSWER, LONGEST_ROW, LONGEST_WORD, LONGEST_TITLE = 400, 300, 100, 200
MOST_ANSWERS, MOST_ROWS = 10, 8

_ANSWER = re.compile(r"^([*+✓]|[-–—•])\s+(.*)$")
_EXPLANATION = re.compile(r"^=\s*(.*)$")
_STEP = re.compile(r"^\d{1,2}[.)]\s+(.*)$")
_PAIR = re.compile(r"^(.+?)\s*(?:->|→|=>)\s*(.+)$")
_WORDS = re.compile(r"^svar\s*:\s*(.*)$", re.I)
_NUMBER = re.compile(r"^tal\s*:\s*(.*)$", re.I)
# A comma or slash between two digits belongs to a number.
_BETWEEN_WORDS = re.compile(r";|(?<!\d)[,/]|[,/](?!\d)")
# Thousands in groups: every kind of space is a plain one by then.
_FIGURES = r"(?:\d{1,3}(?: \d{3}){1,4}|\d{1,15})(?:[.,]\d{1,6})?"
_OFF_BY = r"\+-|\+/-|±"
_UNIT = rf"(?![\d+\-±.,])(?!.*(?:{_OFF_BY})).{{1,30}}"
_AMOUNT = re.compile(rf"^(-?{_FIGURES})(?:\s*(?:{_OFF_BY})\s*({_FIGURES}))?(?:\s+({_UNIT}))?$")
_NUMBERING = re.compile(r"^(?:fråga\s*)?\d{1,3}\s*[.):]\s+(?=\S)", re.I)
_LENGTH = re.compile(r"\s*\((\d{1,3})\s*min(?:uter)?\.?\)\s*$", re.I)
_TRUE, _FALSE = {"sant", "sann"}, {"falskt", "falsk"}


@dataclass(frozen=True)
class LineError:
    """What cannot be read, and on which line from one."""

    line: int
    message: str


@dataclass(frozen=True)
class PastedRow:
    """A line of a question as it was read, for its author to look over."""

    text: str
    is_right: bool = False
    explanation: str = ""


@dataclass(frozen=True)
class PastedQuestion:
    """A question as its block has it, and the line it began on."""

    line: int
    kind: str
    value: dict[str, Any]

    @property
    def rows(self) -> list[PastedRow]:
        """Its answers, steps, pairs, words or number."""
        value = self.value
        match self.kind:
            case "single" | "multiple":
                return [
                    PastedRow(option["text"], option["correct"], option["explanation"])
                    for option in value["options"]
                ]
            case "truefalse":
                return [PastedRow(_("True") if value["correct"] else _("False"), True)]
            case "ordering":
                return [
                    PastedRow(f"{place}. {item}")
                    for place, item in enumerate(value["items"], start=1)
                ]
            case "matching":
                return [PastedRow(f"{pair['left']} → {pair['right']}") for pair in value["pairs"]]
            case "shorttext":
                return [PastedRow(word, True) for word in value["accepted"]]
        off = "" if value["tolerance"] == "0" else f" ± {value['tolerance']}"
        number = f"{value['answer']}{off}".replace(".", ",")
        return [PastedRow(f"{number} {value['unit']}".strip(), True)]


@dataclass(frozen=True)
class Pasted:
    questions: tuple[PastedQuestion, ...]
    errors: tuple[LineError, ...]


@dataclass
class _Answer:
    line: int
    text: str
    right: bool
    explanation: str = ""


@dataclass
class _Draft:
    line: int
    prompt: str
    answers: list[_Answer] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    number: str = ""
    # Explanations, by the line they stand on.
    explanations: list[tuple[int, str]] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether the answers have begun."""
        return bool(
            self.answers
            or self.steps
            or self.pairs
            or self.words
            or self.number
            or self.explanations
        )


def _take(draft: _Draft, number: int, line: str) -> bool:
    """Add one marked line to the question; False where it has no mark."""
    if found := _ANSWER.match(line):
        draft.answers.append(_Answer(number, found[2].strip(), found[1] in "*+✓"))
    elif found := _EXPLANATION.match(line):
        draft.explanations.append((number, found[1].strip()))
        if draft.answers:
            last = draft.answers[-1]
            last.explanation = f"{last.explanation} {found[1].strip()}".strip()
    elif found := _WORDS.match(line):
        draft.words += [word.strip() for word in _BETWEEN_WORDS.split(found[1]) if word.strip()]
        if not draft.words:
            draft.errors.append(LineError(number, _("Write the right word after “svar:”.")))
    elif found := _NUMBER.match(line):
        draft.number = found[1].strip()
        if not _AMOUNT.match(draft.number):
            draft.errors.append(
                LineError(
                    number,
                    _("Write a number after “tal:” and its unit last, as in “tal: 1 250 kronor”."),
                )
            )
    elif found := _STEP.match(line):
        draft.steps.append(found[1].strip())
    elif found := _PAIR.match(line):
        draft.pairs.append((found[1].strip(), found[2].strip()))
    else:
        return False
    return True


def _belongs(draft: _Draft, line: str, after_gap: bool) -> bool:
    """Whether a line goes on with the question: an answer does, steps and pairs do as long as
    they follow each other, other lines as long as the question has no answers."""
    if any(mark.match(line) for mark in (_ANSWER, _EXPLANATION, _WORDS, _NUMBER)):
        return True
    if after_gap:
        return False
    if not draft.begun:
        return True
    if _STEP.match(line):
        return bool(draft.steps)
    return bool(draft.pairs and _PAIR.match(line))


def _drafts(text: str) -> Iterator[_Draft]:
    draft: _Draft | None = None
    after_gap = False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.replace("\u200b", "").split())
        if not line:
            after_gap = True
            continue
        if draft is None or not _belongs(draft, line, after_gap):
            if draft is not None:
                yield draft
            draft = _Draft(number, _NUMBERING.sub("", line))
            if _ANSWER.match(line) or _EXPLANATION.match(line):
                draft.errors.append(LineError(number, _("There is no question above this line.")))
        elif not _take(draft, number, line):
            draft.prompt = f"{draft.prompt} {line}"
        after_gap = False
    if draft is not None:
        yield draft


def _too_long(line: int, text: str, most: int) -> Iterator[LineError]:
    if len(text) > most:
        yield LineError(
            line,
            _("This is %(length)s characters; at most %(most)s fit.")
            % {"length": len(text), "most": most},
        )


def _choice(draft: _Draft, errors: list[LineError]) -> PastedQuestion:
    common = draft.explanations[0][1] if len(draft.explanations) == 1 else ""
    right = [answer for answer in draft.answers if answer.right]
    texts = {answer.text.casefold().rstrip(".") for answer in draft.answers}
    if len(draft.answers) < 2:
        errors.append(LineError(draft.line, _("Give at least two answers.")))
    if len(draft.answers) > MOST_ANSWERS:
        errors.append(LineError(draft.line, _("At most ten answers fit.")))
    if not right:
        errors.append(LineError(draft.line, _("No answer is right: begin it with *.")))
    true_or_false = len(draft.answers) == 2 and texts & _TRUE and texts & _FALSE
    # What is said of each of the two has no place in a question with one explanation.
    if true_or_false and len(right) == 1 and len(draft.explanations) < 2:
        said = right[0].text.casefold().rstrip(".")
        if not draft.explanations:
            errors.append(LineError(right[0].line, _("Explain the answer on a line with =.")))
        value = {"prompt": draft.prompt, "correct": said in _TRUE, "explanation": common}
        return PastedQuestion(draft.line, "truefalse", value)
    for answer in draft.answers:
        errors.extend(_too_long(answer.line, answer.text, LONGEST_ANSWER))
        if not (answer.explanation or common):
            errors.append(
                LineError(answer.line, _("Explain the answer on a line with = below it."))
            )
    value = {
        "prompt": draft.prompt,
        "options": [
            {
                "text": answer.text,
                "correct": answer.right,
                "explanation": answer.explanation or common,
            }
            for answer in draft.answers
        ],
    }
    if len(right) > 1:
        return PastedQuestion(draft.line, "multiple", {**value, "partial": True})
    return PastedQuestion(draft.line, "single", value)


def _plain_number(figures: str) -> str:
    return f"{Decimal(figures.replace(' ', '').replace(',', '.')).normalize():f}"


def _written(draft: _Draft, errors: list[LineError]) -> PastedQuestion:
    explanation = " ".join(text for _line, text in draft.explanations)
    if not explanation:
        errors.append(LineError(draft.line, _("Explain the answer on a line with =.")))
    value: dict[str, Any] = {"prompt": draft.prompt, "explanation": explanation}
    if draft.steps:
        rows = draft.steps
        kind, value["items"] = "ordering", rows
    elif draft.pairs:
        rows = [side for pair in draft.pairs for side in pair]
        kind = "matching"
        value["pairs"] = [{"left": left, "right": right} for left, right in draft.pairs]
        value["partial"] = True
    elif draft.words:
        rows = []
        kind, value["accepted"] = "shorttext", draft.words
        for word in draft.words:
            errors.extend(_too_long(draft.line, word, LONGEST_WORD))
    else:
        rows = []
        kind = "numeric"
        found = _AMOUNT.match(draft.number)
        amount, off, unit = found.groups() if found else ("0", None, None)
        value["answer"] = _plain_number(amount)
        value["tolerance"] = _plain_number(off or "0")
        value["unit"] = unit or ""
    for row in rows:
        errors.extend(_too_long(draft.line, row, LONGEST_ROW))
    count = len(draft.steps) or len(draft.pairs)
    if count == 1:
        errors.append(LineError(draft.line, _("Give at least two rows.")))
    if count > MOST_ROWS:
        errors.append(LineError(draft.line, _("At most eight rows fit.")))
    return PastedQuestion(draft.line, kind, value)


def _question(draft: _Draft) -> tuple[PastedQuestion | None, list[LineError]]:
    errors = list(draft.errors)
    if errors:
        return None, errors
    forms = [draft.answers, draft.steps, draft.pairs, draft.words, draft.number]
    match sum(map(bool, forms)):
        case 0:
            errors.append(
                LineError(draft.line, _("The question has no answers. Begin each with * or -."))
            )
            return None, errors
        case 1:
            made = _choice(draft, errors) if draft.answers else _written(draft, errors)
            return (None if errors else made), errors
    errors.append(LineError(draft.line, _("The question has answers of two kinds.")))
    return None, errors


def read_questions(text: str) -> Pasted:
    """The questions in a pasted text, and what cannot be read. Where anything cannot, nothing
    should be added."""
    questions: list[PastedQuestion] = []
    errors: list[LineError] = []
    for draft in _drafts(text):
        question, found = _question(draft)
        errors.extend(found)
        if question:
            questions.append(question)
    return Pasted(tuple(questions), tuple(errors))


@dataclass(frozen=True)
class PastedLesson:
    title: str
    minutes: int | None = None


@dataclass(frozen=True)
class PastedModule:
    """Lessons under a heading; under "" those that come before any heading."""

    title: str
    lessons: tuple[PastedLesson, ...]


def read_outline(text: str) -> tuple[list[PastedModule], list[LineError]]:
    """The modules and lessons in a pasted outline, one a line."""
    modules: list[tuple[str, list[PastedLesson]]] = []
    errors: list[LineError] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line:
            continue
        heading = line.startswith("#")
        title = re.sub(r"^(?:#+|[-–•*]|\d{1,2}[.)])\s*", "", line)
        length = _LENGTH.search(title)
        title = _LENGTH.sub("", title)
        if not title:
            errors.append(LineError(number, _("The line has no title.")))
        errors.extend(_too_long(number, title, LONGEST_TITLE))
        if heading:
            modules.append((title, []))
            continue
        if not modules:
            modules.append(("", []))
        modules[-1][1].append(PastedLesson(title, int(length[1]) if length else None))
    return [PastedModule(title, tuple(lessons)) for title, lessons in modules], errors
