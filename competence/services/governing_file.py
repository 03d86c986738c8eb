"""A governing document as a file: read, shown, taken in, and handed out again. What a file does not
say stays as it is here; no passage is ever taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competence.figures.joined import everything_published, name_links
from competence.models import GoverningDocument, GoverningReading, Passage, PassageLink
from competence.parsers.governing_yaml import (
    DocumentEntry,
    GoverningFile,
    PassageEntry,
    parse_governing,
)
from competence.services.measures import link_facts, passage_facts
from lms.audit.services import Entry, record, record_many
from lms.content.models import LegalReference
from lms.framework.indicators import is_registered
from lms.lib import guard
from lms.lib.csvfile import RowError
from lms.people.models import Unit, User

_HEAD = (
    *("title", "decided_by", "decided_on", "version"),
    *("owner_function", "registry_number", "plan_period"),
)
_PLAIN = ("number", "title", "section", "kind", "words", "owner_function", "editorial_note")


class GoverningFileError(Exception):
    """The file was refused and nothing written; `errors` holds every fault."""

    def __init__(self, errors: list[RowError], warnings: list[RowError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors
        self.warnings = warnings


@dataclass(frozen=True)
class ChangedPassage:
    code: str
    # The names of the fields whose content the file changes.
    fields: tuple[str, ...]


@dataclass(frozen=True)
class GoverningChanges:
    """What a file would do to what is here."""

    code: str
    title: str
    is_new: bool
    head: tuple[str, ...]
    new: tuple[PassageEntry, ...]
    changed: tuple[ChangedPassage, ...]
    same: int
    joined: int
    warnings: list[RowError] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.is_new or self.head or self.new or self.changed or self.joined)

    def as_dict(self) -> dict[str, Any]:
        return {
            "document": self.code,
            "new_document": self.is_new,
            "changed_head": list(self.head),
            "new_passages": [each.code for each in self.new],
            "changed_passages": [each.code for each in self.changed],
            "unchanged_passages": self.same,
            "joined": self.joined,
            "warnings": [str(each) for each in self.warnings],
        }


@dataclass(frozen=True)
class _Here:
    """What is in the register already, and what the file may speak of."""

    document: GoverningDocument | None
    passages: Mapping[str, Passage]
    laws: Mapping[str, LegalReference]
    units: Mapping[str, Unit]
    superseded: GoverningDocument | None
    # Those joined now, by the passage's code.
    links: Mapping[str, set[tuple[str, str, str]]]

    @classmethod
    def look_up(cls, file: GoverningFile) -> _Here:
        head = file.document
        found = GoverningDocument.objects.filter(code=head.code).first() if head else None
        passages = (
            list(found.passages.select_related("owner_unit").prefetch_related("legal_references"))
            if found
            else []
        )
        links: dict[str, set[tuple[str, str, str]]] = {}
        standing = PassageLink.objects.filter(passage__in=passages, ended_on__isnull=True)
        for code, *what in standing.values_list("passage__code", "role", "kind", "key"):
            links.setdefault(code, set()).add((what[0], what[1], what[2]))
        superseded = head.supersedes if head else ""
        return cls(
            found,
            {each.code: each for each in passages},
            {each.code: each for each in LegalReference.objects.all()},
            {
                each.code: each
                for each in Unit.objects.filter(code__in={p.owner_unit for p in file.passages})
            },
            GoverningDocument.objects.filter(code=superseded).first() if superseded else None,
            links,
        )


def read_governing(*, content: bytes, name: str) -> GoverningChanges:
    """What the file would change. Writes nothing. GoverningFileError."""
    return _changes(*_read(content, name))


def _read(content: bytes, name: str) -> tuple[GoverningFile, DocumentEntry, _Here]:
    file = parse_governing(content, name)
    here = _Here.look_up(file)
    errors = sorted([*file.errors, *_faults(file, here)], key=lambda error: error.line)
    if errors or file.document is None:
        raise GoverningFileError(errors, file.warnings)
    return file, file.document, here


def _faults(file: GoverningFile, here: _Here) -> Iterable[RowError]:
    head = file.document
    if head and head.supersedes and here.superseded is None:
        why = _("There is no document with the code %(code)s.") % {"code": head.supersedes}
        yield RowError(file.name, head.line, "governing_document.supersedes", why)
    if head and here.superseded and (why := _why_not_superseded(head.code, here.superseded)):
        yield RowError(file.name, head.line, "governing_document.supersedes", why)
    for each in file.passages:
        yield from _faults_of_passage(file, each, here)
    if not file.errors:
        named = {each.code for each in file.passages}
        for code in here.passages:
            if code not in named:
                why = _(
                    "The passage %(code)s is in the document here, but not in the file. A passage "
                    "is never taken out: let another document supersede this one."
                ) % {"code": code}
                yield RowError(file.name, 0, "passages", why)


def _why_not_superseded(code: str, superseded: GoverningDocument) -> str:
    """What stands in the way of the document superseding the other: that it would supersede itself,
    at once or by way of others. Nothing where nothing does."""
    if superseded.code == code:
        return _("A document cannot supersede itself.")
    earlier = dict(GoverningDocument.objects.values_list("pk", "supersedes"))
    own = GoverningDocument.objects.filter(code=code).values_list("pk", flat=True).first()
    seen: set[int] = set()
    at: int | None = superseded.pk
    while at is not None and at not in seen:
        seen.add(at)
        at = earlier[at]
    if own not in seen:
        return ""
    return _("%(code)s supersedes this document, which can then not supersede it.") % {
        "code": superseded.code
    }


def _faults_of_passage(file: GoverningFile, each: PassageEntry, here: _Here) -> Iterable[RowError]:
    def fault(column: str, why: str) -> RowError:
        return RowError(file.name, each.line, f"{each.path}.{column}", why)

    for code in each.legal_references:
        if code not in here.laws:
            why = _("There is no legal reference with the code %(code)s.") % {"code": code}
            yield fault("legal_references", why)
    for code in each.indicators:
        if not is_registered(code):
            why = _("There is no indicator with the code %(code)s.") % {"code": code}
            yield fault("indicators", why)
    if each.owner_unit and each.owner_unit not in here.units:
        why = _("There is no unit with the code %(code)s.") % {"code": each.owner_unit}
        yield fault("owner_unit", why)
    for name in ("words", "editorial_note", "owner_function", "title"):
        if any(found.kind == "personnummer" for found in guard.scan(getattr(each, name))):
            yield fault(name, _("The text seems to contain a personal identity number."))
    known = here.passages.get(each.code)
    was_obligation = known is not None and known.is_obligation
    if was_obligation and each.kind != Passage.Kind.OBLIGATION:
        yield fault("kind", _("An obligation stays an obligation: its status is kept."))


def _changes(file: GoverningFile, head: DocumentEntry, here: _Here) -> GoverningChanges:
    new = tuple(each for each in file.passages if each.code not in here.passages)
    changed = []
    for number, each in enumerate(file.passages, start=1):
        known = here.passages.get(each.code)
        if known and (names := _changed_fields(each, known, number)):
            changed.append(ChangedPassage(each.code, names))
    links = [link for each in file.passages for link in _new_links(each, here)]
    return GoverningChanges(
        code=head.code,
        title=head.title,
        is_new=here.document is None,
        head=_changed_head(head, here),
        new=new,
        changed=tuple(changed),
        same=len(file.passages) - len(new) - len(changed),
        joined=len(links),
        warnings=[*file.warnings, *_not_here(file)],
    )


def _changed_head(head: DocumentEntry, here: _Here) -> tuple[str, ...]:
    if here.document is None:
        return ()
    given = [name for name in _HEAD if getattr(head, name)]
    changed = [name for name in given if getattr(here.document, name) != getattr(head, name)]
    if here.superseded and here.document.supersedes_id != here.superseded.pk:
        changed.append("supersedes")
    return tuple(changed)


def _changed_fields(each: PassageEntry, known: Passage, number: int) -> tuple[str, ...]:
    given = [name for name in _PLAIN if getattr(each, name)]
    changed = [name for name in given if getattr(known, name) != getattr(each, name)]
    if each.owner_unit and (known.owner_unit is None or known.owner_unit.code != each.owner_unit):
        changed.append("owner_unit")
    laws = {law.code for law in known.legal_references.all()}
    if each.legal_references and laws != set(each.legal_references):
        changed.append("legal_references")
    if known.sort_order != number:
        changed.append("sort_order")
    return tuple(changed)


def _new_links(each: PassageEntry, here: _Here) -> list[tuple[str, str, str]]:
    role = PassageLink.Role
    wanted = [(str(role.SERVES), kind, key) for kind, key in each.serving]
    wanted += [
        (str(role.INDICATOR), str(PassageLink.Kind.INDICATOR), code) for code in each.indicators
    ]
    joined = here.links.get(each.code, set())
    return [link for link in wanted if link not in joined]


def _not_here(file: GoverningFile) -> list[RowError]:
    """What the passages name that is not here (yet): joined all the same."""
    links = [
        (each, PassageLink(pk=number, kind=kind, key=key))
        for number, (each, kind, key) in enumerate(
            (each, kind, key) for each in file.passages for kind, key in each.serving
        )
    ]
    named = name_links((link for _each, link in links), everything_published())
    first = {(link.kind, link.key): link.pk for _each, link in reversed(links)}
    return [
        RowError(
            file.name,
            each.line,
            each.path,
            _("%(kind)s %(key)s is not here yet.")
            % {"kind": str(link.get_kind_display()).capitalize(), "key": link.key},
        )
        for each, link in links
        if not named[link.pk].exists and first[link.kind, link.key] == link.pk
    ]


@transaction.atomic
def import_governing_document(
    *, content: bytes, name: str, on: date, by: User | None, dry_run: bool = False
) -> GoverningChanges:
    """Take in the document of a file with its passages: all of it, or nothing. The same file again
    changes nothing. GoverningFileError."""
    # The same file read twice at once: the second sees the first.
    list(GoverningDocument.objects.select_for_update().values_list("pk", flat=True))
    file, head, here = _read(content, name)
    changes = _changes(file, head, here)
    if dry_run or changes.is_empty:
        return changes
    reading = GoverningReading.objects.create(
        code=head.code, file_name=name[:255], checksum=sha256(content).hexdigest(), by=by
    )
    document = _write_head(head, here, changes, reading, by)
    changed = {each.code: each.fields for each in changes.changed}
    written: dict[str, Passage] = {}
    entries = []
    for number, each in enumerate(file.passages, start=1):
        known = here.passages.get(each.code)
        before = passage_facts(known) if known else {}
        if known is None or each.code in changed:
            fields = changed.get(each.code, ())
            written[each.code] = _write_passage(
                each, known, document, number, here, fields, reading
            )
            entries.append(_entry(written[each.code], before))
        else:
            written[each.code] = known
    for each in file.passages:
        for role, kind, key in _new_links(each, here):
            link = PassageLink.objects.create(
                passage=written[each.code], role=role, kind=kind, key=key, starts_on=on, by=by
            )
            label = PassageLink._meta.label_lower
            entries.append(Entry("passage.joined", label, str(link.pk), after=link_facts(link)))
    record_many(entries, by=by)
    return changes


def _write_head(
    head: DocumentEntry,
    here: _Here,
    changes: GoverningChanges,
    reading: GoverningReading,
    by: User | None,
) -> GoverningDocument:
    document = here.document or GoverningDocument(code=head.code, by=by)
    before = {each: _plain(getattr(document, each)) for each in changes.head}
    for each in _HEAD:
        if getattr(head, each) or here.document is None:
            setattr(document, each, getattr(head, each))
    if here.superseded:
        document.supersedes = here.superseded
    document.read_in = reading
    document.full_clean()
    document.save()
    record(
        "governing_document.added" if here.document is None else "governing_document.changed",
        document,
        by=by,
        before=before,
        after={each: _plain(getattr(document, each)) for each in (changes.head or _HEAD)}
        | {"code": document.code},
    )
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.code if isinstance(value, GoverningDocument) else value


def _write_passage(
    each: PassageEntry,
    known: Passage | None,
    document: GoverningDocument,
    number: int,
    here: _Here,
    changed: tuple[str, ...],
    reading: GoverningReading,
) -> Passage:
    passage = known or Passage(document=document, code=each.code)
    for name in _PLAIN:
        if known is None or name in changed:
            setattr(passage, name, getattr(each, name))
    if each.owner_unit:
        passage.owner_unit = here.units[each.owner_unit]
    passage.sort_order = number
    passage.read_in = reading
    passage.save()
    if each.legal_references:
        passage.legal_references.set([here.laws[code] for code in each.legal_references])
    return passage


def _entry(passage: Passage, before: Mapping[str, Any]) -> Entry:
    passage = Passage.objects.prefetch_related("legal_references").get(pk=passage.pk)
    after = passage_facts(passage)
    label, key = Passage._meta.label_lower, str(passage.pk)
    if not before:
        return Entry("passage.added", label, key, after=after | {"code": passage.code})
    names = [name for name in after if after[name] != before[name]]
    return Entry(
        "passage.edited",
        label,
        key,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
    )
