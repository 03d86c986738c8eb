"""Files handed in as proof: checked, kept under a random name in private storage, and kept for the
next try where the rest of the form had to be put right."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.parsers.proofs import Proof, ProofError, read_proof
from lms.lib import guard
from lms.lib.files import private_storage
from lms.people.models import User

DRAFTS = "recognition-drafts"
DRAFT_HOURS = 24
_SALT = "competence.proof"


def checked_proof(file: BinaryIO) -> Proof:
    """What is kept of an uploaded file. Raises ProofError. No more than a byte over the limit is
    read."""
    limit = settings.PROOF_MAX_BYTES
    return read_proof(file.read(limit + 1), max_bytes=limit)


@dataclass(frozen=True)
class NamedProof:
    """A checked file, and the name it came with."""

    proof: Proof
    name: str


def shown_name(name: str, suffix: str) -> str:
    """The file's own name as it is shown: no folders, the suffix of what it is, and nothing that
    looks like a personnummer or a phone number."""
    stem = PurePosixPath(name.replace("\\", "/")).stem.strip(". ")
    stem = "".join(char for char in stem if char.isprintable() and char not in '"<>:|?*')[:100]
    if not stem or list(guard.scan(stem)):
        stem = _("proof")
    return f"{stem}{suffix}"


def proof_file(proof: Proof) -> ContentFile[bytes]:
    return ContentFile(proof.content, name=f"proof{proof.suffix}")


def keep_draft(proof: Proof, name: str, *, by: User) -> str:
    """Keep a checked file while the rest of the form is put right; the token that names it, good
    for this account and a day."""
    path = private_storage().save(
        f"{DRAFTS}/{secrets.token_hex(16)}{proof.suffix}", proof_file(proof)
    )
    return signing.dumps([path, name], salt=f"{_SALT}.{by.pk}")


def draft_of(token: str, *, by: User) -> tuple[Proof, str] | None:
    """The kept file behind a token and its own name; none where it has gone or is another's."""
    try:
        path, name = signing.loads(token, salt=f"{_SALT}.{by.pk}", max_age=DRAFT_HOURS * 3600)
    except signing.BadSignature:
        return None
    storage = private_storage()
    if not storage.exists(path):
        return None
    with storage.open(path) as file:
        return Proof(file.read(), PurePosixPath(path).suffix), name


def drop_draft(token: str, *, by: User) -> None:
    try:
        path, _name = signing.loads(token, salt=f"{_SALT}.{by.pk}")
    except signing.BadSignature:
        return
    private_storage().delete(path)


def remove_old_drafts(*, at: datetime) -> int:
    """Remove files that nobody came back to; how many."""
    storage = private_storage()
    if not storage.exists(DRAFTS):
        return 0
    removed = 0
    for name in storage.listdir(DRAFTS)[1]:
        path = f"{DRAFTS}/{name}"
        changed = storage.get_modified_time(path)
        if timezone.is_naive(changed):
            changed = timezone.make_aware(changed)
        if changed < at - timedelta(hours=DRAFT_HOURS):
            storage.delete(path)
            removed += 1
    return removed


__all__ = [
    "NamedProof",
    "Proof",
    "ProofError",
    "checked_proof",
    "draft_of",
    "drop_draft",
    "keep_draft",
    "proof_file",
    "remove_old_drafts",
    "shown_name",
]
