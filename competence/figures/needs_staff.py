"""What the staff say they need, as a reader is shown it: whom a form asks, what may be told of
their answers, and what one person has said.

Nobody is shown what a single person has answered, nor could work it out:

- A person is asked in one form of a round, so no number of one form is part of another's, and in
  one round at a time: whoever has posts in two units rests in the other.
- A form asks the staff only where they are at least twice the smallest number that is told:
  otherwise no number could ever be told, and nobody is asked in vain.
- A number is told only where neither it nor what is left of those it is part of is below the
  smallest number that is told. Below it reads "fewer than", above it "all or nearly all".
- It is counted once, and nobody is asked again for a while. There is no earlier or later number to
  subtract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from competence.figures.needs import PlannedForm
from competence.figures.needs_asked import areas_to_wish
from competence.models import NeedsForm, NeedsRound, StaffCount, StaffCountArea, StaffWish, Told
from lms.framework.models import CompetenceArea
from lms.lib.dates import STOCKHOLM
from lms.notifications.mail import has_address_q
from lms.people.models import Employment, Person, Unit
from lms.people.querysets import in_units_q

Place = tuple[int, int]
"""A unit and a key group (primary keys)."""
AGAIN_AFTER = timedelta(days=90)
"""Nobody is asked twice within this: two counts of nearly the same people would tell of those who
are in one of them only."""

Form = TypeVar("Form")
Area = TypeVar("Area")


@dataclass(frozen=True)
class ToldCount:
    """A count of people as it may be told: the number, or on which side of it the count is."""

    told: Told
    number: int | None = None

    @classmethod
    def of(cls, count: int, of: int, threshold: int) -> ToldCount:
        """`count` of people of whom the reader knows that they are part of at least `of`."""
        if count < threshold:
            return cls(Told.FEW)
        if count > of - threshold:
            return cls(Told.MOST)
        return cls(Told.NUMBER, count)


@dataclass(frozen=True)
class StaffTold:
    """What may be told of a form: how many of those asked have answered and, where they are enough,
    how many need more, by area."""

    answered: ToldCount
    more: Mapping[str, ToldCount]


def staff_told(asked: int, answered: int, more: Mapping[str, int], threshold: int) -> StaffTold:
    """What may be told of `answered` of `asked`, of whom so many need more in each area."""
    of_asked = ToldCount.of(answered, asked, threshold)
    # What the reader knows that they are at least, so that a number told says no more of it.
    known = {
        Told.FEW: 0,
        Told.NUMBER: answered,
        Told.MOST: asked - threshold + 1,
    }[of_asked.told]
    if known < enough_to_ask(threshold):
        return StaffTold(of_asked, {})
    return StaffTold(
        of_asked,
        {area: ToldCount.of(count, known, threshold) for area, count in more.items()},
    )


def enough_to_ask(threshold: int) -> int:
    """How many have to be asked, and to answer, for a number of them to be told."""
    return 2 * threshold


def asked_in_one(
    members: Mapping[Form, Collection[int]], threshold: int
) -> dict[Form, tuple[int, ...]]:
    """Whom each form asks of its members (primary keys): each person in one form, the smallest
    that is large enough first. Forms that are left with too few ask nobody."""
    free = {pk for people in members.values() for pk in people}
    found: dict[Form, tuple[int, ...]] = {}
    # Sorted stably: among forms of one size, in the order given.
    for form in sorted(members, key=lambda each: len(members[each])):
        here = sorted(free.intersection(members[form]))
        if len(here) >= enough_to_ask(threshold):
            found[form] = tuple(here)
            free.difference_update(here)
    return found


def staff_asked(
    planned: Iterable[PlannedForm], *, threshold: int, day: date
) -> dict[Place, tuple[int, ...]]:
    """Whom each form would ask on `day`, by unit and key group (primary keys): those of its members
    whom the question reaches (an open account, or an address), who do not answer for the unit
    themselves and who rest from no other. Three queries."""
    reached = Person.objects.current().filter(Q(user__is_active=True) | has_address_q())
    within_reach = set(reached.values_list("pk", flat=True)) - _resting(day)
    return asked_in_one(
        {
            (form.unit.pk, form.key_group.pk): within_reach.intersection(
                frozenset[int]().union(*form.members.values())
            )
            - {manager.pk for manager in form.managers}
            for form in planned
            if form.members
        },
        threshold,
    )


def _resting(day: date) -> set[int]:
    """Those (primary keys) who are asked already, or may have been and were counted less than
    `AGAIN_AFTER` ago. Whom a count was of is not kept: so it is everyone who had a post there."""
    resting = set(StaffWish.objects.values_list("person_id", flat=True))
    had_posts = Q(pk__in=[])
    forms = NeedsForm.objects.filter(staff_count__counted_at__date__gt=day - AGAIN_AFTER)
    for form in forms.select_related("unit", "needs_round", "staff_count"):
        had_posts |= (
            in_units_q([form.unit])
            & Q(starts_on__lte=form.staff_count.counted_at.astimezone(STOCKHOLM).date())
            & (
                Q(ends_on__isnull=True)
                | Q(ends_on__gte=form.needs_round.created_at.astimezone(STOCKHOLM).date())
            )
        )
    posts = Employment.objects.filter(had_posts)
    return resting | set(posts.values_list("person_id", flat=True))


@dataclass(frozen=True)
class AskedLately:
    """The units whose staff are asked already, or were lately; the latest of the rounds that ask
    them, and the first day on which all of them may be asked again."""

    units: tuple[Unit, ...]
    needs_round: NeedsRound
    again_from: date


def asked_lately(units: Collection[Unit], day: date) -> AskedLately | None:
    """Those of the units within, above or below which the staff have not been counted, or were less
    than `AGAIN_AFTER` ago. Two queries."""
    met: set[int] = set()
    rounds: list[tuple[date, NeedsRound]] = []
    rows = NeedsForm.objects.filter(
        Q(staff_count__counted_at__date__gt=day - AGAIN_AFTER)
        | Exists(StaffWish.objects.filter(form=OuterRef("pk")))
    ).select_related("unit", "needs_round", "staff_count")
    for form in rows:
        near = {unit.pk for unit in units if unit.covers(form.unit) or form.unit.covers(unit)}
        if near:
            met |= near
            last_day = form.needs_round.last_day_for_staff
            assert last_day is not None
            count = getattr(form, "staff_count", None)
            counted_on = count.counted_at.astimezone(STOCKHOLM).date() if count else None
            rounds.append(((counted_on or last_day) + AGAIN_AFTER, form.needs_round))
    if not rounds:
        return None
    again_from, needs_round = max(rounds, key=lambda each: each[0])
    return AskedLately(tuple(unit for unit in units if unit.pk in met), needs_round, again_from)


def areas_for_staff(form: NeedsForm) -> list[CompetenceArea]:
    """What the staff are asked about: where the plan asked something of the key group on the
    round's first day; where it asked nothing, everything that can be wished for."""
    areas = areas_to_wish(form, form.needs_round.starts_on)
    asked = [each.area for each in areas if each.asked_now is not None]
    return asked or [each.area for each in areas]


