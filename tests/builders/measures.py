"""Governing documents for tests, read in by the service."""

from __future__ import annotations

from datetime import date

import yaml

from competence.models import GoverningDocument, Passage
from competence.services.governing_file import import_governing_document
from competence.services.measures import set_obligation_status
from tests.builders.competence import DAY


def document_of(*passages: dict[str, object], **head: object) -> dict[str, object]:
    """A document as data: each passage is an obligation unless it says otherwise."""
    usual = {"kind": "obligation", "section": "Under planperioden ska"}
    return {
        "governing_document": {"code": "plan", "title": "Plan för kommunen"} | head,
        "passages": [
            usual
            | {"title": f"Åtagande {each['code']}", "words": f"Kommunen gör {each['code']}."}
            | each
            for each in passages
        ],
    }


def written(document: dict[str, object]) -> bytes:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()


def read_in(*passages: dict[str, object], on: date = DAY, **head: object) -> GoverningDocument:
    document = document_of(*passages, **head)
    import_governing_document(content=written(document), name="plan.yaml", on=on, by=None)
    return GoverningDocument.objects.get(code=document["governing_document"]["code"])  # type: ignore[index]


def passage(code: str) -> Passage:
    return Passage.objects.get(code=code)


def say(code: str, status: str, on: date, comment: str = "") -> None:
    set_obligation_status(
        passage=passage(code), status=status, on=on, comment=comment, today=DAY, by=None
    )
