"""A plan as a PDF, from its document as data: cover, contents, chapters, appendices."""

from __future__ import annotations

from django.utils.translation import gettext, override

from competence.figures.document import Align as DocumentAlign
from competence.figures.document import (
    Block,
    BlockKind,
    Chapter,
    Document,
    DocumentTable,
)
from lms.pdf.flow import About, Flow
from lms.pdf.grids import Align, Grid, GridCell, GridColumn
from lms.pdf.passages import BODY, SOFT

LANGUAGE = "sv"
FEW = 6
"""So many chapters begin on the page of their table of contents."""


def build(document: Document) -> bytes:
    """The file's bytes: the same document gives the same ones, whoever asks."""
    with override(LANGUAGE):
        return _written(document).finish()


def _written(document: Document) -> Flow:
    flow = Flow(
        About(
            title=f"{document.title}, {document.version.lower()}",
            number=document.code,
            checksum=document.checksum,
            author=document.municipality,
            lang=LANGUAGE,
        )
    )
    flow.cover(document.municipality, document.title, document.version)
    flow.table(
        Grid(
            (GridColumn(gettext("About the document")), GridColumn("")),
            tuple(
                (GridCell(fact.label, strong=True), GridCell(fact.text)) for fact in document.facts
            ),
            headed=False,
        )
    )
    flow.new_page()
    flow.contents(gettext("Contents"))
    if len(document.chapters) > FEW:
        flow.new_page()
    for chapter in document.chapters:
        _chapter(flow, chapter)
    return flow


def _chapter(flow: Flow, chapter: Chapter) -> None:
    """A wide table stands on pages that lie down, with the heading where the chapter begins so."""
    lies = bool(chapter.blocks) and _is_wide(chapter.blocks[0])
    if lies:
        flow.lying()
    flow.heading(2, chapter.heading)
    for block in chapter.blocks:
        if _is_wide(block) != lies:
            (flow.upright if lies else flow.lying)()
            lies = not lies
        _block(flow, block)
    if lies:
        flow.upright()


def _is_wide(block: Block) -> bool:
    return block.table is not None and block.table.wide


def _block(flow: Flow, block: Block) -> None:
    match block.kind:
        case BlockKind.HEADING:
            flow.heading(3, block.text, listed=False)
        case BlockKind.POINTS:
            flow.points(block.items)
        case BlockKind.SUGGESTED:
            flow.words(gettext("Suggested: %(text)s") % {"text": block.text}, SOFT)
        case BlockKind.NOTHING:
            flow.words(block.text, SOFT)
        case BlockKind.TABLE if block.table is not None:
            flow.table(grid_of(block.table))
        case _:
            flow.words(block.text, BODY)


def grid_of(table: DocumentTable) -> Grid:
    return Grid(
        tuple(GridColumn(column.name, Align[column.align.name]) for column in table.columns),
        tuple(tuple(GridCell(cell.text, cell.step) for cell in row) for row in table.rows),
        caption=table.caption,
        dense=any(column.align is DocumentAlign.MIDDLE for column in table.columns),
    )
