"""A canvas that writes what each piece of text is: headings, paragraphs, tables, figures, links.

ReportLab has no API for tagged PDF. This adds the marked content, the structure tree, the
language and the title; decoration is marked as artifact. It does not make a file PDF/UA.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from lms.pdf import fonts

# ReportLab drops page keys that it does not know.
for _key in ("StructParents", "Tabs"):
    if _key not in pdfdoc.PDFPage.__NoDefault__:
        pdfdoc.PDFPage.__NoDefault__.append(_key)


@dataclass(frozen=True)
class _Piece:
    """A stretch of marked content on a page."""

    page: int
    mcid: int


@dataclass
class _Link:
    """An annotation that belongs to an element."""

    page: int
    name: str
    annotation: Any


@dataclass
class Node:
    """One element of the structure: what it is, and in reading order what it holds."""

    role: str
    alt: str = ""
    scope: str = ""  # of a table's heading: Column or Row
    box: tuple[float, float, float, float] | None = None  # of a figure, on its page
    kids: list[Node | _Piece | _Link] = field(default_factory=list)

    def add(self, role: str, *, alt: str = "", scope: str = "") -> Node:
        node = Node(role, alt, scope)
        self.kids.append(node)
        return node

    @property
    def is_written(self) -> bool:
        return any(isinstance(kid, _Piece) for kid in self.kids)


def _name(value: str) -> pdfdoc.PDFName:
    return pdfdoc.PDFName(value)


def _page(number: int) -> pdfdoc.PDFObjectReference:
    return pdfdoc.PDFObjectReference(f"Page{number}")


class TaggedCanvas(Canvas):
    """Draw inside `with canvas.tag("P"):` what is to be read, inside `with canvas.artifact():`
    what is not. What hangs together, or goes on over pages, is drawn into a Node of its own."""

    def __init__(
        self, *, title: str, lang: str, author: str, subject: str = "", pagesize: Any = A4
    ) -> None:
        fonts.register()
        self.file = BytesIO()
        super().__init__(
            self.file,
            pagesize=pagesize,
            lang=lang,
            pdfVersion=(1, 7),
            initialFontName=fonts.REGULAR,
            # The same data gives the same bytes.
            invariant=1,
        )
        self.setTitle(title)
        self.setAuthor(author)
        # ReportLab says "unspecified" where nothing is said.
        self.setSubject(subject)
        self.setCreator(author)
        self.root = Node("Document")
        # Per page, the element of each piece in the order of their numbers.
        self._owners: dict[int, list[Node]] = {}
        self._links: list[tuple[_Link, Node]] = []
        self._depth = -1

    @contextmanager
    def content(self, node: Node) -> Iterator[None]:
        """What is drawn inside belongs to `node`, after what it holds already."""
        owners = self._owners.setdefault(self._pageNumber, [])
        node.kids.append(_Piece(self._pageNumber, len(owners)))
        self._code.append(f"/{node.role} <</MCID {len(owners)}>> BDC")
        owners.append(node)
        yield
        self._code.append("EMC")

    @contextmanager
    def tag(self, role: str, *, alt: str = "") -> Iterator[None]:
        """An element of its own, after those before it."""
        with self.content(self.root.add(role, alt=alt)):
            yield

    @contextmanager
    def artifact(self, kind: str = "") -> Iterator[None]:
        """Decoration; `kind` Pagination for what stands on every page."""
        self._code.append(f"/Artifact <</Type /{kind}>> BDC" if kind else "/Artifact BMC")
        yield
        self._code.append("EMC")

    def bookmark(self, key: str, title: str, level: int, *, top: float) -> None:
        """A place to go to, and its line in the outline: at most one level below the one before."""
        self._depth = min(level, self._depth + 1)
        self.bookmarkHorizontal(key, 0, top)
        self.addOutlineEntry(title, key, level=self._depth, closed=self._depth > 0)

    def link(
        self, node: Node, key: str, words: str, box: tuple[float, float, float, float]
    ) -> None:
        """A way from a box, in the present coordinates, to a bookmark; `node` is its element."""
        annotation = pdfdoc.PDFDictionary(
            {
                "Type": _name("Annot"),
                "Subtype": _name("Link"),
                "Rect": pdfdoc.PDFArray(self._absRect(box, relative=1)),
                "Border": pdfdoc.PDFArray([0, 0, 0]),
                "Contents": pdfdoc.PDFString(words),
                "Dest": self._bookmarkReference(key),
                "F": 4,
            }
        )
        name = f"Link{len(self._links)}"
        self._addAnnotation(annotation, name)
        link = _Link(self._pageNumber, name, annotation)
        node.kids.append(link)
        self._links.append((link, node))

    def text(
        self, x: float, y: float, text: str, *, font: str, size: float, colour: Any, role: str = "P"
    ) -> None:
        """One line of tagged text with its left end at (x, y)."""
        with self.tag(role):
            self.setFillColor(colour)
            self.setFont(font, size)
            self.drawString(x, y, fonts.printable(text, font))

    def showPage(self) -> None:
        page_name, number = self._doc.thisPageName(), self._pageNumber
        super().showPage()
        page = self._doc.idToObject[page_name]
        page.StructParents = number - 1
        page.Tabs = _name("S")

    def _structure(self) -> None:
        document = self._doc
        root = pdfdoc.PDFDictionary({"Type": _name("StructTreeRoot")})
        root_ref = document.Reference(root, "StructTreeRoot")
        references: dict[int, Any] = {}
        body_ref = self._element(self.root, root_ref, references)
        numbers: list[Any] = []
        for page in sorted(self._owners):
            owners = [references[id(node)] for node in self._owners[page]]
            numbers += [page - 1, pdfdoc.PDFArray(owners)]
        key = self._pageNumber
        for key, (link, node) in enumerate(self._links, start=self._pageNumber):
            link.annotation.dict["StructParent"] = key
            numbers += [key, references[id(node)]]
        tree = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(numbers)})
        root.dict |= {
            "K": pdfdoc.PDFArray([body_ref]),
            "ParentTree": document.Reference(tree, "StructParentTree"),
            "ParentTreeNextKey": key + 1,
        }
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        document.Catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})

    def _element(self, node: Node, parent: Any, references: dict[int, Any]) -> Any:
        """The element and all below it as PDF objects; its reference."""
        entry: dict[str, Any] = {
            "Type": _name("StructElem"),
            "S": _name(node.role),
            "P": parent,
        }
        if node.alt:
            entry["Alt"] = pdfdoc.PDFString(node.alt)
        if node.scope:
            entry["A"] = pdfdoc.PDFDictionary({"O": _name("Table"), "Scope": _name(node.scope)})
        if node.box:
            entry["A"] = pdfdoc.PDFDictionary(
                {
                    "O": _name("Layout"),
                    "BBox": pdfdoc.PDFArray([round(edge, 2) for edge in node.box]),
                    "Placement": _name("Block"),
                }
            )
        element = pdfdoc.PDFDictionary(entry)
        reference = self._doc.Reference(element, f"StructElem{len(references)}")
        references[id(node)] = reference
        first = next((kid.page for kid in node.kids if isinstance(kid, _Piece)), None)
        if first is not None:
            element.dict["Pg"] = _page(first)
        kids = [self._kid(kid, first, reference, references) for kid in node.kids]
        if len(kids) == 1 and isinstance(kids[0], int):
            element.dict["K"] = kids[0]
        elif kids:
            element.dict["K"] = pdfdoc.PDFArray(kids)
        return reference

    def _kid(
        self,
        kid: Node | _Piece | _Link,
        page: int | None,
        parent: Any,
        references: dict[int, Any],
    ) -> Any:
        """A part of an element whose own content begins on `page`."""
        if isinstance(kid, Node):
            return self._element(kid, parent, references)
        if isinstance(kid, _Link):
            return pdfdoc.PDFDictionary(
                {
                    "Type": _name("OBJR"),
                    "Obj": self._doc.refAnnotation(kid.name),
                    "Pg": _page(kid.page),
                }
            )
        if kid.page == page:
            return kid.mcid
        return pdfdoc.PDFDictionary({"Type": _name("MCR"), "Pg": _page(kid.page), "MCID": kid.mcid})

    def finish(self) -> bytes:
        """The file's bytes. The canvas cannot be used afterwards."""
        if self._code:
            self.showPage()
        self._structure()
        self._doc.SaveToFile(self.file, self)
        return self.file.getvalue()
