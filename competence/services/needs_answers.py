"""A needs form from the first letter typed to the answer: kept as it is typed, handed in, taken
back while the round is open, confirmed by the department's contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.models import (
    NeedsAnswer,
    NeedsContent,
    NeedsDelegation,
    NeedsDraft,
    NeedsForm,
    NeedsRound,
    WishedLevel,
)
from competence.services.needs_notices import read_what_is_answered
from competence.services.needs_staff import count_staff
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM
from lms.lib.fields import refuse_personal_data
from lms.people.models import Delegation, Person, User
from lms.people.services.delegations import units_managed


class NeedsAnswerError(ValueError):
    """A form that cannot be saved, handed in or taken back; the message says why."""


class NeedsConflictError(NeedsAnswerError):
    """Another page has saved the form since it was read, somebody else's or another window of
    `by`; `draft` is what stands now."""

    def __init__(self, draft: NeedsDraft, by: User) -> None:
        super().__init__(
            _("You have saved the form in another window in the meantime.")
            if draft.by_id == by.pk
            else _("%(name)s has saved the form in the meantime.") % {"name": draft.by}
        )
        self.draft = draft


@dataclass(frozen=True)
class NeedsWritten:
    """What is written in a form. `levels`: area code → level number."""

    need: str = ""
    levels: Mapping[str, int] = field(default_factory=dict)
    motives: str = ""
    motive_text: str = ""
    how_many: str = ""
    suits: str = ""
    obstacles: tuple[str, ...] = ()
    more: str = ""

    @classmethod
    def of(cls, draft: NeedsDraft) -> NeedsWritten:
        return cls(
            draft.need,
            dict(draft.levels),
            draft.motives,
            draft.motive_text,
            draft.how_many,
            draft.suits,
            tuple(draft.obstacles),
            draft.more,
        )

    def columns(self) -> dict[str, Any]:
        """As the columns of `NeedsContent` hold it; the levels apart."""
        said = asdict(self) | {"obstacles": list(self.obstacles)}
        del said["levels"]
        return said


@transaction.atomic
def keep_draft(
    *,
    form: NeedsForm,
    written: NeedsWritten,
    revision: int,
    client: str,
    by: User,
    at: datetime,
) -> NeedsDraft:
    """Keep what is written so far. `revision` is the one that the page (`client`) has read: where
    another page has saved since, NeedsConflictError says who. The same sent again changes
    nothing."""
    _refuse_closed(form, at)
    # Two who begin the same form at once: the second sees the first.
    NeedsForm.objects.select_for_update(no_key=True).get(pk=form.pk)
    if NeedsAnswer.objects.standing().filter(form=form).exists():
        raise NeedsAnswerError(_("The form is handed in. Take it back to change it."))
    for text in (written.motive_text, written.more):
        refuse_personal_data(text)
    draft = NeedsDraft.objects.select_related("by").filter(form=form).first()
    if draft is None:
        draft = NeedsDraft(form=form)
    elif NeedsWritten.of(draft) == written:
        return draft
    elif draft.revision != revision and draft.client != client:
        raise NeedsConflictError(draft, by)
    for name, value in written.columns().items():
        setattr(draft, name, value)
    draft.levels = dict(written.levels)
    draft.revision += 1
    draft.client, draft.saved_at, draft.by = client, at, by
    draft.save()
    return draft


@transaction.atomic
def hand_in(
    *,
    form: NeedsForm,
    written: NeedsWritten,
    revision: int,
    client: str,
    by: User,
    at: datetime,
) -> NeedsAnswer:
    """Keep what is written and make it the answer; what the staff have said so far is counted.
    Raises NeedsAnswerError where something that must be answered is not."""
    if not written.need:
        raise NeedsAnswerError(_("Answer whether there is a need."))
    wants = written.need == NeedsContent.Need.YES
    if wants and not written.levels:
        raise NeedsAnswerError(_("Choose at least one area and level."))
    if wants and not written.motives:
        raise NeedsAnswerError(_("Choose at least one reason."))
    keep_draft(form=form, written=written, revision=revision, client=client, by=by, at=at)
    answer = NeedsAnswer(
        form=form,
        handed_in_at=at,
        by=by,
        in_place_of=in_whose_place(user=by, form=form, day=at.astimezone(STOCKHOLM).date()),
        **written.columns(),
    )
    answer.full_clean()
    answer.save()
    areas = dict(CompetenceArea.objects.values_list("code", "pk"))
    levels = dict(TrainingLevel.objects.values_list("number", "pk"))
    WishedLevel.objects.bulk_create(
        WishedLevel(answer=answer, area_id=areas[area], level_id=levels[level])
        for area, level in (written.levels if wants else {}).items()
    )
    record("needs_answer.handed_in", answer, by=by, after=_said(answer))
    count_staff(form=form, by=by, at=at)
    read_what_is_answered(by=by, day=at.astimezone(STOCKHOLM).date(), at=at)
    return answer


@transaction.atomic
def take_back_answer(*, answer: NeedsAnswer, by: User, at: datetime) -> NeedsAnswer:
    """Take an answer back while the round is open: what was written can be changed, and what is
    handed in next is another answer."""
    locked = _locked(answer)
    _refuse_closed(locked.form, at)
    if locked.taken_back_at is not None:
        raise NeedsAnswerError(_("The answer is already taken back."))
    locked.taken_back_at, locked.taken_back_by = at, by
    locked.save(update_fields=["taken_back_at", "taken_back_by"])
    record(
        "needs_answer.taken_back",
        locked,
        by=by,
        before={"state": "handed_in"},
        after={**_said(locked), "state": "taken_back"},
    )
    return locked


@transaction.atomic
def confirm_answer(*, answer: NeedsAnswer, by: User, at: datetime) -> NeedsAnswer:
    """The department's contact confirms an answer. Nobody confirms their own."""
    locked = _locked(answer)
    if locked.taken_back_at is not None:
        raise NeedsAnswerError(_("The answer is already taken back."))
    if locked.confirmed_at is not None:
        raise NeedsAnswerError(_("The answer is already confirmed."))
    if locked.by_id == by.pk:
        raise NeedsAnswerError(_("Somebody else has to confirm what you have answered."))
    locked.confirmed_at, locked.confirmed_by = at, by
    locked.save(update_fields=["confirmed_at", "confirmed_by"])
    record(
        "needs_answer.confirmed",
        locked,
        by=by,
        before={"state": "handed_in"},
        after={**_said(locked), "state": "confirmed"},
    )
    return locked


