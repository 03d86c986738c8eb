"""The measure register on a day: each obligation, how it stands, and what shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import pgettext_lazy

from competence.figures.joined import Joined, Named, name_for_all, name_links, open_to
from competence.models import GoverningDocument, ObligationStatus, Passage, PassageLink
from lms.people.models import User

Status = ObligationStatus.Status
# In the order they are told. An obligation that nobody has said anything of has none of them.
STATUSES = (Status.DONE, Status.ONGOING, Status.NOT_STARTED, Status.DORMANT)
UNASSESSED = ""
UNASSESSED_WORDS = pgettext_lazy("obligation", "not assessed yet")
# The same of several.
_WORDS_OF_SEVERAL = {
    Status.DONE: pgettext_lazy("obligations", "done"),
    Status.ONGOING: pgettext_lazy("obligations", "ongoing"),
    Status.NOT_STARTED: pgettext_lazy("obligations", "not started"),
    Status.DORMANT: pgettext_lazy("obligations", "dormant"),
    UNASSESSED: pgettext_lazy("obligations", "not assessed yet"),
}


def status_words(status: str) -> str:
    return str(Status(status).label if status else UNASSESSED_WORDS)


@dataclass(frozen=True)
class Obligation:
    """One obligation as it stood on a day. `status` is empty where nobody had said anything."""

    pk: int
    code: str
    number: str
    title: str
    section: str
    words: str
    # A function and perhaps its unit; empty: not stated.
    owner: str
    status: str
    status_words: str
    since: date | None
    comment: str
    evidence: tuple[Joined, ...]
    # The codes of the indicators that follow it up.
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class StatusCount:
    status: str
    words: str
    count: int


def obligations_on(
    day: date, document: GoverningDocument | None = None, reader: User | None = None
) -> tuple[Obligation, ...]:
    """The obligations of the governing document in force (or of another), in its order, as they
    stood on a day. None where there is no document. Evidence is named as the reader may see it, and
    without one as anybody may. As many queries whatever there is of each."""
    document = document or GoverningDocument.objects.in_force_on(day)
    if document is None:
        return ()
    passages = list(
        document.passages.filter(kind=Passage.Kind.OBLIGATION).select_related("owner_unit")
    )
    statuses = statuses_on(day, passages)
    links = list(
        PassageLink.objects.standing_on(day)
        .filter(passage__in=passages)
        .exclude(role=PassageLink.Role.SERVES)
    )
    evidence = [each for each in links if each.role == PassageLink.Role.EVIDENCE]
    named = name_links(evidence, open_to(reader)) if reader else name_for_all(evidence)
    return tuple(_obligation(each, statuses.get(each.pk), links, named) for each in passages)


def statuses_on(day: date, passages: Iterable[Passage]) -> Mapping[int, ObligationStatus]:
    """The latest said of each by then, by the passage's primary key. One query."""
    found: dict[int, ObligationStatus] = {}
    said = ObligationStatus.objects.filter(passage__in=list(passages), on__lte=day)
    for each in said.order_by("on", "pk"):
        found[each.passage_id] = each
    return found


def _obligation(
    passage: Passage,
    said: ObligationStatus | None,
    links: Iterable[PassageLink],
    named: Mapping[int, Named],
) -> Obligation:
    own = [each for each in links if each.passage_id == passage.pk]
    status = said.status if said else UNASSESSED
    return Obligation(
        pk=passage.pk,
        code=passage.code,
        number=passage.number,
        title=passage.title,
        section=passage.section,
        words=passage.words,
        owner=owner_of(passage),
        status=status,
        status_words=status_words(status),
        since=said.on if said else None,
        comment=said.comment if said else "",
        evidence=tuple(
            Joined.of(each, named[each.pk])
            for each in own
            if each.role == PassageLink.Role.EVIDENCE
        ),
        indicators=tuple(each.key for each in own if each.role == PassageLink.Role.INDICATOR),
    )


def owner_of(passage: Passage) -> str:
    unit = passage.owner_unit.name if passage.owner_unit else ""
    return ", ".join(each for each in (passage.owner_function, unit) if each)


def counted(obligations: Iterable[Obligation]) -> tuple[StatusCount, ...]:
    """How many stand in each way, all of them named even where none does; those not assessed only
    where there are some."""
    numbers = Counter(each.status for each in obligations)
    told = [*STATUSES, *([UNASSESSED] if numbers[UNASSESSED] else [])]
    return tuple(StatusCount(each, str(_WORDS_OF_SEVERAL[each]), numbers[each]) for each in told)
