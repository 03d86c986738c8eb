"""Building a course: each view does one thing and leads back to the studio."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.models import Page

from courses import drafts, pasting
from courses.models import CourseCatalogue, CoursePage, LessonPage, ModulePage
from courses.services import studio as building
from courses.services.studio import StudioError, course_of
from courses.views.studio import Refused, page_to_read, studio_page
from lms.content.references import current_book
from lms.lib import guard
from lms.lib.forms import Form
from lms.lib.numbers import whole_number
from lms.people.models import User


def refuse_identity_numbers(value: str) -> None:
    if any(finding.kind == "personnummer" for finding in guard.scan(value)):
        raise ValidationError(
            _("The text seems to contain a personal identity number. Remove it and save again."),
            code="sensitive",
        )


class TitleForm(Form):
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=pasting.LONGEST_TITLE,
        validators=[refuse_identity_numbers],
    )


class LinesForm(Form):
    lines = forms.CharField(
        label=gettext_lazy("Titles"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[refuse_identity_numbers],
    )


class QuestionsForm(Form):
    text = forms.CharField(
        label=gettext_lazy("The questions"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        validators=[refuse_identity_numbers],
    )


class CopyLessonForm(Form):
    module = forms.TypedChoiceField(label=gettext_lazy("Into which module"), coerce=int, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = dict(CoursePage.objects.values_list("path", "draft_title"))
        field = cast(forms.TypedChoiceField, self.fields["module"])
        field.choices = [
            (module.pk, f"{courses.get(module.path[: -module.steplen], '')}: {module.draft_title}")
            for module in ModulePage.objects.order_by("path")
        ]


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)


def _page(request: HttpRequest, model: type[Page], pk: int) -> Any:
    page = get_object_or_404(model, pk=pk)
    page_to_read(request, page)
    if page.locked:
        raise PermissionDenied
    return page


def _part(request: HttpRequest, pk: int) -> Any:
    """A module or a lesson."""
    page = get_object_or_404(Page.objects.type(ModulePage, LessonPage), pk=pk).specific
    return _page(request, type(page), pk)


def _copied_title(page: Page) -> str:
    """What a copy is called, cut where it would be longer than a title may be."""
    beside = len(_("%(title)s (copy)") % {"title": ""})
    kept = page.draft_title[: pasting.LONGEST_TITLE - beside]
    return str(_("%(title)s (copy)") % {"title": kept})


def _back(course: Page, at: Page | None = None) -> HttpResponse:
    end = f"#sida-{at.pk}" if at else ""
    return redirect(f"{reverse('courses_admin:studio', args=[course.pk])}{end}")


def _says_why(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[..., HttpResponse]:
    """A draft that cannot be stored as it stands, as one written before a rule was made stricter,
    is said to be so, and nothing is changed."""

    @wraps(view)
    def answer(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return _back(course_of(get_object_or_404(Page, pk=pk)))

    return answer


def _first_error(form: forms.Form) -> str:
    return next((str(each[0]) for each in form.errors.values()), "")


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a new course."""
    catalogue = get_object_or_404(CourseCatalogue)
    if not catalogue.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    form = TitleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return redirect("courses_admin:courses")
    return _back(building.new_course(title=form.cleaned_data["title"], by=_by(request)))


def _outline(request: HttpRequest, at: Page) -> list[pasting.PastedModule] | Refused:
    """The posted titles, or what was posted where they cannot be read."""
    form = LinesForm(request.POST)
    text = request.POST.get("lines", "")
    if not form.is_valid():
        return Refused(at.pk, text, [pasting.LineError(0, _first_error(form))])
    outline, errors = pasting.read_outline(text)
    return Refused(at.pk, text, errors) if errors else outline


def _say_added(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)s draft was added.", "%(count)s drafts were added.", count)
    messages.success(request, text % {"count": count})


@require_POST
def outline(request: HttpRequest, pk: int) -> HttpResponse:
    """Add modules and lessons, one a line."""
    course = _page(request, CoursePage, pk)
    parts = _outline(request, course)
    if isinstance(parts, Refused):
        return studio_page(request, course, parts)
    made = building.add_outline(course=course, outline=parts, by=_by(request)) if parts else []
    if made:
        _say_added(request, len(made))
    return _back(course, made[0] if made else None)


@require_POST
def lessons(request: HttpRequest, pk: int) -> HttpResponse:
    """Add lessons to a module, one a line."""
    module = _page(request, ModulePage, pk)
    parts = _outline(request, module)
    if isinstance(parts, Refused):
        return studio_page(request, course_of(module), parts)
    made: list[Page] = []
    for part in parts:
        if part.title:
            messages.warning(
                request, _("“%(title)s” begins a module: add it below.") % {"title": part.title}
            )
        made.extend(building.add_lessons(module=module, part=part, by=_by(request)))
    if made:
        _say_added(request, len(made))
    return _back(course_of(module), made[0] if made else module)


