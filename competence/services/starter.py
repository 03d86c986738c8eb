"""The proposed framework that a municipality starts from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction

from competence.models import GoverningDocument, Passage, PlanVersion, Requirement
from competence.services.framework_file import import_framework
from competence.services.governing_file import import_governing_document
from lms.content.services.starter import load_references
from lms.framework.models import CompetenceArea
from lms.lib.yamlfile import read_yaml
from lms.people.models import User

FOLDER = Path(__file__).resolve().parent.parent / "starter"


def framework_file() -> bytes:
    """The proposal in the exchange format."""
    return (FOLDER / "framework.yaml").read_bytes()


@transaction.atomic
def load_framework(*, on: date, by: User | None) -> int:
    """Put the proposal in place as a draft to decide on, where there is no plan yet; how many
    requirements it holds. Where there is a plan already nothing is changed, and 0 returned."""
    if PlanVersion.objects.exists():
        return 0
    import_framework(content=framework_file(), name="framework.yaml", today=on, draft=True, by=by)
    add_words()
    return Requirement.objects.count()


def add_words() -> None:
    """Short names of areas that have none, and motives of a draft's requirements without one."""
    words = read_yaml(FOLDER / "words.yaml")
    for area in CompetenceArea.objects.filter(short_name=""):
        area.short_name = words["short_names"].get(area.code, "")
        area.save(update_fields=["short_name"])
    drafts = Requirement.objects.filter(plan_version__status=PlanVersion.Status.DRAFT, motive="")
    for code, motive in words["motives"].items():
        drafts.filter(key_group__code=code).update(motive=motive)


def governing_document() -> bytes:
    """The governing document that the obligations come from, as a file."""
    return (FOLDER / "governing_document.yaml").read_bytes()


@transaction.atomic
def load_governing_document(*, on: date, by: User | None) -> int:
    """Read in the document where there is none yet; how many passages it has. Where there is one
    already nothing is changed, and 0 returned."""
    if GoverningDocument.objects.exists():
        return 0
    load_references(by=by)
    import_governing_document(
        content=governing_document(), name="governing_document.yaml", on=on, by=by
    )
    return Passage.objects.count()
