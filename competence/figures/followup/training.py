"""T6: the training plan's activities with others, as planned and as they came out; what they cost;
what each partner pays."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from competence.figures.activities import ActivityLine, PartnerLine
from competence.figures.followup.coverage import figure_cell
from competence.figures.followup.document import (
    CellKind,
    Column,
    Row,
    Section,
    Table,
    day,
    number,
    text,
)


def training_section(activities: Sequence[ActivityLine], threshold: int, page: str) -> Section:
    """`page` is the address of the training plan."""
    title = _("Training with others: plan and outcome")
    empty = _("No training plan is decided.")
    rows = [_activity(each, threshold, page) for each in activities]
    if activities:
        rows.append(_sum(activities))
    return Section(
        "T6",
        title,
        (),
        (
            Table(
                "T6",
                title,
                (
                    Column(_("Activity")),
                    Column(_("From"), CellKind.DATE),
                    Column(_("Until"), CellKind.DATE),
                    Column(_("Status")),
                    Column(_("Responsible")),
                    Column(_("Partners")),
                    Column(_("Sessions planned"), CellKind.NUMBER),
                    Column(_("Sessions held"), CellKind.NUMBER),
                    Column(_("People planned"), CellKind.NUMBER),
                    Column(_("Took part"), CellKind.NUMBER),
                ),
                tuple(rows),
                _people_left_out(activities, threshold),
                empty,
            ),
            _costs(activities, page, empty),
            _by_partner(activities),
        ),
    )


def _costs(activities: Sequence[ActivityLine], page: str, empty: str) -> Table:
    rows = [
        Row(
            (
                text(f"{each.code} {each.title}"),
                number(each.planned.kronor),
                number(each.own_kronor),
                number(each.spent.kronor),
            ),
            link=page,
        )
        for each in activities
    ]
    if activities:
        rows.append(
            Row(
                (
                    text(_("All activities")),
                    number(sum(each.planned.kronor for each in activities)),
                    number(sum(each.own_kronor for each in activities)),
                    number(sum(each.spent.kronor for each in activities)),
                ),
                total=True,
            )
        )
    return Table(
        "T6K",
        _("What training with others costs"),
        (
            Column(_("Activity")),
            Column(_("Planned cost"), CellKind.NUMBER, "kr"),
            Column(_("Of it our own"), CellKind.NUMBER, "kr"),
            Column(_("Spent"), CellKind.NUMBER, "kr"),
        ),
        tuple(rows),
        (
            _("Costs with cover for those who are away, without the pay of their own."),
            _("What partners stand for in kronor is not in what is our own."),
            *_cover_left_out(activities),
        ),
        empty,
    )


def _people_left_out(activities: Sequence[ActivityLine], threshold: int) -> tuple[str, ...]:
    """What is not in the count, since it would tell of a few people."""
    few = ", ".join(each.code for each in activities if each.took_part.leaves_out)
    notes = [_("Who took part is counted from the Monday after it was reported.")]
    if few:
        notes.append(
            _("Not in the count: fewer than %(threshold)s at some time. It concerns %(codes)s.")
            % {"threshold": threshold, "codes": few}
        )
    return tuple(notes)


def _cover_left_out(activities: Sequence[ActivityLine]) -> tuple[str, ...]:
    cover = ", ".join(each.code for each in activities if each.hides_hours)
    if not cover:
        return ()
    return (
        _("Cover that would tell how few took part is not in what is spent: %(codes)s.")
        % {"codes": cover},
    )


def _activity(each: ActivityLine, threshold: int, page: str) -> Row:
    return Row(
        (
            text(f"{each.code} {each.title}"),
            day(each.starts_on),
            day(each.ends_on),
            text(each.status.words),
            text(", ".join(part for part in (each.responsible, each.unit) if part)),
            text("; ".join(_partner(partner) for partner in each.partners)),
            number(each.sessions),
            number(each.sessions_held),
            number(each.people),
            figure_cell(each.took_part.count, threshold),
        ),
        link=page,
        red=each.is_late,
    )


def _partner(partner: PartnerLine) -> str:
    return f"{partner.name} ({partner.step_words})" if partner.step_words else partner.name


def _sum(activities: Sequence[ActivityLine]) -> Row:
    """Of what is counted in sessions: people may take part in several."""
    nothing = text("")
    return Row(
        (
            text(_("All activities")),
            *(nothing,) * 5,
            number(sum(each.sessions or 0 for each in activities)),
            number(sum(each.sessions_held for each in activities)),
            nothing,
            nothing,
        ),
        total=True,
    )


def _by_partner(activities: Sequence[ActivityLine]) -> Table:
    found: dict[str, list[int]] = {}
    for activity in activities:
        for partner in activity.partners:
            found.setdefault(partner.name, []).append(partner.kronor)
    return Table(
        "T6P",
        _("Partners"),
        (
            Column(_("Partner")),
            Column(_("Activities"), CellKind.NUMBER),
            Column(_("Their part of the planned cost"), CellKind.NUMBER, "kr"),
        ),
        tuple(
            Row((text(name), number(len(parts)), number(sum(parts))))
            for name, parts in sorted(found.items())
        ),
        (),
        _("No activity has a partner."),
    )
