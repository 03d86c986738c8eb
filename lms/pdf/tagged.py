"""A canvas that writes what each piece of text is: headings, paragraphs, figures.

ReportLab has no API for tagged PDF. This adds the marked content, the structure tree, the
language and the title; decoration is marked as artifact. It does not make a file PDF/UA.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
class _Element:
    role: str
    page: int
    mcid: int
    alt: str


def _name(value: str) -> pdfdoc.PDFName:
    return pdfdoc.PDFName(value)


class TaggedCanvas(Canvas):
    """Draw inside `with canvas.tag("P"):` what is to be read, inside `with canvas.artifact():`
    what is not."""

    def __init__(self, *, title: str, lang: str, author: str, pagesize: Any = A4) -> None:
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
        self.setCreator(author)
        self._elements: list[_Element] = []
        self._mcid = 0

    @contextmanager
    def tag(self, role: str, *, alt: str = "") -> Iterator[None]:
        self._elements.append(_Element(role, self._pageNumber, self._mcid, alt))
        self._code.append(f"/{role} <</MCID {self._mcid}>> BDC")
        self._mcid += 1
        yield
        self._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")

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
        self._mcid = 0

    def _structure(self) -> None:
        document = self._doc
        root = pdfdoc.PDFDictionary({"Type": _name("StructTreeRoot")})
        root_ref = document.Reference(root, "StructTreeRoot")
        body = pdfdoc.PDFDictionary(
            {"Type": _name("StructElem"), "S": _name("Document"), "P": root_ref}
        )
        body_ref = document.Reference(body, "StructDocument")
        by_page: dict[int, list[Any]] = {}
        children = []
        for index, element in enumerate(self._elements):
            entry = {
                "Type": _name("StructElem"),
                "S": _name(element.role),
                "P": body_ref,
                "Pg": pdfdoc.PDFObjectReference(f"Page{element.page}"),
                "K": element.mcid,
            }
            if element.alt:
                entry["Alt"] = pdfdoc.PDFString(element.alt)
            reference = document.Reference(pdfdoc.PDFDictionary(entry), f"StructElem{index}")
            children.append(reference)
            by_page.setdefault(element.page, []).append(reference)
        body.dict["K"] = pdfdoc.PDFArray(children)
        numbers: list[Any] = []
        for page in sorted(by_page):
            numbers += [page - 1, pdfdoc.PDFArray(by_page[page])]
        tree = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(numbers)})
        root.dict |= {
            "K": pdfdoc.PDFArray([body_ref]),
            "ParentTree": document.Reference(tree, "StructParentTree"),
        }
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        document.Catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})

    def finish(self) -> bytes:
        """The file's bytes. The canvas cannot be used afterwards."""
        if self._code:
            self.showPage()
        self._structure()
        self._doc.SaveToFile(self.file, self)
        return self.file.getvalue()