@require_POST
@_says_why
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    page = _part(request, pk)
    form = TitleForm(request.POST)
    if form.is_valid():
        building.rename(page=page, title=form.cleaned_data["title"], by=_by(request))
    else:
        messages.error(request, _first_error(form))
    return _back(course_of(page), page)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One step up or down, or into another module."""
    page = _part(request, pk)
    step = request.POST.get("step")
    if step in ("up", "down"):
        building.move_step(page=page, step=-1 if step == "up" else 1, by=_by(request))
    elif isinstance(page, LessonPage) and (number := whole_number(request.POST.get("module", ""))):
        module = get_object_or_404(ModulePage, pk=number)
        try:
            building.move_lesson(lesson=page, module=module, by=_by(request))
        except StudioError as error:
            messages.error(request, str(error))
    return _back(course_of(Page.objects.get(pk=page.pk)), page)


@require_POST
@_says_why
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a lesson beside itself."""
    lesson = _page(request, LessonPage, pk)
    module = ModulePage.objects.get(pk=lesson.get_parent().pk)
    title = _copied_title(lesson)
    copied = building.copy_lesson(lesson=lesson, module=module, title=title, by=_by(request))
    messages.success(request, _("“%(title)s” is a draft.") % {"title": copied.title})
    return _back(course_of(module), copied)


@require_http_methods(["GET", "POST"])
@_says_why
def copy_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a lesson into another module, of this course or another."""
    lesson = _page(request, LessonPage, pk)
    form = CopyLessonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        module = _page(request, ModulePage, form.cleaned_data["module"])
        copied = building.copy_lesson(lesson=lesson, module=module, by=_by(request))
        messages.success(request, _("“%(title)s” is a draft.") % {"title": copied.title})
        return _back(course_of(module), copied)
    return TemplateResponse(
        request,
        "courses/admin/studio_copy.html",
        {"page": lesson, "course": course_of(lesson), "form": form},
    )


@require_http_methods(["GET", "POST"])
@_says_why
def copy_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a whole course as a new draft."""
    course = _page(request, CoursePage, pk)
    form = TitleForm(request.POST or None, initial={"title": _copied_title(course)})
    if request.method == "POST" and form.is_valid():
        copied = building.copy_course(
            course=course, title=form.cleaned_data["title"], by=_by(request)
        )
        messages.success(
            request,
            _("The copy is a draft without versions. Learners do not see it."),
        )
        return _back(copied)
    return TemplateResponse(
        request, "courses/admin/studio_copy.html", {"page": course, "course": course, "form": form}
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a module or a lesson that never was part of a version, after a question."""
    page = _part(request, pk)
    course = course_of(page)
    if request.method == "POST":
        try:
            building.delete_page(page=page, by=_by(request))
        except StudioError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("“%(title)s” is deleted.") % {"title": page.draft_title})
        return _back(course)
    return TemplateResponse(
        request,
        "courses/admin/studio_delete.html",
        {
            "page": page,
            "course": course,
            "lessons": LessonPage.objects.descendant_of(page, inclusive=True),
            "is_module": isinstance(page, ModulePage),
            "kept": building.was_in_version(page),
        },
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a page out of the next version; its text stays."""
    page = _part(request, pk)
    if not page.permissions_for_user(request.user).can_unpublish():
        raise PermissionDenied
    building.withdraw(page=page, by=_by(request))
    messages.success(
        request,
        _("“%(title)s” is left out of the next course version. The text is kept as a draft.")
        % {"title": page.draft_title},
    )
    return _back(course_of(page), page)


@require_POST
def publish_pages(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish every page of the course whose draft is ready."""
    course = _page(request, CoursePage, pk)
    if not course.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    done = building.publish_pages(course=course, by=_by(request))
    if done.published:
        text = ngettext(
            "%(count)s page is published. Learners see it when the course version is published.",
            "%(count)s pages are published. Learners see them when the course version is "
            "published.",
            done.published,
        )
        messages.success(request, text % {"count": done.published})
    for title, reason in done.held_back:
        messages.warning(
            request,
            _("“%(title)s” stays a draft: %(reason)s") % {"title": title, "reason": reason},
        )
    # A page can be published with less than a version needs.
    draft = drafts.draft_course(course.pk, current_book())
    if draft is not None and draft.faults_in_all:
        text = ngettext(
            "%(count)s fault still stops the course version. It stands below.",
            "%(count)s faults still stop the course version. They stand below.",
            draft.faults_in_all,
        )
        messages.warning(request, text % {"count": draft.faults_in_all})
    return _back(course)


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Write questions as text: see how they are read, then add them."""
    lesson = _page(request, LessonPage, pk)
    course = course_of(lesson)
    form = QuestionsForm(request.POST or None)
    pasted = None
    if request.method == "POST" and form.is_valid():
        pasted = pasting.read_questions(form.cleaned_data["text"])
        if "add" in request.POST and pasted.questions and not pasted.errors:
            try:
                building.add_questions(lesson=lesson, questions=pasted.questions, by=_by(request))
            except StudioError as error:
                form.add_error("text", str(error))
            except ValidationError as error:
                form.add_error("text", error.messages)
            else:
                count = len(pasted.questions)
                text = ngettext(
                    "%(count)s question was added to “%(title)s”.",
                    "%(count)s questions were added to “%(title)s”.",
                    count,
                )
                messages.success(request, text % {"count": count, "title": lesson.draft_title})
                return _back(course, lesson)
    return TemplateResponse(
        request,
        "courses/admin/studio_questions.html",
        {"lesson": lesson, "course": course, "form": form, "pasted": pasted},
    )