@dataclass(frozen=True)
class MyWish:
    """What one person is asked, and has said so far. `is_open`: it can still be changed."""

    needs_round: NeedsRound
    form: NeedsForm
    said: Mapping[str, str]
    is_open: bool
    last_day: date

    @property
    def has_answered(self) -> bool:
        return bool(self.said)

    def in_words(self) -> list[tuple[str, str]]:
        """What is said, area by area. One query."""
        return _in_words([self.said])


def said_by(person: Person) -> list[tuple[str, str]]:
    """All that is stored of what the person has said, area by area, round by round. Two queries."""
    stored = StaffWish.objects.filter(person=person).order_by("needs_round__starts_on", "pk")
    return _in_words(stored.values_list("said", flat=True))


def _in_words(said: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    areas = list(CompetenceArea.objects.all())
    return [
        (area.name, str(StaffWish.Said(answers[area.code]).label))
        for answers in said
        for area in areas
        if area.code in answers
    ]


def wish_of(person: Person, day: date) -> StaffWish | None:
    """What the person is asked on `day`: what can still be answered, the first to close first;
    otherwise the latest that was asked and is not yet counted. One query."""
    begun = list(
        StaffWish.objects.filter(person=person, needs_round__starts_on__lte=day)
        .select_related("needs_round", "form__needs_round", "form__key_group", "form__unit")
        .order_by("-needs_round__starts_on", "-pk")
    )
    is_open = [wish for wish in begun if wish.needs_round.asks_staff_on(day)]
    is_open.sort(key=lambda wish: wish.needs_round.last_day_for_staff or date.max)
    return next(iter([*is_open, *begun]), None)


def my_wish(person: Person | None, day: date) -> MyWish | None:
    """What the person is asked on `day`, or was asked and is not yet counted; none where nothing
    is stored. One query."""
    wish = wish_of(person, day) if person is not None else None
    if wish is None:
        return None
    last_day = wish.needs_round.last_day_for_staff
    assert last_day is not None
    return MyWish(
        wish.needs_round, wish.form, wish.said, wish.needs_round.asks_staff_on(day), last_day
    )


@dataclass(frozen=True)
class StaffShown:
    """What a reader of a form is shown of its staff. `waits_until`: they may still answer."""

    waits_until: date | None = None
    is_too_few: bool = False
    count: StaffCount | None = None
    areas: tuple[StaffCountArea, ...] = ()

    @property
    def answered(self) -> str:
        return answered_words(self.count) if self.count else ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each area, and how many need more in it."""
        return [
            (area.area.name, more_words(area, self.count.threshold))
            for area in self.areas
            if self.count
        ]


def staff_shown(form: NeedsForm) -> StaffShown | None:
    """None where the round does not ask the staff, or the form is about a key person. Three
    queries at most."""
    last_day = form.needs_round.last_day_for_staff
    if last_day is None or form.naming_id is not None:
        return None
    count = StaffCount.objects.filter(form=form).first()
    if count is not None:
        return StaffShown(count=count, areas=tuple(count.areas.select_related("area")))
    if StaffWish.objects.filter(form=form).exists():
        return StaffShown(waits_until=last_day)
    return StaffShown(is_too_few=True)


def counts_of(forms: Iterable[int]) -> dict[int, StaffCount]:
    """The counts of forms (primary keys), by form, with their areas. Two queries."""
    counts = StaffCount.objects.filter(form__in=list(forms)).prefetch_related("areas__area")
    return {count.form_id: count for count in counts}


def staff_of_area(needs_round: NeedsRound) -> dict[tuple[int, int], dict[int, str]]:
    """How many need more, in words, by key group and area, and by form (primary keys). One
    query."""
    found: dict[tuple[int, int], dict[int, str]] = {}
    rows = StaffCountArea.objects.filter(count__form__needs_round=needs_round)
    for row in rows.select_related("count__form").order_by("count__form__unit__tree_left"):
        form = row.count.form
        by_form = found.setdefault((form.key_group_id, row.area_id), {})
        by_form[form.pk] = f"{answered_words(row.count)} {_sentence(row)}"
    return found


def _sentence(area: StaffCountArea) -> str:
    words = more_words(area, area.count.threshold)
    return f"{words[:1].upper()}{words[1:]}."


def answered_words(count: StaffCount) -> str:
    """How many of those asked have answered, in words."""
    said = {"asked": count.asked, "few": count.threshold, "answered": count.answered}
    if count.told == Told.FEW:
        return _("Fewer than %(few)s of %(asked)s have answered.") % said
    if count.told == Told.MOST:
        return _("All or nearly all of %(asked)s have answered.") % said
    return _("%(answered)s of %(asked)s have answered.") % said


def more_words(area: StaffCountArea, threshold: int) -> str:
    """How many need more in an area, in words."""
    if area.told == Told.FEW:
        return _("fewer than %(few)s need more") % {"few": threshold}
    if area.told == Told.MOST:
        return _("all or nearly all need more")
    return _("%(number)s need more") % {"number": area.more}


def by_area_words(count: StaffCount) -> Sequence[str]:
    """A line for each area of a count, with the area's name."""
    return [f"{area.area.name}: {more_words(area, count.threshold)}" for area in count.areas.all()]
