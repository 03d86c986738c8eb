"""What is joined to a passage, by the name it has today and the address it is found at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

from competence.models import KeyGroup, PassageLink, PlanActivity, TrainingPlanVersion
from courses.models import CoursePage
from lms.content.visibility import closed_to_some, visible_files, visible_to
from lms.framework.models import CompetenceArea
from lms.lib.numbers import whole_number
from lms.people.models import User

Kind = PassageLink.Kind


@dataclass(frozen=True)
class Opening:
    """What may be named: which of some pages, and the primary keys of which of some documents."""

    pages: Callable[[PageQuerySet], PageQuerySet]
    documents: Callable[[Iterable[AbstractDocument]], set[int]]


@dataclass(frozen=True)
class Named:
    """What a thing is called and where it is; `exists` is false for what is not here, or no longer:
    then it has no address."""

    title: str
    url: str = ""
    exists: bool = True


@dataclass(frozen=True)
class Joined:
    """One thing joined to a passage."""

    pk: int
    kind: str
    kind_words: str
    key: str
    title: str
    url: str
    exists: bool
    added_on: date

    @classmethod
    def of(cls, link: PassageLink, named: Named) -> Joined:
        return cls(
            link.pk,
            link.kind,
            str(Kind(link.kind).label),
            link.key,
            named.title,
            named.url,
            named.exists,
            link.starts_on,
        )


def name_links(links: Iterable[PassageLink], among: Opening) -> Mapping[int, Named]:
    """Each link's name and address, by its primary key: those of pages, courses and documents only
    where they are among those that may be named. As many queries as there are kinds, or some
    more."""
    links = list(links)
    keys: dict[str, set[str]] = {}
    for each in links:
        keys.setdefault(each.kind, set()).add(each.key)
    known = {kind: _KNOWN[kind](wanted) for kind, wanted in keys.items() if kind in _KNOWN}
    if Kind.PAGE in keys:
        known[Kind.PAGE] = _pages(keys[Kind.PAGE], among)
    if Kind.COURSE in keys:
        known[Kind.COURSE] = _courses(keys[Kind.COURSE], among)
    if Kind.DOCUMENT in keys:
        known[Kind.DOCUMENT] = _documents(keys[Kind.DOCUMENT], among)
    return {each.pk: _named(each, known) for each in links}


def name_for_all(links: Iterable[PassageLink]) -> Mapping[int, Named]:
    """As links are named in what is handed on to anybody: in the words of whoever joined them, else
    by what everyone who signs in may open. A document may be for some only, and is not named."""
    return name_links(links, Opening(open_to_all, no_document))


def _named(link: PassageLink, known: Mapping[str, Mapping[str, Named]]) -> Named:
    if link.kind == Kind.ADDRESS:
        return Named(link.title or link.url, link.url)
    if link.kind not in known:
        return Named(link.title or link.key, exists=False)
    found = known[link.kind].get(link.key)
    if found is None:
        return Named(link.title or link.key, exists=False)
    if not found.title:
        return _unnamed(link)
    # What evidence shows is said where it is added, whatever the thing is called.
    return replace(found, title=link.title) if link.title else found


def _unnamed(link: PassageLink) -> Named:
    """In the words of whoever joined it, else by what kind of thing it is."""
    return Named(link.title or str(link.get_kind_display()).capitalize(), exists=False)


def page_key(page: Page) -> str:
    """How a page is named in a link: its address below the front page."""
    root = _root_path()
    path: str = page.url_path
    return path.removeprefix(root).strip("/")


def _root_path() -> str:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    path: str = site.root_page.url_path if site else "/"
    return path


def everything_published() -> Opening:
    """For whoever runs the register: what is here, whoever may open it."""
    return Opening(lambda pages: pages.live(), lambda documents: {each.pk for each in documents})


def open_to(reader: User) -> Opening:
    return Opening(partial(visible_to, user=reader), partial(visible_files, user=reader))


def no_document(documents: Iterable[AbstractDocument]) -> set[int]:
    return set()


def open_to_all(pages: PageQuerySet) -> PageQuerySet:
    """The published ones that everyone who signs in may open."""
    return pages.live().exclude(pk__in=closed_to_some(pages.values_list("pk", flat=True)))


def _pages(keys: set[str], among: Opening) -> dict[str, Named]:
    """Of a page that may not be named its address says as much as its title: it has neither."""
    root = _root_path()
    pages = Page.objects.filter(url_path__in=[f"{root}{key}/" for key in keys])
    may = set(among.pages(pages).values_list("pk", flat=True))
    named = {}
    for page in pages:
        key = page.url_path.removeprefix(root).strip("/")
        named[key] = Named(page.title, f"/{key}/") if page.pk in may else Named("", exists=False)
    return named


def _courses(keys: set[str], among: Opening) -> dict[str, Named]:
    pages = among.pages(CoursePage.objects.filter(code__in=keys))
    return {
        each.code: Named(each.title, reverse("courses:course", args=[each.slug])) for each in pages
    }


def _areas(keys: set[str]) -> dict[str, Named]:
    return {
        each.code: Named(each.name, reverse("competence:plan"))
        for each in CompetenceArea.objects.filter(code__in=keys)
    }


def split_requirement(key: str) -> tuple[str, str]:
    """ "G06:OM5" as key group and area."""
    group, _colon, area = key.partition(":")
    return group, area


def _requirements(keys: set[str]) -> dict[str, Named]:
    pairs = {key: split_requirement(key) for key in keys}
    groups = KeyGroup.objects.outside_drafts().in_bulk(
        [group for group, _area in pairs.values()], field_name="code"
    )
    areas = CompetenceArea.objects.in_bulk(
        [area for _group, area in pairs.values()], field_name="code"
    )
    return {
        key: Named(
            _("%(area)s for %(group)s") % {"area": areas[area].name, "group": groups[group].name},
            reverse("competence:key_group", args=[group]),
        )
        for key, (group, area) in pairs.items()
        if group in groups and area in areas
    }


def _documents(keys: set[str], among: Opening) -> dict[str, Named]:
    found = list(get_document_model().objects.filter(pk__in=[whole_number(key) for key in keys]))
    may = among.documents(found)
    return {
        str(each.pk): Named(each.title, each.url) if each.pk in may else Named("", exists=False)
        for each in found
    }


def _activities(keys: set[str]) -> dict[str, Named]:
    """As the latest adopted version of the training plan that has it words it."""
    numbers = [int(key[1:]) for key in keys if _ACTIVITY.fullmatch(key)]
    rows = PlanActivity.objects.filter(
        activity__number__in=numbers, version__status=TrainingPlanVersion.Status.ADOPTED
    ).order_by("version__number")
    return {
        f"A{number}": Named(title, reverse("competence:training_activity", args=[number]))
        for number, title in rows.values_list("activity__number", "title")
    }


def is_decided_activity(code: str) -> bool:
    """Whether an adopted version of the training plan has the activity ("A12")."""
    return code in _activities({code})


_ACTIVITY = re.compile(r"A[0-9]{1,6}")
_KNOWN: Mapping[str, Callable[[set[str]], dict[str, Named]]] = {
    Kind.AREA: _areas,
    Kind.REQUIREMENT: _requirements,
    Kind.ACTIVITY: _activities,
}
