"""The courses a municipality starts with, from courses/starter/*/: pages as an editor would have
made them, and their first published version.

Running it again changes nothing; a starter text that has been improved reaches only pages that
nobody has edited here, and a course with such a page is published by those who edit it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from courses.models import (
    CourseCatalogue,
    CourseGives,
    CoursePage,
    CourseRequires,
    LessonPage,
    ModulePage,
    Question,
)
from courses.services.authors import authors_since
from courses.services.bank import save_question
from courses.services.publishing import draft_version, publish_course_version
from courses.services.starter_values import (
    IDS,
    StarterError,
    course_fields,
    lesson_fields,
    question_value,
)
from lms.content.models import LegalReference
from lms.content.services.starter import load_references
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.yamlfile import read_yaml
from lms.people.models import User

FOLDER = Path(__file__).parent.parent / "starter"
BANK = FOLDER / "bank"


@dataclass
class LoadResult:
    """What loading did: titles of pages, and "course, version" of what was published."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    # Questions of the bank that are new.
    questions: list[str] = field(default_factory=list)
    # Edited here since they were loaded: left alone.
    kept: list[str] = field(default_factory=list)
    # "course: why", for what was not published.
    left_out: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated or self.published or self.questions)


def _comparable(value: Any) -> Any:
    """A field's value such that equal texts are equal, whatever ids Wagtail gave list items."""
    if not hasattr(value, "stream_block"):
        return value
    return [
        (child.block_type, str(child.id), _without_ids(child.block.get_prep_value(child.value)))
        for child in value
    ]


