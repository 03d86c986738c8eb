"""A PDF's structure tree as pypdf reads it, and what every tagged document of ours must hold."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdf


@dataclass
class Element:
    role: str
    alt: str = ""
    scope: str = ""
    kids: list[Element] = field(default_factory=list)
    pieces: list[tuple[int, int]] = field(default_factory=list)
    links: int = 0

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def all(self, role: str) -> list[Element]:
        return [each for each in self.walk() if each.role == role]


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def tree(file: pypdf.PdfReader) -> Element:
    (body,) = file.trailer["/Root"]["/StructTreeRoot"]["/K"]
    return _element(body.get_object(), _pages(file))


def _pages(file: pypdf.PdfReader) -> dict[int, int]:
    return {
        page.indirect_reference.idnum: number
        for number, page in enumerate(file.pages)
        if page.indirect_reference is not None
    }


def _element(raw, pages: dict[int, int]) -> Element:
    attributes = raw.get("/A", {})
    element = Element(
        raw["/S"].removeprefix("/"), raw.get("/Alt", ""), str(attributes.get("/Scope", ""))[1:]
    )
    kids = raw.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, int):
            element.pieces.append((pages[raw.raw_get("/Pg").idnum], int(kid)))
        elif kid.get("/Type") == "/MCR":
            element.pieces.append((pages[kid.raw_get("/Pg").idnum], kid["/MCID"]))
        elif kid.get("/Type") == "/OBJR":
            element.links += 1
        else:
            assert kid["/P"].get_object() == raw, "a part knows another parent"
            element.kids.append(_element(kid, pages))
    return element


def marked(page: pypdf.PageObject) -> list[int]:
    """The numbers of the pieces of marked content on a page, in the order they are drawn."""
    return [int(number) for number in re.findall(rb"/MCID (\d+)", page.get_contents().get_data())]


def assert_sound(content: bytes, *, title: str) -> Element:
    """Language, title and tags; each piece of every page belongs to exactly one element and the
    parent tree says the same; nothing is drawn outside; every page says something."""
    file = read(content)
    root = file.trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert file.metadata.title == title
    assert file.metadata.subject != "unspecified"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    body = tree(file)
    owned = sorted(piece for element in body.walk() for piece in element.pieces)
    drawn = [(number, mcid) for number, page in enumerate(file.pages) for mcid in marked(page)]
    assert owned == sorted(drawn)
    assert len(set(drawn)) == len(drawn)
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert list(numbers[::2]) == sorted(numbers[::2])
    parents = {
        int(key): value.get_object() for key, value in zip(numbers[::2], numbers[1::2], strict=True)
    }
    for page in file.pages:
        of_page = parents[page["/StructParents"]]
        assert len(of_page) == len(marked(page))
        assert _depth_is_even(page)
        assert page.extract_text().strip()
        for annotation in page.get("/Annots", []):
            annotation = annotation.get_object()
            assert annotation["/Contents"]
            assert parents[annotation["/StructParent"]]["/S"] == "/Link"
    for table in body.all("Table"):
        assert {kid.role for kid in table.kids} <= {"Caption", "TR"}
        for row in table.all("TR"):
            assert {kid.role for kid in row.kids} <= {"TH", "TD"}
    assert all(cell.scope in ("Row", "Column") for cell in body.all("TH"))
    assert all(figure.alt for figure in body.all("Figure"))
    _fonts_are_embedded(file)
    return body


def _depth_is_even(page: pypdf.PageObject) -> bool:
    """Marked content begins and ends, never inside another; text is never outside of it."""
    inside = False
    for operator in re.findall(rb"\b(BDC|BMC|EMC|Tj|TJ|T\*)\b", page.get_contents().get_data()):
        if operator in (b"BDC", b"BMC"):
            assert not inside
            inside = True
        elif operator == b"EMC":
            assert inside
            inside = False
        elif operator in (b"Tj", b"TJ"):
            assert inside, "text outside of the structure"
    return not inside


def _fonts_are_embedded(file: pypdf.PdfReader) -> None:
    for page in file.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            if "SourceSans" in font["/BaseFont"]:
                assert "/FontFile2" in font["/FontDescriptor"]
                assert "/ToUnicode" in font


def text_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in read(content).pages]


def outline(file: pypdf.PdfReader) -> list[tuple[int, str]]:
    def walk(items, depth: int) -> Iterator[tuple[int, str]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, item.title

    return list(walk(file.outline, 0))


def texts_of(file: pypdf.PdfReader) -> dict[tuple[int, int], str]:
    """What each piece of marked content says."""
    found: dict[tuple[int, int], str] = {}
    for number, page in enumerate(file.pages):
        within: list[int] = []

        def operand(operator, operands, _cm, _tm, within=within) -> None:
            if operator == b"BDC":
                within[:] = [operands[1]["/MCID"]] if "/MCID" in operands[1] else []
            elif operator in (b"EMC", b"BMC"):
                within.clear()

        def text(said, _cm, _tm, _font, _size, within=within, number=number) -> None:
            if within and said:
                key = (number, int(within[0]))
                found[key] = found.get(key, "") + said

        page.extract_text(visitor_operand_before=operand, visitor_text=text)
    return found


def tables_of(content: bytes) -> dict[str, list[list[str]]]:
    """The rows of every table, by its caption, as a screen reader has them: the head first."""
    file = read(content)
    texts = texts_of(file)

    def said(element: Element) -> str:
        return " ".join(" ".join(texts.get(piece, "") for piece in element.pieces).split())

    return {
        said(next(iter(table.all("Caption")), table)): [
            [said(cell) for cell in row.kids] for row in table.all("TR")
        ]
        for table in tree(file).all("Table")
    }
