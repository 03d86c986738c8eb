"""The plans as documents: what is kept of a decided version, and what a draft says so far."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from competence.figures.document import Document, document_from
from competence.figures.followup.frozen import AlteredError, bytes_of, verified
from competence.figures.plan_document import plan_document
from competence.figures.training_document import training_document
from competence.models import (
    DecidedDocument,
    KeptDocument,
    PlanVersion,
    TrainingPlanVersion,
)
from competence.services.plan_starter import starter_words
from lms.lib.dates import STOCKHOLM


def document_of(version: DecidedDocument, day: date) -> Document:
    """The document of a version: as it was kept when it was decided, else as its rows say it on
    `day`. It is in the municipality's language whoever reads it. AlteredError."""
    if version.status == DecidedDocument.Status.ADOPTED:
        kept = list(KeptDocument.objects.filter(kind=version.kind, number=version.number))
        if kept:
            return _as_decided(kept, version)
    return _put_together(version, day)


def _as_decided(kept: Sequence[KeptDocument], version: DecidedDocument) -> Document:
    """The last that was kept. What was kept after the decision says what was decided with the
    registry number, and nothing else: AlteredError where it says more."""
    for each in kept:
        verified(bytes_of(each.content), each.checksum)
    decided, *later = (document_from(each.content, kept=each.checksum) for each in kept)
    registered = decided.with_registry_number(version.registry_number) if later else None
    for document in later:
        if registered is None or document.as_json() != registered.as_json():
            raise AlteredError(kept[-1].checksum)
    return later[-1] if later else decided


def _put_together(version: DecidedDocument, day: date) -> Document:
    with override(settings.LANGUAGE_CODE):
        if isinstance(version, TrainingPlanVersion):
            return training_document(version, day)
        assert isinstance(version, PlanVersion)
        is_decided = version.status == DecidedDocument.Status.ADOPTED
        return plan_document(version, day, starter={} if is_decided else starter_words())


def keep_document(*, version: DecidedDocument) -> KeptDocument:
    """Keep the document of a version that has just been decided, as it reads that day."""
    return _keep(version, _put_together(version, decision_day(version)))


def keep_registry_number(*, version: DecidedDocument) -> KeptDocument:
    """Keep the document once more, with the registry number that came after the decision."""
    document = document_of(version, decision_day(version))
    return _keep(version, document.with_registry_number(version.registry_number))


def decision_day(version: DecidedDocument) -> date:
    """The day of the decision; where that is not known, the version's first day, and where it has
    none the day it was written into the system."""
    return (
        version.adopted_on
        or version.in_force_from
        or timezone.localtime(version.created_at, STOCKHOLM).date()
    )


def _keep(version: DecidedDocument, document: Document) -> KeptDocument:
    return KeptDocument.objects.create(
        kind=version.kind,
        number=version.number,
        content=json.loads(document.as_json()),
        checksum=document.checksum,
    )