def in_whose_place(*, user: User, form: NeedsForm, day: date) -> Person | None:
    """The manager in whose place the account answers: by a delegation of the unit, or of the form.
    None where it manages the unit by its own post."""
    if any(unit.covers(form.unit) for unit in units_managed(user.person, day)):
        return None
    received = Delegation.objects.in_force_on(day).filter(
        deputy=user.person_id,
        unit__tree_left__lte=form.unit.tree_left,
        unit__tree_right__gte=form.unit.tree_right,
    )
    deputy = received.select_related("giver").first()
    if deputy is not None:
        return deputy.giver
    left = (
        NeedsDelegation.objects.in_force_on(day)
        .filter(form=form, colleague=user.person_id)
        .select_related("giver")
        .first()
    )
    return left.giver if left else None


def _locked(answer: NeedsAnswer) -> NeedsAnswer:
    return (
        NeedsAnswer.objects.select_for_update(of=("self",))
        .select_related("form__needs_round", "form__unit", "form__key_group", "in_place_of")
        .get(pk=answer.pk)
    )


def why_not_open(needs_round: NeedsRound, day: date) -> str:
    """Why nobody can answer on `day`, in words; empty where they can."""
    if needs_round.is_open_on(day):
        return ""
    if needs_round.closed_at is not None:
        return _("The round is closed. No more answers are taken.")
    if needs_round.ends_on < day:
        return _("The last day to answer was %(day)s. The coordinator can extend the round.") % {
            "day": date_format(needs_round.ends_on)
        }
    return _("The round has not begun.")


def _refuse_closed(form: NeedsForm, at: datetime) -> None:
    if why := why_not_open(form.needs_round, at.astimezone(STOCKHOLM).date()):
        raise NeedsAnswerError(why)


def _said(answer: NeedsAnswer) -> dict[str, Any]:
    return {
        "unit": answer.form.unit.code,
        "key_group": answer.form.key_group.code,
        "need": answer.need,
        "giver": answer.in_place_of.name if answer.in_place_of else None,
    }
