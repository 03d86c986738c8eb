"""The forms of a round with what was answered, line by line, for a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.needs import FormStanding, FormState
from competence.figures.needs_staff import answered_words, by_area_words, counts_of
from competence.models import NeedsAnswer, StaffCount
from lms.lib.tables import Value

STATES = {
    FormState.ASKED: gettext_lazy("not answered"),
    FormState.BEGUN: gettext_lazy("begun"),
    FormState.ANSWERED: gettext_lazy("answered"),
    FormState.CONFIRMED: gettext_lazy("confirmed"),
}


@dataclass(frozen=True)
class RoundTable:
    """What a file of a round holds."""

    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def round_table(standings: Sequence[FormStanding], *, named: bool) -> RoundTable:
    """A line for each form. `named`: with the names of key persons. Four queries."""
    counts = counts_of(each.form.pk for each in standings)
    answers = NeedsAnswer.objects.filter(
        pk__in=[each.answer.pk for each in standings if each.answer]
    )
    wishes = {
        answer.pk: "; ".join(
            f"{wish.area.label}: {wish.level.name}" for wish in answer.wishes.all()
        )
        for answer in answers.prefetch_related("wishes__area", "wishes__level")
    }
    header = (
        *(_("Unit code"), _("Unit"), _("Key group"), _("Function")),
        *((_("Key person"),) if named else ()),
        *(_("Standing"), _("Answered by"), _("Handed in"), _("Confirmed"), _("Last reminded")),
        *(_("The staff have answered"), _("The staff need more")),
        *(_("Manager"), _("Need"), _("Wishes"), _("Motives"), _("How many"), _("When it suits")),
    )
    return RoundTable(
        header, tuple(tuple(_line(each, wishes, counts, named)) for each in standings)
    )


def _line(
    each: FormStanding, wishes: dict[int, str], counts: dict[int, StaffCount], named: bool
) -> Iterator[Value]:
    form, said, count = each.form, each.answer, counts.get(each.form.pk)
    yield from (form.unit.code, form.unit.name, form.key_group.code)
    yield form.naming.function if form.naming else ""
    if named:
        yield form.naming.person.name if form.naming else ""
    yield str(STATES[each.state])
    yield str(said.by) if said else ""
    yield said.handed_in_at if said else None
    yield said.confirmed_at if said else None
    yield each.reminded_on
    yield answered_words(count) if count else ""
    yield "; ".join(by_area_words(count)) if count else ""
    yield ", ".join(person.name for person in each.managers) or _("lacks a manager")
    yield said.get_need_display() if said else ""
    yield wishes[said.pk] if said else ""
    yield "; ".join(said.motive_words()) if said else ""
    yield said.get_how_many_display() if said else ""
    yield said.get_suits_display() if said else ""
