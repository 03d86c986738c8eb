"""A governing document as a file, passage by passage (docs/how-to/styrdokument-som-fil.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from yaml.nodes import Node, ScalarNode

from competence.models import Passage
from competence.parsers.yaml_entries import Entry, is_null, read_root
from lms.lib.csvfile import RowError

MAX_BYTES = 1024 * 1024
LONGEST_WORDS = 5000
_CODE = re.compile(r"[A-Za-z0-9ÅÄÖåäö._-]+")
_SLUG = re.compile(r"[a-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Field of the file → kind of link, in the order they are written out.
SERVING = {
    "pages": "page",
    "courses": "course",
    "areas": "area",
    "requirements": "requirement",
    "activities": "activity",
}


@dataclass(frozen=True)
class DocumentEntry:
    code: str
    title: str
    decided_by: str
    decided_on: date | None
    version: str
    owner_function: str
    registry_number: str
    plan_period: str
    supersedes: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class PassageEntry:
    code: str
    number: str
    title: str
    section: str
    kind: str
    words: str
    owner_function: str
    owner_unit: str
    editorial_note: str
    legal_references: tuple[str, ...]
    indicators: tuple[str, ...]
    # Kind of link and key.
    serving: tuple[tuple[str, str], ...]
    path: str = field(compare=False)
    line: int = field(compare=False)


@dataclass
class GoverningFile:
    """What the file says, with every fault and warning found."""

    name: str
    document: DocumentEntry | None = None
    passages: list[PassageEntry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)


def parse_governing(content: bytes, name: str) -> GoverningFile:
    """Read a file; nothing is raised for bad input."""
    file = GoverningFile(name)
    if len(content) > MAX_BYTES:
        file.errors.append(RowError(name, 0, "", _("The file is too large.")))
        return file
    root = read_root(file, content)
    if root is None:
        return file
    top = Entry(file, root, "", ("governing_document", "passages"))
    head = top.nodes.get("governing_document")
    if head is not None:
        _read_document(file, head)
    elif top.whole:
        top.fault("governing_document", _("The document itself is missing."))
    for path, node in top.items("passages"):
        _read_passage(file, node, path)
    if not (file.passages or file.errors):
        top.fault("passages", _("The file holds no passages."))
    file.errors.sort(key=lambda error: error.line)
    return file


def _read_document(file: GoverningFile, node: Node) -> None:
    entry = Entry(
        file,
        node,
        "governing_document",
        (
            *("code", "title", "decided_by", "decided_on", "version", "owner_function"),
            *("registry_number", "plan_period", "supersedes"),
        ),
    )
    document = DocumentEntry(
        code=entry.text("code", max_length=60),
        title=entry.text("title", max_length=300),
        decided_by=entry.text("decided_by", required=False),
        decided_on=entry.optional_day("decided_on"),
        version=entry.text("version", required=False, max_length=40),
        owner_function=entry.text("owner_function", required=False),
        registry_number=entry.text("registry_number", required=False, max_length=60),
        plan_period=entry.text("plan_period", required=False, max_length=60),
        supersedes=entry.text("supersedes", required=False, max_length=60),
        line=entry.line,
    )
    _refuse_blank(entry, "code", "title")
    if document.code and not _SLUG.fullmatch(document.code):
        entry.fault("code", _("A code has small letters, figures and hyphens."))
    if document.supersedes and document.supersedes == document.code:
        entry.fault("supersedes", _("A document cannot supersede itself."))
    if entry.whole:
        file.document = document


def _read_passage(file: GoverningFile, node: Node, path: str) -> None:
    entry = Entry(
        file,
        node,
        path,
        (
            *("code", "number", "title", "section", "kind", "words", "owner_function"),
            *("owner_unit", "editorial_note", "legal_references", "indicators", *SERVING),
        ),
    )
    passage = PassageEntry(
        code=entry.text("code", max_length=20),
        number=entry.text("number", required=False, max_length=20),
        title=entry.text("title", max_length=160),
        section=entry.text("section", required=False, max_length=300),
        kind=entry.text("kind"),
        words=_long_text(entry, "words", LONGEST_WORDS, required=True),
        owner_function=entry.text("owner_function", required=False),
        owner_unit=entry.text("owner_unit", required=False, max_length=60),
        editorial_note=_long_text(entry, "editorial_note", 1000, required=False),
        legal_references=_codes(entry, "legal_references"),
        indicators=_codes(entry, "indicators"),
        serving=tuple(
            (kind, key.strip("/")) for name, kind in SERVING.items() for key in _codes(entry, name)
        ),
        path=path,
        line=entry.line,
    )
    _refuse_blank(entry, "code", "title", "kind")
    if passage.code and not _CODE.fullmatch(passage.code):
        entry.fault("code", _("A code has letters, figures, full stops and hyphens."))
    if passage.code and any(passage.code == other.code for other in file.passages):
        entry.fault("code", _("The passage %(code)s is given twice.") % {"code": passage.code})
    if passage.kind and passage.kind not in Passage.Kind.values:
        entry.fault("kind", _("The kind is one of %(kinds)s.") % {"kinds": _kinds()})
    for kind, key in passage.serving:
        if kind == "requirement" and len([part for part in key.split(":") if part]) != 2:
            entry.fault(
                "requirements", _("Write a requirement as key group and area, like G06:OM5.")
            )
    if entry.whole:
        file.passages.append(passage)


def _refuse_blank(entry: Entry, *names: str) -> None:
    """A value of nothing but quotes or spaces is none."""
    for name in names:
        node = entry.nodes.get(name)
        if isinstance(node, ScalarNode) and not is_null(node) and not node.value.strip():
            entry.fault(name, _("A value is missing."))


def _kinds() -> str:
    return ", ".join(Passage.Kind.values)


def _long_text(entry: Entry, name: str, longest: int, *, required: bool) -> str:
    """Several lines; the empty lines between paragraphs stay."""
    node = entry.nodes.get(name)
    if node is None or is_null(node):
        if required:
            entry.fault(name, _("A value is missing."))
        return ""
    if not isinstance(node, ScalarNode):
        entry.fault(name, _("Expected one value here."))
        return ""
    value: str = node.value.strip()
    if len(value) > longest:
        entry.fault(
            name,
            _("The value has %(length)d characters, at most %(limit)d are allowed.")
            % {"length": len(value), "limit": longest},
        )
    elif _CONTROL.search(value):
        entry.fault(name, _("The value contains a control character."))
    elif required and not value:
        entry.fault(name, _("A value is missing."))
    return value


def _codes(entry: Entry, name: str) -> tuple[str, ...]:
    found: list[str] = []
    for _path, node in entry.items(name):
        value = node.value.strip() if isinstance(node, ScalarNode) and not is_null(node) else ""
        if not value or len(value) > 255:
            entry.fault(name, _("Expected a code here."), node)
        elif not value.isprintable():
            entry.fault(name, _("The value contains a control character."), node)
        elif value in found:
            entry.fault(name, _("%(code)s is given twice.") % {"code": value}, node)
        else:
            entry.refuse_personal_data(name, value, node)
            found.append(value)
    return tuple(found)
