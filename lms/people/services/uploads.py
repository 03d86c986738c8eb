"""HR files that wait for a decision: kept in private storage until applied or discarded."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from lms.audit.services import record
from lms.people.models import ImportRun, ImportUpload, User
from lms.people.services import hr_import


def waiting() -> QuerySet[ImportUpload]:
    return ImportUpload.objects.filter(run=None, discarded_at=None).select_related("by__person")


@transaction.atomic
def store_upload(
    *, units: UploadedFile, staff: UploadedFile, leave: UploadedFile | None, by: User
) -> ImportUpload:
    files = [file for file in (units, staff, leave) if file]
    upload = ImportUpload.objects.create(
        by=by,
        units=units,
        staff=staff,
        leave=leave or "",
        file_names=[(file.name or "")[:120] for file in files],
    )
    record("hr_files_uploaded", upload, by=by, after={"files": upload.file_names})
    return upload


def _open(file: FieldFile) -> BinaryIO:
    # Django's files read as binary streams do, but do not say so to a type checker.
    return cast(BinaryIO, file.open("rb"))


def _read(upload: ImportUpload) -> hr_import.Organisation:
    names = [*upload.file_names, "", ""][:3]
    units, staff = _open(upload.units), _open(upload.staff)
    leave = _open(upload.leave) if upload.leave else None
    opened = [file for file in (units, staff, leave) if file is not None]
    try:
        return hr_import.read_organisation(
            units, staff, leave, names=cast(tuple[str, str, str], tuple(names))
        )
    finally:
        for file in opened:
            file.close()


def plan_of(upload: ImportUpload, *, day: date) -> hr_import.ImportPlan:
    return hr_import.plan_import(_read(upload), as_of=day)


@transaction.atomic
def apply_upload(
    *, upload: ImportUpload, day: date, by: User, force: bool, fingerprint: str
) -> ImportRun | None:
    """Apply the plan that was shown. The files are removed once they have been written."""
    run, _plan = hr_import.apply_import(
        _read(upload), as_of=day, by=by, force=force, fingerprint=fingerprint
    )
    upload.run = run
    upload.discarded_at = timezone.now() if run is None else None
    upload.save(update_fields=["run", "discarded_at"])
    transaction.on_commit(lambda: _remove_files(upload))
    return run


@transaction.atomic
def discard_upload(*, upload: ImportUpload, by: User) -> None:
    upload.discarded_at = timezone.now()
    upload.save(update_fields=["discarded_at"])
    record("hr_files_discarded", upload, by=by)
    transaction.on_commit(lambda: _remove_files(upload))


def _remove_files(upload: ImportUpload) -> None:
    for file in (upload.units, upload.staff, upload.leave):
        if file:
            file.delete(save=False)
