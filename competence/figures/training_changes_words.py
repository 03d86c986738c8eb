"""The changes between two versions of the training plan, as sentences and as figures beside each
other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.activities import ActivityLine, PartnerLine
from competence.figures.plan_changes_words import ChangeWords, GroupChangeWords, in_a_sentence
from competence.figures.training_changes import ChangedActivity, TrainingChanges
from competence.figures.training_document import kronor
from competence.models import PlanActivity


@dataclass(frozen=True)
class Beside:
    """One figure in both versions, and how much more or less it becomes."""

    label: str
    was: int
    becomes: int

    @property
    def was_words(self) -> str:
        return kronor(self.was)

    @property
    def becomes_words(self) -> str:
        return kronor(self.becomes)

    @property
    def more(self) -> int:
        return self.becomes - self.was

    @property
    def more_words(self) -> str:
        """ "+1 200", "−300", "±0": the sign is said, so that nobody reads a rise as a fall."""
        sign = "+" if self.more > 0 else "\N{MINUS SIGN}" if self.more < 0 else "±"
        return f"{sign}{kronor(abs(self.more))}"


def training_changes_in_words(changes: TrainingChanges) -> tuple[GroupChangeWords, ...]:
    """What is changed, activity by activity, as the competence plan's changes are told by key
    group: those that are new first, then the changed and those taken out."""
    return (
        *(_whole(line, "added") for line in changes.added),
        *(_changed(each) for each in changes.changed),
        *(_whole(line, "removed") for line in changes.removed),
    )


def training_figures(changes: TrainingChanges) -> tuple[Beside, ...]:
    """What the two versions plan in all, and in kronor year by year."""
    was, becomes = changes.was, changes.becomes
    return (
        Beside(_("Activities"), was.activities, becomes.activities),
        Beside(_("People who take part"), was.people, becomes.people),
        Beside(_("Staff hours"), was.staff_hours, becomes.staff_hours),
        Beside(_("Kronor in all, with cover"), was.kronor, becomes.kronor),
        Beside(_("Kronor that the municipality pays"), was.own_kronor, becomes.own_kronor),
        *(
            Beside(_("Kronor in %(year)s") % {"year": each.year}, each.was, each.becomes)
            for each in changes.by_year
        ),
    )


def training_counts_in_words(changes: TrainingChanges) -> str:
    """How much is changed, in a sentence; of what is not changed nothing."""
    added, changed, removed = map(len, (changes.added, changes.changed, changes.removed))
    return in_a_sentence(
        (added, ngettext("%(count)s new activity", "%(count)s new activities", added)),
        (changed, ngettext("%(count)s changed activity", "%(count)s changed activities", changed)),
        (
            removed,
            ngettext("%(count)s activity taken out", "%(count)s activities taken out", removed),
        ),
    )


def _name(line: ActivityLine) -> str:
    return f"{line.title} ({line.code})"


def _whole(line: ActivityLine, kind: str) -> GroupChangeWords:
    """All of an activity in one sentence."""
    parts = [line.audience, _period(line), _people(line.people), _cost(line.planned.kronor)]
    return GroupChangeWords(
        line.code, _name(line), (ChangeWords(kind, ", ".join(filter(None, parts))),)
    )


def _changed(change: ChangedActivity) -> GroupChangeWords:
    was, becomes = change.was, change.becomes
    said = [
        _("%(what)s: %(becomes)s instead of %(was)s") % {"what": what, "becomes": new, "was": old}
        for what, old, new in _differences(was, becomes)
        if old != new
    ]
    said += _partners(was.partners, becomes.partners)
    if was.note != becomes.note:
        said.append(_("The note is worded otherwise."))
    if not said:
        said.append(_("How the cost is shared is changed."))
    return GroupChangeWords(
        becomes.code,
        _name(becomes),
        tuple(ChangeWords("changed", text[:1].upper() + text[1:]) for text in said),
    )


def _differences(was: ActivityLine, becomes: ActivityLine) -> Iterable[tuple[str, str, str]]:
    """Each thing with what it was and what it becomes, also where that is the same."""
    for what, say in (
        (_("title"), lambda line: line.title),
        (_("type"), lambda line: line.kind_words),
        (_("for whom"), lambda line: _stated(line.audience)),
        (_("areas"), lambda line: _stated(", ".join(line.area_names))),
        (_("levels"), lambda line: _stated(", ".join(line.level_names))),
        (_("measures"), lambda line: _stated(", ".join(line.measures))),
        (_("time"), _period),
        (_("sessions"), lambda line: _number(line.sessions)),
        (_("seats in a session"), lambda line: _number(line.seats)),
        (_("people who take part"), lambda line: _number(line.people)),
        (_("form"), lambda line: _stated(line.form)),
        (_("responsible function"), lambda line: _stated(line.responsible)),
        (_("responsible unit"), lambda line: _stated(line.unit)),
        (_("course"), lambda line: _stated(line.course)),
        (_("cost"), lambda line: _cost(line.planned.kronor)),
        (_("staff hours"), lambda line: kronor(line.planned.staff_hours)),
        (_("how the cost is shared"), lambda line: str(PlanActivity.Split(line.split).label)),
        (_("own part of the cost"), lambda line: _percent(line.own_percent)),
    ):
        yield what, say(was), say(becomes)


def _partners(was: Iterable[PartnerLine], becomes: Iterable[PartnerLine]) -> list[str]:
    before = {each.organisation_pk: each for each in was}
    after = {each.organisation_pk: each for each in becomes}
    said = [
        _("%(partner)s is a new partner.") % {"partner": each.name}
        for pk, each in after.items()
        if pk not in before
    ]
    said += [
        _("%(partner)s is no longer a partner.") % {"partner": each.name}
        for pk, each in before.items()
        if pk not in after
    ]
    for pk, each in after.items():
        other = before.get(pk)
        if other is None:
            continue
        for what, old, new in (
            (_("role"), _stated(other.role), _stated(each.role)),
            (_("seats"), _number(other.seats), _number(each.seats)),
            (_("pays"), _cost(other.kronor), _cost(each.kronor)),
        ):
            if old != new:
                said.append(
                    _("%(partner)s, %(what)s: %(becomes)s instead of %(was)s")
                    % {"partner": each.name, "what": what, "becomes": new, "was": old}
                )
    return said


def _stated(text: str) -> str:
    return text or _("not stated")


def _number(value: int | None) -> str:
    return _("not stated") if value is None else kronor(value)


def _percent(value: int | None) -> str:
    return _("not stated") if value is None else f"{value}\N{NO-BREAK SPACE}%"


def _people(number: int) -> str:
    return _("%(count)s take part") % {"count": kronor(number)} if number else ""


def _cost(amount: int) -> str:
    return _("%(kronor)s kronor") % {"kronor": kronor(amount)}


def _period(line: ActivityLine) -> str:
    return f"{date_format(line.starts_on)} – {date_format(line.ends_on)}"
