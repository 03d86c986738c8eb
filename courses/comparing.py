"""Two frozen contents of a course side by side: what a reader of the one would find different in
the other, word by word. Pure: plain data in, frozen dataclasses out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from courses.differences import TOKENS, Mark, Piece, plain, words_compared
from courses.freezing import test_out_of
from courses.wording import (
    block_label,
    block_lines,
    condition_lines,
    course_lines,
    draw_line,
    kind_label,
    lesson_lines,
    question_lines,
)

Content = Mapping[str, Any]
# What a text is turned into before it is compared: names in the place of tokens, for instance.
Wording = Callable[[str], str]
Kind = Literal["added", "removed", "changed", "moved"]

# Words on each side of a change that are shown of a long text that is the same.
AROUND = 20


@dataclass(frozen=True)
class Change:
    """One thing that differs: a block, a question, the conditions."""

    label: str
    kind: Kind
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Section:
    """A lesson, or the course itself (`key` is empty), and what differs in it."""

    key: str
    title: str
    kind: Kind
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    sections: tuple[Section, ...]
    # The titles of the lessons that are word for word the same.
    unchanged: tuple[str, ...]
    # Whether the lessons that are in both come in another order.
    reordered: bool

    @property
    def is_empty(self) -> bool:
        return not (self.sections or self.reordered)


def _shortened(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same without most of what has not changed."""
    shown = []
    for place, piece in enumerate(pieces):
        tokens = TOKENS.findall(piece.text)
        if piece.mark == "same" and len(tokens) > 3 * AROUND:
            head = tokens[:AROUND] if place else []
            tail = tokens[-AROUND:] if place < len(pieces) - 1 else []
            shown.append(Piece("same", "".join([*head, " … ", *tail])))
        else:
            shown.append(piece)
    return tuple(shown)


def _conditions(content: Content) -> Iterator[str]:
    return condition_lines({**content, "test_out": test_out_of(content)})


class _Comparer:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def text(self, lines: Iterable[str]) -> str:
        return "\n".join(filter(None, (plain(self._wording(line)) for line in lines)))

    def whole(self, label: str, kind: Kind, lines: Iterable[str]) -> Change:
        mark: Mark = "added" if kind == "added" else "removed"
        text = self.text(lines)
        return Change(label, kind, (Piece(mark, text),) if text else ())

    def changed(self, label: str, old: Iterable[str], new: Iterable[str]) -> Change:
        before, after = self.text(old), self.text(new)
        if before == after:
            # A file behind the same words, the way of a case, a place in a picture.
            note = _("Something beside the text has changed, for example a file or a link.")
            return Change(label, "changed", (Piece("same", note),))
        return Change(label, "changed", _shortened(words_compared(before, after)))

    def rows(
        self,
        old: Sequence[Content],
        new: Sequence[Content],
        key: str,
        label: Callable[[Content], str],
        lines: Callable[[Content], Iterable[str]],
        is_told_elsewhere: Callable[[Content, Content], bool] | None = None,
    ) -> Iterator[Change]:
        """What differs between two lists of things that are known by a key."""
        before = {row[key]: row for row in old}
        after = {row[key] for row in new}
        for row in new:
            was = before.get(row[key])
            if was is None:
                yield self.whole(label(row), "added", lines(row))
            elif was != row and not (is_told_elsewhere and is_told_elsewhere(was, row)):
                yield self.changed(label(row), lines(was), lines(row))
        for row in old:
            if row[key] not in after:
                yield self.whole(label(row), "removed", lines(row))
        kept = [row[key] for row in old if row[key] in after]
        if kept != [row[key] for row in new if row[key] in before]:
            yield Change(_("The order"), "moved", ())

    def questions(self, old: Sequence[Content], new: Sequence[Content]) -> Iterator[Change]:
        yield from self.rows(old, new, "key", kind_label, _lines_of_question, _only_the_pool)
        pools = {row["key"]: row for row in old if row["kind"] == "draw"}
        for row in new:
            if row["kind"] == "draw" and row["key"] in pools:
                yield from self.rows(
                    _pool(pools[row["key"]]),
                    _pool(row),
                    "key",
                    _drawn_label,
                    question_lines,
                )

    def lesson(self, old: Content | None, new: Content | None) -> Iterator[Change]:
        was, now = old or _NOTHING, new or _NOTHING
        facts = (list(lesson_lines(was)) if old else [], list(lesson_lines(now)) if new else [])
        if facts[0] != facts[1]:
            yield self._facts(_("About the lesson"), *facts)
        yield from self.rows(was["blocks"], now["blocks"], "id", block_label, block_lines)
        yield from self.questions(was["questions"], now["questions"])

    def _facts(self, label: str, old: list[str], new: list[str]) -> Change:
        """Facts of a line each: only the lines that differ."""
        both = set(old) & set(new)
        return self.changed(
            label,
            [line for line in old if line not in both],
            [line for line in new if line not in both],
        )

    def course(self, old: Content, new: Content) -> Iterator[Change]:
        facts = list(course_lines(old)), list(course_lines(new))
        if facts[0] != facts[1]:
            yield self._facts(_("About the course"), *facts)
        conditions = list(_conditions(old)), list(_conditions(new))
        if conditions[0] != conditions[1]:
            yield self.changed(_("To complete it"), *conditions)


