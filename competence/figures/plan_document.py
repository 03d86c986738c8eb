"""The competence plan as a document: its own words chapter by chapter, and what its rows say. A
chapter that has nothing to tell says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures import goals_document, needs_document, training_document
from competence.figures.document import (
    Align,
    Block,
    BlockKind,
    Chapter,
    Document,
    DocumentCell,
    DocumentColumn,
    Fact,
    heading,
    nothing,
    sentence,
    suggested,
    table,
    words,
)
from competence.figures.document_cover import cover_facts, municipality_name
from competence.figures.plan import (
    Names,
    RequirementWords,
    plan_matrix,
    renewal_in_words,
    requirements_in_words,
    rule_in_words,
)
from competence.models import (
    KeyGroup,
    KeyGroupDefinition,
    PlanChapter,
    PlanVersion,
    Requirement,
    TrainingPlanVersion,
)
from lms.framework.models import TrainingLevel
from lms.framework.rules import PersonRule

Key = PlanChapter.Key
# How a level is tinted in the matrix: the stricter, the deeper.
_STEPS = {1: 3, 2: 4, 3: 5}


def plan_document(version: PlanVersion, day: date, *, starter: Mapping[str, str]) -> Document:
    """The version as a document, with what was planned and decided beside it on `day`. `starter`:
    words that stand as suggestions where a chapter has none of its own; none in what is decided."""
    own = dict(version.chapters.values_list("key", "text"))
    requirements = list(
        version.requirements.select_related("key_group", "area", "level").order_by(
            "key_group__code", "kind", "area__sort_order", "area__code", "level__number"
        )
    )
    training = TrainingPlanVersion.objects.in_force_on(day)
    lines = training_document.lines_of(training, day) if training else ()

    def said(key: Key) -> tuple[Block, ...]:
        if own.get(key):
            return words(own[key])
        return suggested(starter.get(key, ""))

    chapters = {
        Key.BACKGROUND: (),
        Key.NEEDS: needs_document.needs(version, day),
        Key.GROUPS: _groups(version, requirements),
        Key.BASIC: _level_by_area(
            [row for row in requirements if row.level.number == 1],
            _("Whom basic training is for, area by area"),
            _("No requirement asks for the first level."),
        ),
        Key.IN_DEPTH: (
            *_level_by_area(
                [row for row in requirements if row.level.number > 1],
                _("Whom in-depth training is for, area by area"),
                _("No requirement asks for more than the first level."),
            ),
            *_training(training, training_document.in_depth(lines)),
        ),
        Key.RENEWAL: _renewal(requirements),
        Key.RESOURCES: _training(training, training_document.partners(lines)),
        Key.FOLLOW_UP: (*goals_document.goals(version), *goals_document.targets(day)),
        Key.COMMUNICATION: (),
    }
    return Document(
        code=f"{PlanVersion.kind}-{version.number}",
        kind=PlanVersion.kind,
        title=_("Competence plan against violent extremism"),
        version=_("Version %(number)s") % {"number": version.number},
        municipality=municipality_name(),
        facts=(
            Fact(_("Kind of document"), _("Competence plan")),
            *cover_facts(
                version,
                responsible=own.get(Key.RESPONSIBLE, ""),
                followed_up=own.get(Key.FOLLOWED_UP, ""),
            ),
        ),
        chapters=(
            *(
                Chapter(
                    str(number),
                    str(key.label),
                    (*said(key), *data)
                    or (nothing(_("This chapter has no text in this version.")),),
                )
                for number, (key, data) in enumerate(chapters.items(), 1)
            ),
            Chapter(
                "",
                _("Appendix A: Activities year by year"),
                _training(training, training_document.activities_by_year(lines)),
            ),
            Chapter(
                "",
                _("Appendix B: What it costs"),
                _training(training, training_document.costs_by_year(lines)),
            ),
            Chapter(
                "",
                _("Appendix C: Sources"),
                said(Key.SOURCES) or (nothing(_("No sources are stated in this version.")),),
            ),
        ),
    )


def _training(training: TrainingPlanVersion | None, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """What the training plan in force that day says; that there was none."""
    if training is None:
        return (nothing(_("No training plan was in force when this was put together.")),)
    source = _("From the training plan, version %(number)s.") % {"number": training.number}
    return (sentence(source), *blocks)


def _groups(version: PlanVersion, requirements: Sequence[Requirement]) -> tuple[Block, ...]:
    if not requirements:
        return (nothing(_("The version has no requirements.")),)
    matrix = plan_matrix(version, None)
    levels = ", ".join(f"{level.number} {level.name}" for level in TrainingLevel.objects.all())
    rows: tuple[tuple[DocumentCell | str, ...], ...] = tuple(
        (
            row.name,
            *(
                DocumentCell("–")
                if cell is None
                else DocumentCell(str(cell.level), _STEPS.get(cell.level, 5))
                if cell.mandatory
                else DocumentCell(f"({cell.level})")
                for cell in row.cells
            ),
        )
        for row in matrix.rows
    )
    return (
        sentence(
            _("Levels: %(levels)s. In brackets: recommended, not asked for.") % {"levels": levels}
        ),
        table(
            _("The level that each key group needs in each area"),
            (
                DocumentColumn(_("Key group")),
                *(DocumentColumn(area.label, Align.MIDDLE) for area in matrix.areas),
            ),
            rows,
            wide=True,
        ),
        *_each_group(version, requirements),
    )


def _each_group(version: PlanVersion, requirements: Sequence[Requirement]) -> Iterable[Block]:
    """Key group by key group: who belongs, in words, and what is asked."""
    by_group: dict[int, list[Requirement]] = defaultdict(list)
    for row in requirements:
        by_group[row.key_group_id].append(row)
    rules = {
        definition.key_group_id: [PersonRule.from_json(rule) for rule in definition.rules]
        for definition in KeyGroupDefinition.objects.filter(plan_version=version)
    }
    names = Names.of(rule for of_group in rules.values() for rule in of_group)
    for group in KeyGroup.objects.filter(pk__in={*by_group, *rules}):
        yield heading(f"{group.code} {group.name}")
        of_group = [rule_in_words(rule, names) for rule in rules.get(group.pk, [])]
        if of_group:
            yield sentence(_("Anyone belongs who:"))
            yield Block(BlockKind.POINTS, items=tuple(of_group))
        else:
            yield sentence(_("Nobody belongs by rule; key persons are named one by one."))
        asked = requirements_in_words(by_group[group.pk])
        if asked:
            yield _requirements(group, asked)


def _requirements(group: KeyGroup, asked: Sequence[RequirementWords]) -> Block:
    return table(
        _("What is asked of %(group)s") % {"group": group.name},
        (
            DocumentColumn(_("Area")),
            DocumentColumn(_("Level")),
            DocumentColumn(_("When you are new")),
            DocumentColumn(_("Renewed")),
            DocumentColumn(_("In effect")),
        ),
        tuple(
            (
                row.area_name,
                row.level_name
                if row.mandatory
                else _("%(level)s (recommended)") % {"level": row.level_name},
                _("within %(days)s") % {"days": row.grace},
                row.renewal,
                row.effect,
            )
            for row in asked
        ),
    )


def _level_by_area(
    requirements: Sequence[Requirement], caption: str, empty: str
) -> tuple[Block, ...]:
    """The key groups that are asked for the levels, area by area."""
    found: dict[tuple[int, str, int, str], list[str]] = defaultdict(list)
    for row in requirements:
        key = (row.area.sort_order, row.area.name, row.level.number, row.level.name)
        code = row.key_group.code
        is_asked = row.kind == Requirement.Kind.MANDATORY
        found[key].append(code if is_asked else f"({code})")
    if not found:
        return (nothing(empty),)
    return (
        table(
            caption,
            (
                DocumentColumn(_("Area")),
                DocumentColumn(_("Level")),
                DocumentColumn(_("Key groups")),
            ),
            tuple(
                (area, level, ", ".join(dict.fromkeys(groups)))
                for (_order, area, _number, level), groups in sorted(found.items())
            ),
        ),
    )


def _renewal(requirements: Sequence[Requirement]) -> tuple[Block, ...]:
    """How long one has as new, and how often it is renewed, group by group."""
    asked = [row for row in requirements if row.kind == Requirement.Kind.MANDATORY]
    if not asked:
        return (nothing(_("The version has no requirements.")),)
    by_group: dict[str, list[Requirement]] = defaultdict(list)
    for row in asked:
        by_group[row.key_group.name].append(row)
    return (
        table(
            _("Time as new, and renewal"),
            (
                DocumentColumn(_("Key group")),
                DocumentColumn(_("When you are new")),
                DocumentColumn(_("Renewed")),
            ),
            tuple(
                (name, _days({row.grace_days for row in rows}), _renewals(rows))
                for name, rows in by_group.items()
            ),
        ),
    )


def _days(days: set[int]) -> str:
    few, many = min(days), max(days)
    if few == many:
        return _("within %(days)s") % {
            "days": ngettext("%(count)s day", "%(count)s days", few) % {"count": few}
        }
    return _("within %(few)s to %(many)s days") % {"few": few, "many": many}


def _renewals(rows: Sequence[Requirement]) -> str:
    """How often, the usual way first and then the areas that differ."""
    areas: dict[int | None, list[str]] = defaultdict(list)
    for row in rows:
        areas[row.renewal_months].append(row.area.label)
    usual, *others = sorted(areas, key=lambda months: -len(areas[months]))
    said = [renewal_in_words(usual)]
    said += [f"{', '.join(areas[months])}: {renewal_in_words(months)}" for months in others]
    return "; ".join(said)
