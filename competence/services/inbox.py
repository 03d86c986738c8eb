"""What waits for a reviewer, of every kind, in one list. A kind says which cases wait and how they
are decided; the pages know nothing more of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.utils.functional import Promise

from lms.people.access import Obj
from lms.people.models import User

LATE_DAYS = 14
MOST_CASES = 200


@dataclass(frozen=True)
class Case:
    """One thing that waits. `ready`: it can be approved together with others, because
    `suggestion` says all that follows; the rest is decided on its own page."""

    kind: str
    pk: int
    person_name: str
    about: str
    days: int
    suggestion: str
    ready: bool
    # Cases with the same heading stand together.
    group: str
    note: str = ""
    # The page on which it is decided by itself.
    url: str = ""
    # Whoever looks asked for it, or it is about them: somebody else decides on it.
    own: bool = False
    # Whether it is a rule that says what follows.
    by_rule: bool = True

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"

    @property
    def is_late(self) -> bool:
        return self.days >= LATE_DAYS


class InboxKind(Protocol):
    code: str
    label: str | Promise
    # What it takes to see and decide its cases.
    obj: Obj

    def waiting(self) -> int: ...

    def cases(self, day: date, most: int, *, by: User) -> Sequence[Case]:
        """The oldest first, in a constant number of queries. What `by` may not decide, being
        about them or from them, is `own` and not ready."""

    def cases_of(self, pks: Collection[int], day: date, *, by: User) -> Sequence[Case]: ...

    def decide(
        self, pks: Collection[int], *, approved: bool, reason: str, by: User, at: datetime
    ) -> int:
        """All or none; how many. Raises ValueError or ValidationError with what to say."""


_kinds: dict[str, InboxKind] = {}


def register_inbox_kind(kind: InboxKind) -> None:
    _kinds[kind.code] = kind


def inbox_kinds() -> list[InboxKind]:
    return list(_kinds.values())


def inbox_kind(code: str) -> InboxKind | None:
    return _kinds.get(code)
