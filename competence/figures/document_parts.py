"""A plan's document as it is read on a screen: what stands under a heading of a chapter is a part
of it, that opens on its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from competence.figures.document import Block, BlockKind, Chapter, Document
from competence.models import PlanVersion, Requirement


@dataclass(frozen=True)
class Part:
    """`about` says in short what is in it; empty where nobody has said."""

    title: str
    about: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ChapterInParts:
    """`blocks` come before the first part."""

    heading: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]


def chapters_in_parts(document: Document, about: Mapping[str, str]) -> tuple[ChapterInParts, ...]:
    """`about`: a part in short, by the code that its heading begins with."""
    return tuple(_in_parts(chapter, about) for chapter in document.chapters)


def _in_parts(chapter: Chapter, about: Mapping[str, str]) -> ChapterInParts:
    first: list[Block] = []
    parts: list[tuple[str, list[Block]]] = []
    for block in chapter.blocks:
        if block.kind is BlockKind.HEADING:
            parts.append((block.text, []))
        else:
            (parts[-1][1] if parts else first).append(block)
    return ChapterInParts(
        chapter.heading,
        tuple(first),
        tuple(
            Part(title, about.get(title.partition(" ")[0], ""), tuple(blocks))
            for title, blocks in parts
        ),
    )


def asked_in_short(version: PlanVersion) -> dict[str, str]:
    """How much the version asks of each key group, by its code, and the highest level of it."""
    by_group: dict[str, list[Requirement]] = {
        code: [] for code in version.definitions.values_list("key_group__code", flat=True)
    }
    for row in version.requirements.select_related("key_group", "level"):
        by_group.setdefault(row.key_group.code, []).append(row)
    return {code: _in_short(rows) for code, rows in by_group.items()}


def _in_short(rows: list[Requirement]) -> str:
    asked = [row for row in rows if row.kind == Requirement.Kind.MANDATORY]
    besides = len(rows) - len(asked)
    said = []
    if asked:
        highest = max((row.level for row in asked), key=lambda level: level.number)
        said.append(
            ngettext(
                "one requirement, level %(level)s",
                "%(count)s requirements, highest level %(level)s",
                len(asked),
            )
            % {"count": len(asked), "level": highest.name}
        )
    if besides:
        said.append(
            ngettext("one recommended", "%(count)s recommended", besides) % {"count": besides}
        )
    return ", ".join(said) or gettext("no requirements")
