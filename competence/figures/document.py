"""A plan as a document to read: chapters of words, lists and tables, whatever form they are read
in. Nothing in it is about one person, and nothing in it is a float, so it is kept as it was
decided and has a checksum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from competence.figures.followup.frozen import APART, canonical, checksum, from_data

REGISTRY_NUMBER = "registry_number"
SCHEMA = 1
"""Raised when a field comes to mean something else; a document that says none is of the first. A
new field has a default, and raises nothing."""


class BlockKind(StrEnum):
    WORDS = "words"
    SUGGESTED = "suggested"  # the starter's words, which nobody has made their own yet
    POINTS = "points"
    HEADING = "heading"
    TABLE = "table"
    NOTHING = "nothing"  # says what there is none of


class Align(StrEnum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True)
class DocumentCell:
    """`step` 1–5 tints the cell; what it means is always written too."""

    text: str
    step: int = 0


@dataclass(frozen=True)
class DocumentColumn:
    name: str
    align: Align = Align.START


@dataclass(frozen=True)
class DocumentTable:
    """The first column heads its rows. `wide`: it needs a page that lies down."""

    caption: str
    columns: tuple[DocumentColumn, ...]
    rows: tuple[tuple[DocumentCell, ...], ...]
    wide: bool = False

    @property
    def lines(self) -> tuple[tuple[str, tuple[tuple[DocumentColumn, DocumentCell], ...]], ...]:
        """Each row as its heading, and its other cells with their columns."""
        return tuple(
            (row[0].text, tuple(zip(self.columns[1:], row[1:], strict=True))) for row in self.rows
        )


@dataclass(frozen=True)
class Block:
    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()
    table: DocumentTable | None = None


@dataclass(frozen=True)
class Chapter:
    """`number` is empty for an appendix, whose title says what it is."""

    number: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class Fact:
    """A line of the cover; `key` names the one that may come later."""

    label: str
    text: str
    key: str = ""


@dataclass(frozen=True)
class Document:
    """`code` is the document's id ("kompetensplan-3")."""

    code: str
    kind: str
    title: str
    version: str
    municipality: str
    facts: tuple[Fact, ...]
    chapters: tuple[Chapter, ...]
    schema: int = SCHEMA
    # The checksum of what was kept; empty for what is put together now.
    kept: str = field(default="", compare=False, metadata=APART)

    @property
    def checksum(self) -> str:
        """Of everything in it: whoever holds a copy can tell whether it is the same."""
        return self.kept or checksum(self)

    def as_json(self) -> bytes:
        return canonical(self)

    def with_registry_number(self, number: str) -> Document:
        return replace(
            self,
            facts=tuple(
                replace(fact, text=number) if fact.key == REGISTRY_NUMBER else fact
                for fact in self.facts
            ),
            kept="",
        )


def document_from(data: object, *, kept: str = "") -> Document:
    return replace(from_data(Document, data), kept=kept)


def words(text: str) -> tuple[Block, ...]:
    """What somebody has written: paragraphs with an empty line between, and lists of lines that
    begin with "- "."""
    return _blocks(text, BlockKind.WORDS)


def suggested(text: str) -> tuple[Block, ...]:
    return _blocks(text, BlockKind.SUGGESTED)


def _blocks(text: str, kind: BlockKind) -> tuple[Block, ...]:
    found: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        prose: list[str] = []
        points: list[str] = []
        for line in filter(None, map(str.strip, part.split("\n"))):
            if line.startswith("- "):
                points.append(line[2:].strip())
            elif points:
                points[-1] += f" {line}"
            else:
                prose.append(line)
        if prose:
            found.append(Block(kind, " ".join(prose)))
        if points:
            found.append(Block(BlockKind.POINTS, items=tuple(points)))
    return tuple(found)


def heading(text: str) -> Block:
    return Block(BlockKind.HEADING, text)


def nothing(text: str) -> Block:
    return Block(BlockKind.NOTHING, text)


def sentence(text: str) -> Block:
    return Block(BlockKind.WORDS, text)


def table(
    caption: str,
    columns: tuple[DocumentColumn, ...],
    rows: tuple[tuple[DocumentCell | str, ...], ...],
    *,
    wide: bool = False,
) -> Block:
    cells = tuple(
        tuple(cell if isinstance(cell, DocumentCell) else DocumentCell(cell) for cell in row)
        for row in rows
    )
    return Block(BlockKind.TABLE, table=DocumentTable(caption, columns, cells, wide))
