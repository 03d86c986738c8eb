"""The demo's needs assessment: a round that is open, most of it answered, and what the coordinator
has made of it so far."""

from __future__ import annotations

import random
from datetime import date, timedelta

from competence.figures.needs import managers_of_units
from competence.figures.needs_asked import areas_to_wish
from competence.figures.needs_staff import areas_for_staff
from competence.figures.proposals import wished_for
from competence.models import (
    KeyGroup,
    KeyPersonAssignment,
    NeedsForm,
    NeedsRound,
    Requirement,
    StaffWish,
)
from competence.services.needs_answers import NeedsWritten, hand_in
from competence.services.needs_delegations import leave_to_colleague
from competence.services.needs_rounds import open_needs_round
from competence.services.needs_staff import keep_wish
from competence.services.proposals import answer_proposal, propose
from lms.content.models import SiteSettings
from lms.demo.clock import DemoClock
from lms.people.models import Person, User
from lms.people.services.accounts import make_account

_OPENED, _OPEN_FOR, _SAID, _STAFF_LEFT, _ANSWERED, _PROPOSED = 25, 45, 20, 9, 14, 4
"""Days before today, days open, days before today, days from today, and days before today."""
_WHY = ("S", "SP", "SL", "MP", "P", "B")
_WORDS = (
    "Fler vill kunna samtala om hat och hot utan att bryta relationen.",
    "Rutinen är ny för många, och frågorna blir svårare.",
    "",
)


def ask_about_needs(today: date, clock: DemoClock) -> None:
    """A round about next year, opened by the coordinator and answered by two of three units."""
    officer = User.objects.get(email="samordnare@example.se")
    at = clock.set(today - timedelta(days=_OPENED), 8)
    namings = KeyPersonAssignment.objects.filter(key_group__code="G19").order_by("pk")[:3]
    opened = open_needs_round(
        name=f"Behov inför {today.year + 1}",
        period_from=date(today.year + 1, 1, 1),
        period_until=date(today.year + 1, 12, 31),
        starts_on=at.date(),
        ends_on=at.date() + timedelta(days=_OPEN_FOR),
        staff_until=today + timedelta(days=_STAFF_LEFT),
        unit_kind="verksamhet",
        key_groups=KeyGroup.objects.all(),
        namings=list(namings),
        threshold=SiteSettings.load().suppression_threshold,
        by=officer,
        at=at,
    )
    _what_the_staff_say(opened, today, clock)
    _answers(opened, today, clock)
    _proposals(opened, today, clock, officer)


def _what_the_staff_say(opened: NeedsRound, today: date, clock: DemoClock) -> None:
    """Three of four of the staff have answered; the one who signs in as themselves has not."""
    choice = random.Random("staff")
    at = clock.set(today - timedelta(days=_SAID), 14)
    wishes = StaffWish.objects.filter(needs_round=opened).order_by("pk")
    areas: dict[int, list[str]] = {}
    for wish in wishes.select_related("form__needs_round", "form__key_group", "person"):
        if wish.form_id not in areas:
            areas[wish.form_id] = [area.code for area in areas_for_staff(wish.form)]
        if wish.person.email == "medarbetare@example.se" or choice.random() > 0.75:
            continue
        said = {
            code: choice.choices(StaffWish.Said.values, (3, 3 if number else 6, 1))[0]
            for number, code in enumerate(areas[wish.form_id])
        }
        keep_wish(person=wish.person, said=said, at=at)


def _answers(opened: NeedsRound, today: date, clock: DemoClock) -> None:
    choice = random.Random("needs")
    forms = list(opened.forms.select_related("unit", "key_group", "naming", "needs_round"))
    day = today - timedelta(days=_ANSWERED)
    managers = managers_of_units({form.unit_id for form in forms}, day)
    rector = User.objects.get(email="chef@example.se").person
    assert rector is not None
    left = False
    # Whoever signs in as one of the staff is still asked.
    asked = StaffWish.objects.filter(person__email="medarbetare@example.se")
    still_asked = set(asked.values_list("form_id", flat=True))
    for number, form in enumerate(forms):
        manager = _account_of(managers.get(form.unit_id, ()))
        if manager is None:
            continue
        if not left and form.unit.covers(rector.employments.latest("starts_on").unit):
            leave_to_colleague(
                form=form,
                colleague=rector,
                ends_on=opened.ends_on,
                by=manager,
                at=clock.set(day, 9),
            )
            left = True
        elif number % 3 and form.pk not in still_asked:
            at = clock.set(day, 10 + number % 6, number % 60)
            written = _written(form, day, choice)
            hand_in(form=form, written=written, revision=0, client="demo", by=manager, at=at)


def _account_of(managers: tuple[Person, ...]) -> User | None:
    for person in managers:
        if person.email:
            return make_account(person=person, email=person.email, by=None)
    return None


def _written(form: NeedsForm, day: date, choice: random.Random) -> NeedsWritten:
    areas = [each for each in areas_to_wish(form, day) if each.asked_now is not None]
    if not areas or choice.random() < 0.3:
        return NeedsWritten(need="no")
    wished = choice.sample(areas, min(len(areas), choice.randint(1, 2)))
    return NeedsWritten(
        need="yes",
        levels={each.area.code: each.levels[0].number for each in wished},
        motives=choice.choice(_WHY),
        motive_text=choice.choice(_WORDS),
        how_many="" if form.naming else choice.choice(("few", "some", "many")),
        suits=choice.choice(("spring", "autumn", "any")),
        obstacles=() if form.naming else ("cover",),
    )


def _proposals(opened: NeedsRound, today: date, clock: DemoClock, officer: User) -> None:
    """One that waits for a decision, and one put off."""
    at = clock.set(today - timedelta(days=_PROPOSED), 13)
    wished = sorted(wished_for(opened, at.date()), key=lambda each: -len(each.wishes))
    for number, each in enumerate(wished[:2]):
        proposal = propose(
            needs_round=opened,
            key_group=each.key_group,
            area=each.area,
            level=each.levels[0][0],
            kind=Requirement.Kind.RECOMMENDED if number else Requirement.Kind.MANDATORY,
            motive="Flera verksamheter ser samma behov",
            answers=[wish.answer for wish in each.wishes],
            by=officer,
            at=at,
        )
        if number:
            answer_proposal(
                proposal=proposal,
                outcome="postponed",
                reason="Kursen finns först till hösten",
                by=officer,
                at=at,
            )
