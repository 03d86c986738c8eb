"""A governing document as the file it can be read from again. Statuses and evidence are the
municipality's own and are not in it."""

from __future__ import annotations

from typing import Any

import yaml

from competence.models import GoverningDocument, Passage, PassageLink
from competence.parsers.governing_yaml import SERVING


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as lines, not as one with escapes in it."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def export_governing_document(document: GoverningDocument) -> str:
    """The document with its passages, as import_governing_document reads it."""
    passages = list(
        document.passages.select_related("owner_unit").prefetch_related("legal_references")
    )
    joined: dict[int, list[PassageLink]] = {}
    standing = PassageLink.objects.filter(passage__in=passages, ended_on__isnull=True)
    for link in standing.exclude(role=PassageLink.Role.EVIDENCE).order_by("pk"):
        joined.setdefault(link.passage_id, []).append(link)
    data = {
        "governing_document": _given(
            {
                "code": document.code,
                "title": document.title,
                "decided_by": document.decided_by,
                "decided_on": document.decided_on,
                "version": document.version,
                "owner_function": document.owner_function,
                "registry_number": document.registry_number,
                "plan_period": document.plan_period,
                "supersedes": document.supersedes.code if document.supersedes else "",
            }
        ),
        "passages": [_passage(each, joined.get(each.pk, [])) for each in passages],
    }
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _passage(passage: Passage, links: list[PassageLink]) -> dict[str, Any]:
    serving = {
        name: [each.key for each in links if each.kind == kind] for name, kind in SERVING.items()
    }
    return _given(
        {
            "code": passage.code,
            "number": passage.number,
            "title": passage.title,
            "section": passage.section,
            "kind": passage.kind,
            "words": f"{passage.words}\n",
            "owner_function": passage.owner_function,
            "owner_unit": passage.owner_unit.code if passage.owner_unit else "",
            "editorial_note": passage.editorial_note,
            "legal_references": sorted(each.code for each in passage.legal_references.all()),
            "indicators": [each.key for each in links if each.role == PassageLink.Role.INDICATOR],
            **serving,
        }
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: a field left out is not stated."""
    return {name: value for name, value in fields.items() if value}