_NOTHING: Content = {"blocks": (), "questions": ()}


def _pool(draw: Content) -> list[Content]:
    """Everything that a draw can ask, each question once."""
    found = {row["key"]: row for stratum in draw["strata"] for row in stratum["pool"]}
    return list(found.values())


def _only_the_pool(old: Content, new: Content) -> bool:
    """Whether a draw takes as many from as many: its questions are compared one by one."""
    if old["kind"] != "draw" or new["kind"] != "draw":
        return False
    return list(_lines_of_question(old)) == list(_lines_of_question(new))


def _drawn_label(question: Content) -> str:
    return _("Can be drawn: %(kind)s") % {"kind": kind_label(question)}


def _lines_of_question(question: Content) -> Iterator[str]:
    if question["kind"] == "draw":
        # Which questions there are to draw from is compared question by question.
        yield from (draw_line(stratum) for stratum in question["strata"])
    else:
        yield from question_lines(question)


def _lessons(content: Content) -> dict[str, Content]:
    return {lesson["key"]: lesson for part in content["modules"] for lesson in part["lessons"]}


def compare(old: Content, new: Content, *, wording: Wording = str) -> Comparison:
    """What differs between two versions, lesson by lesson in the order of the new one, what was
    removed last."""
    comparer = _Comparer(wording)
    sections: list[Section] = []
    unchanged: list[str] = []
    about = tuple(comparer.course(old, new))
    if about:
        sections.append(Section("", _("The course"), "changed", about))
    before, after = _lessons(old), _lessons(new)
    for key, lesson in after.items():
        was = before.get(key)
        if was == lesson:
            unchanged.append(lesson["title"])
            continue
        changes = tuple(comparer.lesson(was, lesson))
        sections.append(Section(key, lesson["title"], "changed" if was else "added", changes))
    for key, lesson in before.items():
        if key not in after:
            changes = tuple(comparer.lesson(lesson, None))
            sections.append(Section(key, lesson["title"], "removed", changes))
    kept = [key for key in before if key in after]
    return Comparison(
        tuple(sections), tuple(unchanged), kept != [key for key in after if key in before]
    )


def compare_questions(old: Content, new: Content, *, wording: Wording = str) -> tuple[Piece, ...]:
    """Two wordings of one question, word by word; nothing left out."""
    comparer = _Comparer(wording)
    return words_compared(comparer.text(question_lines(old)), comparer.text(question_lines(new)))
