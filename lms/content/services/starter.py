"""The law and the contacts a municipality starts with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import models, transaction

from lms.audit import services as audit
from lms.content.models import ContactPoint, LegalReference
from lms.lib.yamlfile import read_yaml

STARTER = Path(__file__).resolve().parent.parent / "starter" / "references.yaml"


def _filled(row: dict[str, Any], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None and key not in without}


@transaction.atomic
def load_references(*, by: models.Model | None = None) -> int:
    """Add the legal references and contacts that are missing; how many were added. A row that
    exists is the municipality's own by now and is left as it is."""
    data = read_yaml(STARTER)
    known_laws = set(LegalReference.objects.values_list("code", flat=True))
    known_contacts = set(ContactPoint.objects.values_list("code", flat=True))
    new_laws = [row for row in data["legal_references"] if row["code"] not in known_laws]
    new_contacts = [row for row in data["contact_points"] if row["code"] not in known_contacts]
    LegalReference.objects.bulk_create(
        LegalReference(**_filled(row, without=("replaced_by",))) for row in new_laws
    )
    laws = {law.code: law for law in LegalReference.objects.all()}
    for row in new_laws:
        if row["replaced_by"]:
            laws[row["code"]].replaced_by = laws[row["replaced_by"]]
            laws[row["code"]].save(update_fields=["replaced_by"])
    ContactPoint.objects.bulk_create(ContactPoint(**_filled(row)) for row in new_contacts)
    added = len(new_laws) + len(new_contacts)
    if added:
        audit.record_many(
            [
                audit.Entry(
                    action="content.references_loaded",
                    object_type="content.starter",
                    object_id=STARTER.name,
                    after={"laws": len(new_laws), "contacts": len(new_contacts)},
                )
            ],
            by=by,
        )
    return added
