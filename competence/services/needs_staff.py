"""Asking the staff what they need: who is asked, what each has said, and the one count after which
nobody's own answer is left. What one person says is in no ledger: the entry would outlive it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.needs import PlannedForm
from competence.figures.needs_staff import (
    areas_for_staff,
    asked_lately,
    staff_asked,
    staff_told,
    wish_of,
)
from competence.figures.words import named
from competence.models import NeedsForm, NeedsRound, StaffCount, StaffCountArea, StaffWish
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, User

# The notice kind that competence.notices registers.
STAFF_ASKED = "competence.needs_staff_asked"
BATCH = 1000


class StaffWishError(ValueError):
    """A wish that cannot be kept or taken back, or staff who cannot be asked; the message says
    why."""


def refuse_asked_lately(planned: Iterable[PlannedForm], day: date) -> None:
    """Raises StaffWishError where staff of the units are asked already, or were lately."""
    units = {form.unit.pk: form.unit for form in planned if form.members}
    found = asked_lately(list(units.values()), day)
    if found is not None:
        raise StaffWishError(
            _(
                "Staff of %(units)s are asked in %(round)s. They can be asked again from "
                "%(day)s. Open the round without asking them."
            )
            % {
                "units": named([unit.name for unit in found.units]),
                "round": found.needs_round.name,
                "day": date_format(found.again_from),
            }
        )


def ask_staff(
    *,
    needs_round: NeedsRound,
    forms: Iterable[NeedsForm],
    planned: Iterable[PlannedForm],
    threshold: int,
    day: date,
) -> int:
    """Ask the members of the forms that can be asked; how many. Each in one form of the round."""
    form_at = {(form.unit_id, form.key_group_id): form for form in forms if form.naming_id is None}
    asked = staff_asked(planned, threshold=threshold, day=day)
    rows = [
        StaffWish(needs_round=needs_round, form=form_at[place], person_id=person)
        for place, people in asked.items()
        for person in people
    ]
    StaffWish.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


@transaction.atomic
def keep_wish(*, person: Person, said: Mapping[str, str], at: datetime) -> StaffWish:
    """Keep what the person says of each area (its code); an area that is left out is taken back.
    Raises StaffWishError where they are not asked, or no longer."""
    wish = _mine(person, at)
    areas = {area.code for area in areas_for_staff(wish.form)}
    wish.said = {
        area: answer
        for area, answer in said.items()
        if area in areas and answer in StaffWish.Said.values
    }
    wish.save(update_fields=["said"])
    return wish


def take_back_wish(*, person: Person, at: datetime) -> StaffWish:
    """Leave nothing of what the person has said; they may answer again while it is asked."""
    return keep_wish(person=person, said={}, at=at)


def _mine(person: Person, at: datetime) -> StaffWish:
    found = wish_of(person, _day(at))
    if found is not None and found.form.needs_round.asks_staff_on(_day(at)):
        # The count waits for this, or has been made and left no row.
        NeedsForm.objects.select_for_update(no_key=True).get(pk=found.form_id)
        if StaffWish.objects.filter(pk=found.pk).exists():
            return found
    raise StaffWishError(_("The question is closed. Nothing more can be said in this round."))


@transaction.atomic
def count_staff(*, form: NeedsForm, by: User | None, at: datetime) -> StaffCount | None:
    """Count what the staff of a form have said, once, and remove their own rows; None where none
    are asked or they are counted. Kept is only what may be shown."""
    form = (
        NeedsForm.objects.select_for_update(of=("self",), no_key=True)
        .select_related("needs_round", "unit", "key_group")
        .get(pk=form.pk)
    )
    rows = StaffWish.objects.filter(form=form)
    said = list(rows.values_list("said", flat=True))
    if not said:
        return None
    threshold = SiteSettings.load().suppression_threshold
    areas = {area.code: area for area in areas_for_staff(form)}
    more = Counter(
        area
        for answers in said
        for area, answer in answers.items()
        if answer == StaffWish.Said.MORE
    )
    told = staff_told(
        asked=len(said),
        answered=sum(map(bool, said)),
        more={code: more[code] for code in areas},
        threshold=threshold,
    )
    count = StaffCount.objects.create(
        form=form,
        asked=len(said),
        told=told.answered.told,
        answered=told.answered.number,
        threshold=threshold,
        counted_at=at,
    )
    StaffCountArea.objects.bulk_create(
        StaffCountArea(count=count, area=areas[code], told=each.told, more=each.number)
        for code, each in told.more.items()
    )
    rows.delete()
    record(
        "needs_form.staff_counted",
        count,
        by=by,
        after={
            "unit": form.unit.code,
            "key_group": form.key_group.code,
            "rows_removed": len(said),
        },
    )
    return count


def count_staff_of_round(*, needs_round: NeedsRound, by: User | None, at: datetime) -> int:
    """Count every form of a round whose staff are not counted; how many."""
    forms = NeedsForm.objects.filter(
        needs_round=needs_round, pk__in=StaffWish.objects.values("form")
    )
    return sum(count_staff(form=form, by=by, at=at) is not None for form in forms)


def count_staff_that_is_over(*, day: date, at: datetime) -> int:
    """Count the forms whose staff may no longer answer on `day`; how many."""
    waiting = NeedsRound.objects.filter(
        pk__in=StaffWish.objects.values("needs_round"), starts_on__lte=day
    )
    return sum(
        count_staff_of_round(needs_round=each, by=None, at=at)
        for each in waiting
        if not each.asks_staff_on(day)
    )


@transaction.atomic
def tell_staff(*, day: date, at: datetime) -> int:
    """Tell those who are asked, once in a round; how many are new."""
    rounds = [each for each in NeedsRound.objects.open_on(day) if each.asks_staff_on(day)]
    drafts = [
        Draft(
            STAFF_ASKED,
            wish.person,
            f"{STAFF_ASKED}:{wish.needs_round_id}:{wish.person_id}",
            {"round": wish.needs_round.pk, "day": wish.needs_round.last_day_for_staff},
            reverse("competence:my_wish"),
        )
        for wish in StaffWish.objects.filter(needs_round__in=rounds, said={}).select_related(
            "person", "needs_round"
        )
    ]
    return len(notify_many(drafts, at=at))


def still_asked(notices: Iterable[Notice], day: date) -> set[int]:
    """The notices whose person may still answer and has not."""
    told = list(notices)
    rounds = [each for each in NeedsRound.objects.open_on(day) if each.asks_staff_on(day)]
    waiting = set(
        StaffWish.objects.filter(
            needs_round__in=rounds, said={}, person__in={notice.person_id for notice in told}
        ).values_list("needs_round_id", "person_id")
    )
    return {notice.pk for notice in told if (notice.context["round"], notice.person_id) in waiting}


@transaction.atomic
def move_staff_wishes(*, survivor: Person, loser: Person) -> None:
    """What a record that goes is asked, its survivor is, unless they are asked themselves: then
    what the survivor has said stands, and else what the other has."""
    own = {wish.needs_round_id: wish for wish in StaffWish.objects.filter(person=survivor)}
    for wish in StaffWish.objects.filter(person=loser):
        twin = own.get(wish.needs_round_id)
        if twin is None:
            wish.person = survivor
            wish.save(update_fields=["person"])
            continue
        if not twin.said:
            twin.said = wish.said
            twin.save(update_fields=["said"])
        wish.delete()


def _day(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()
