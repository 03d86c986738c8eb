"""Who may read which page, document and image. Every list, search, feed and file starts here.

A page is public if it says so, else for those who are signed in; Wagtail's page view
restrictions (signed in, groups) narrow a page and everything below it, for lists as for the page
itself. A file is as open as the most open page that shows it; one that no visible page shows is
for those who may edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    ReferenceIndex,
)
from wagtail.models.view_restrictions import BaseViewRestriction
from wagtail.query import PageQuerySet

from lms.content.models import BasePage, SiteSettings

_reads_internal: Callable[[Any], bool] = lambda user: bool(user.is_authenticated)  # noqa: E731


def decide_internal_by(rule: Callable[[Any], bool]) -> None:
    """Lets an app that knows roles say which accounts read internal pages."""
    global _reads_internal
    _reads_internal = rule


def reads_internal(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and _reads_internal(user))


def base_models() -> list[type[BasePage]]:
    return [model for model in apps.get_models() if issubclass(model, BasePage)]


def public_q() -> Q:
    """Pages of any type that declare themselves public."""
    condition = Q(pk__in=[])
    for model in base_models():
        condition |= Q(pk__in=model.objects.filter(is_public=True).order_by().values("pk"))
    return condition


def _accepts(restriction: BaseViewRestriction, user: Any, groups: set[int]) -> bool:
    if restriction.restriction_type == BaseViewRestriction.LOGIN:
        return bool(user.is_authenticated)
    if restriction.restriction_type == BaseViewRestriction.GROUPS:
        return not groups.isdisjoint(group.pk for group in restriction.groups.all())
    # A shared password is not a person: lists and search leave such pages out.
    return False


def _closed(restrictions: Iterable[BaseViewRestriction], user: Any) -> list[BaseViewRestriction]:
    restrictions = list(restrictions)
    if not restrictions:
        return []
    groups = set(user.groups.values_list("pk", flat=True)) if user.is_authenticated else set()
    return [each for each in restrictions if not _accepts(each, user, groups)]


def visible_to(pages: PageQuerySet, user: Any) -> PageQuerySet:
    """The published pages among `pages` that `user` may read."""
    pages = pages.live()
    if user.is_active and user.is_superuser:
        return pages
    if not reads_internal(user):
        pages = pages.filter(public_q())
    if not user.is_active:
        user = AnonymousUser()
    restrictions = PageViewRestriction.objects.select_related("page").prefetch_related("groups")
    for restriction in _closed(restrictions, user):
        pages = pages.not_descendant_of(restriction.page, inclusive=True)
    return pages


def may_open(page: Page, user: Any) -> bool:
    """Whether a signed-in `user` may open this page: it is public or for them to read, and no
    restriction on it or above it keeps them out."""
    if not (isinstance(page, BasePage) and page.is_public) and not reads_internal(user):
        return bool(user.is_superuser)
    restrictions = page.get_view_restrictions().prefetch_related("groups")
    named = restrictions.exclude(restriction_type=BaseViewRestriction.PASSWORD)
    return bool(user.is_superuser) or not _closed(named, user)


def closed_to_some(pages: Iterable[int]) -> set[int]:
    """Those of the pages that a restriction, on them or above, closes to some who are signed in."""
    closing = (
        PageViewRestriction.objects.exclude(restriction_type=BaseViewRestriction.LOGIN)
        .annotate(path=ExpressionWrapper(OuterRef("path"), output_field=CharField()))
        .filter(path__startswith=F("page__path"))
    )
    return set(Page.objects.filter(Exists(closing), pk__in=pages).values_list("pk", flat=True))


def file_is_visible(file: AbstractDocument | AbstractImage, user: Any) -> bool:
    """Whether `user` may fetch this document or image."""
    return file.pk in visible_files([file], user)


def visible_files(files: Iterable[AbstractDocument | AbstractImage], user: Any) -> set[int]:
    """Those of the files, all documents or all images, that `user` may fetch. As many queries
    whatever their number."""
    files = list(files)
    if user.is_active and (user.is_superuser or user.has_perm("wagtailadmin.access_admin")):
        return {file.pk for file in files}
    restrictions = CollectionViewRestriction.objects.select_related("collection")
    closed = tuple(
        each.collection.path for each in _closed(restrictions.prefetch_related("groups"), user)
    )
    paths = dict(
        Collection.objects.filter(pk__in={file.collection_id for file in files}).values_list(
            "pk", "path"
        )
    )
    files = [file for file in files if not paths[file.collection_id].startswith(closed)]
    if not files:
        return set()
    shown_on = ReferenceIndex.get_references_to_in_bulk(files).values_list(
        "to_object_id", "base_content_type_id", "object_id"
    )
    page_type = ContentType.objects.get_for_model(Page).pk
    settings_type = ContentType.objects.get_for_model(SiteSettings).pk
    places = list(shown_on)
    open_pages = set(
        visible_to(
            Page.objects.filter(pk__in={pk for _to, kind, pk in places if kind == page_type}), user
        ).values_list("pk", flat=True)
    )
    return {
        int(to)
        for to, kind, pk in places
        # The logo is open.
        if kind == settings_type or (kind == page_type and int(pk) in open_pages)
    }