def _without_ids(raw: Any) -> Any:
    """A raw value with list items as bare values."""
    if isinstance(raw, dict):
        if raw.get("type") == "item" and "value" in raw:
            return _without_ids(raw["value"])
        return {key: _without_ids(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_without_ids(item) for item in raw]
    return raw


def _touched(page: Page) -> bool:
    """Whether a person has edited the page here."""
    return page.revisions.filter(user__isnull=False).exists() or page.has_unpublished_changes


def _differs(page: Page, name: str, value: Any) -> bool:
    if name == "gives":
        return _given(page.gives.all()) != _given(value)
    if name == "requires":
        return _required(page.requires.all()) != _required(value)
    if name == "areas":
        return {area.code for area in page.areas.all()} != {area.code for area in value}
    return _comparable(getattr(page, name)) != _comparable(value)


def _fill(page: Page, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in ("gives", "requires", "areas"):
            getattr(page, name).set(value)
        else:
            setattr(page, name, value)


def _put(
    parent: Page, model: type[Page], slug: str, fields: Mapping[str, Any], result: LoadResult
) -> Any:
    """The published page with that slug below `parent`, with these fields."""
    page = model.objects.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = model(slug=slug)
        _fill(page, fields)
        parent.add_child(instance=page)
        result.created.append(page.title)
    elif _touched(page):
        result.kept.append(page.title)
        return page
    else:
        changed = {name: value for name, value in fields.items() if _differs(page, name, value)}
        if not changed:
            return page
        _fill(page, changed)
        page.save()
        result.updated.append(page.title)
    # The first entry of the page's history; what is published is already there.
    page.save_revision(changed=False, clean=False)
    return page


def read_folder(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A course's own file and its lessons, in the order of their file names."""
    course = read_yaml(folder / "course.yaml")
    lessons = [
        read_yaml(path) for path in sorted(folder.glob("*.yaml")) if path.name != "course.yaml"
    ]
    return course, lessons


def _folders() -> Iterator[Path]:
    """The course folders; a refresher comes after what it refreshes."""
    folders = sorted(path.parent for path in FOLDER.glob("*/course.yaml"))
    yield from sorted(folders, key=lambda folder: "refreshes" in read_yaml(folder / "course.yaml"))


def _refreshed(course: Mapping[str, Any]) -> CoursePage | None:
    if "refreshes" not in course:
        return None
    return CoursePage.objects.get(code=course["refreshes"])


def _catalogue(result: LoadResult) -> CourseCatalogue:
    existing = CourseCatalogue.objects.first()
    if existing is not None:
        return existing
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        raise StarterError("There is no default site.")
    return _put(site.root_page, CourseCatalogue, "kurser", {"title": "Kurser"}, result)


def _areas_and_levels(
    named: list[dict[str, Any]],
) -> tuple[dict[str, CompetenceArea], dict[int, TrainingLevel]]:
    """All areas and levels, once those that are `named` are known to be among them."""
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    levels = {level.number: level for level in TrainingLevel.objects.all()}
    missing = {str(each["area"]) for each in named} - set(areas)
    unknown = {str(each["level"]) for each in named if each["level"] not in levels}
    if missing or unknown:
        names = ", ".join(sorted(missing | unknown))
        raise StarterError(f"Load the framework first: {names} is not there.")
    return areas, levels


def _requires(requires: list[dict[str, Any]]) -> list[CourseRequires]:
    areas, levels = _areas_and_levels(requires)
    return [
        CourseRequires(area=areas[each["area"]], level=levels[each["level"]], sort_order=number)
        for number, each in enumerate(requires)
    ]


def _required(requires: Iterable[CourseRequires]) -> set[tuple[str, int]]:
    return {(each.area.code, each.level.number) for each in requires}


def _gives(gives: list[dict[str, Any]]) -> list[CourseGives]:
    areas, levels = _areas_and_levels(gives)
    return [
        CourseGives(
            area=areas[each["area"]],
            level=levels[each["level"]],
            validity_months=each.get("validity_months"),
            sort_order=number,
        )
        for number, each in enumerate(gives)
    ]


def _given(gives: Iterable[CourseGives]) -> set[tuple[str, int, int | None]]:
    return {(each.area.code, each.level.number, each.validity_months) for each in gives}


def _load(
    folder: Path, catalogue: Page, result: LoadResult, by: User | None, began: datetime
) -> None:
    """The pages of one course, and a version of them. What people here have changed since the
    latest version is theirs to publish: then there is none."""
    kept_before = len(result.kept)
    course, lessons = read_folder(folder)
    fields = {
        **course_fields(course),
        "gives": _gives(course["gives"]),
        "requires": _requires(course.get("requires", [])),
        "refreshes": _refreshed(course),
    }
    page = _put(catalogue, CoursePage, course["slug"], fields, result)
    modules: dict[str, Page] = {}
    for module in course["modules"]:
        slug = f"{course['code'].lower()}-{module['key']}"
        modules[module["key"]] = _put(page, ModulePage, slug, {"title": module["title"]}, result)
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    for lesson in lessons:
        known = [areas[code] for code in lesson.get("areas", []) if code in areas]
        fields = {**lesson_fields(lesson), "areas": known}
        _put(modules[lesson["module"]], LessonPage, lesson["slug"], fields, result)
    edited = result.kept[kept_before:]
    draft = draft_version(page)
    if not draft.is_new:
        return
    why = ""
    if edited:
        why = _("edited here: %(titles)s") % {"titles": ", ".join(edited)}
    elif draft.faults:
        why = "; ".join(str(fault) for fault in draft.faults)
    elif draft.latest and authors_since(draft.latest, page, draft.content, until=began):
        why = _("somebody here has changed what it shows")
    if why:
        result.left_out.append(f"{page.title}: {why}")
        return
    version = publish_course_version(course=page, by=by, only_hash=draft.content_hash)
    result.published.append(f"{version.title}, {version.number}")


def _load_bank(result: LoadResult, by: User | None) -> None:
    """The questions of the bank. One that somebody has changed or retired here is left alone."""
    bank = [asked for path in sorted(BANK.glob("*.yaml")) for asked in read_yaml(path)["questions"]]
    areas, levels = _areas_and_levels(bank)
    laws = {law.code: law for law in LegalReference.objects.all()}
    known = {question.key: question for question in Question.objects.prefetch_related("versions")}
    for asked in bank:
        key = uuid.uuid5(IDS, f"bank/{asked['key']}")
        question = known.get(key)
        if question is None:
            question = Question(key=key, area=areas[asked["area"]], level=levels[asked["level"]])
            question.legal_references.set([laws[code] for code in asked.get("legal", [])])
            question.tags.set(asked.get("tags", []))
            result.questions.append(asked["prompt"])
        elif question.retired_on or any(version.by_id for version in question.versions.all()):
            continue
        raw = [{"type": asked["kind"], "value": question_value(asked), "id": str(key)}]
        question.content = Question._meta.get_field("content").to_python(raw)
        save_question(question=question, by=by)


@transaction.atomic
def load_courses(*, by: User | None = None) -> LoadResult:
    """Put the starter courses in place, with the law and contacts that they quote. StarterError
    where they cannot be; a course that cannot be published is left out, with the reason."""
    began = timezone.now()
    load_references(by=by)
    result = LoadResult()
    _load_bank(result, by)
    catalogue = _catalogue(result)
    for folder in _folders():
        _load(folder, catalogue, result, by, began)
    return result
