"""The question bank in the admin: a list to search and narrow, and a form that saves through the
service. Confidential: every address asks the matrix, and nothing is deleted or exported."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from taggit.models import Tag
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
    SnippetCreateView,
)
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from courses.models import Question, QuestionVersion
from courses.services.bank import save_question
from courses.views.readers import reader
from courses.wording import KINDS
from lms.content.models import LegalReference
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import OurWords
from lms.people.access import Action, Obj, can

_ACTIONS = {
    "add": Action.CREATE,
    "change": Action.UPDATE,
    "view": Action.READ,
    "choose": Action.READ,
}


class BankPermissionPolicy(ModelPermissionPolicy):
    """The row of the matrix as it stands, for superusers too. A right to the questions of one's
    own course is none to the bank, and nobody deletes a question."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        wanted = _ACTIONS.get(action)
        return wanted is not None and can(user, wanted, Obj.QUESTION_BANK, day=today(), own=False)


class QuestionForm(OurWords, WagtailAdminModelForm):
    """A question with a word about what has changed in it."""

    note = forms.CharField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy(
            "One sentence for colleagues, kept with the version. A change of wording reaches "
            "learners when a course that asks the question is published anew."
        ),
        required=False,
        max_length=300,
        validators=[refuse_personal_data],
    )


def _kind_choices() -> list[tuple[str, Any]]:
    return [(kind, label) for kind, label in KINDS.items() if kind != "draw"]


class QuestionFilterSet(WagtailFilterSet):
    area = django_filters.ModelChoiceFilter(
        queryset=CompetenceArea.objects.all(), label=gettext_lazy("Area")
    )
    level = django_filters.ModelChoiceFilter(
        queryset=TrainingLevel.objects.all(), label=gettext_lazy("Level")
    )
    legal_references = django_filters.ModelChoiceFilter(
        queryset=LegalReference.objects.all(), label=gettext_lazy("Law")
    )
    tags = django_filters.ModelChoiceFilter(
        queryset=Tag.objects.filter(pk__in=Question.tags.through.objects.values("tag")),
        label=gettext_lazy("Tag"),
    )
    kind = django_filters.ChoiceFilter(
        field_name="latest_kind", choices=_kind_choices, label=gettext_lazy("Kind of question")
    )
    retired = django_filters.ChoiceFilter(
        choices=[("no", gettext_lazy("in use")), ("yes", gettext_lazy("retired"))],
        method="of_state",
        label=gettext_lazy("State"),
    )

    def of_state(self, found: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        return found.filter(retired_on__isnull=value == "no")

    class Meta:
        model = Question
        fields = ["area", "level", "legal_references", "tags", "kind", "retired"]


def with_kind(questions: QuerySet[Question]) -> QuerySet[Question]:
    """The questions with the kind of their latest wording."""
    latest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number")
    return questions.select_related("area", "level").annotate(
        latest_kind=Subquery(latest.values("kind")[:1]),
        latest_number=Subquery(latest.values("number")[:1]),
    )


class KindColumn(Column):
    def get_value(self, instance: Any) -> str:
        return str(KINDS.get(instance.latest_kind, "–"))


class StateColumn(Column):
    def get_value(self, instance: Question) -> str:
        return _("in use") if instance.retired_on is None else _("retired")


def _columns() -> list[Column]:
    return [
        Column("area", label=gettext_lazy("Area"), accessor="area.code", sort_key="area__code"),
        Column(
            "level", label=gettext_lazy("Level"), accessor="level.name", sort_key="level__number"
        ),
        KindColumn("kind", label=gettext_lazy("Kind"), classname="only-wide"),
        Column(
            "version",
            label=gettext_lazy("Version"),
            accessor="latest_number",
            classname="only-wide",
        ),
        StateColumn("state", label=gettext_lazy("State"), classname="on-one-line"),
    ]


class QuestionIndexView(IndexView):
    """No boxes to tick: there is nothing to do with many questions at once."""

    any_permission_required = ["add", "change", "view"]

    @property
    def columns(self) -> list[Column]:
        return [self._title(), *_columns()]

    def _title(self) -> Column:
        return TitleColumn(
            "prompt",
            label=gettext_lazy("Question"),
            get_url=lambda question: reverse("courses_admin:question", args=[question.pk]),
        )


class _SavesThroughService:
    """Lets the service write the question and its version."""

    form: Any
    request: HttpRequest

    def save_instance(self) -> Question:
        question = self.form.save(commit=False)
        version = save_question(
            question=question, by=reader(self.request), note=self.form.cleaned_data["note"]
        )
        self._number = version.number
        return question  # type: ignore[no-any-return]

    def get_success_message(self, instance: Question | None = None) -> str:
        return _("The question is saved. Its wording is version %(number)s.") % {
            "number": self._number
        }


class QuestionCreateView(_SavesThroughService, CreateView):
    pass


class QuestionCopyView(_SavesThroughService, CreateView):
    """A new question that begins as a copy; the form is sent to where new ones are saved."""

    def get_initial_form_instance(self) -> Question:
        question = Question.objects.get(pk=self.kwargs["pk"])
        if question.retired_on is not None:
            question.retired_on = None
        return question


class QuestionEditView(_SavesThroughService, EditView):
    pass


class QuestionFilterForm(OurWords, BaseFilterForm):
    """Narrowing what there is to choose."""

    q = forms.CharField(label=gettext_lazy("Search the questions"), required=False)
    area = forms.ModelChoiceField(
        CompetenceArea.objects.all(), label=gettext_lazy("Area"), required=False
    )
    level = forms.ModelChoiceField(
        TrainingLevel.objects.all(), label=gettext_lazy("Level"), required=False
    )

    def filter(self, objects: QuerySet[Question]) -> QuerySet[Question]:
        found = super().filter(objects)
        chosen = self.cleaned_data
        if chosen["q"]:
            found = found.filter(prompt__icontains=chosen["q"])
            self.is_searching, self.search_query = True, chosen["q"]
        for name in ("area", "level"):
            if chosen[name]:
                found = found.filter(**{name: chosen[name]})
        return found


class _ForReadersOfTheBank:
    """Wagtail's chooser asks for no right of its own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not BankPermissionPolicy(Question).user_has_permission(request.user, "choose"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


class _ShowsSorts:
    """What there is to choose, narrowed by sort, with how many there are."""

    filter_form_class = QuestionFilterForm
    paginator: Any

    @property
    def columns(self) -> list[Column]:
        return [self.title_column, *_columns()[:3]]  # type: ignore[attr-defined]

    @property
    def page_subtitle(self) -> str:
        count = self.paginator.count
        return ngettext(
            "%(count)s question of this sort", "%(count)s questions of this sort", count
        ) % {"count": count}


class ChooseQuestionView(_ForReadersOfTheBank, _ShowsSorts, ChooseView):
    pass


class ChooseQuestionResultsView(_ForReadersOfTheBank, _ShowsSorts, ChooseResultsView):
    pass


class QuestionChosenView(_ForReadersOfTheBank, SnippetChosenView):
    pass


class QuestionsChosenView(_ForReadersOfTheBank, SnippetChosenMultipleView):
    pass


class QuestionCreateInChooserView(_ForReadersOfTheBank, SnippetCreateView):
    pass


class QuestionChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ChooseQuestionView
    choose_results_view_class = ChooseQuestionResultsView
    chosen_view_class = QuestionChosenView
    chosen_multiple_view_class = QuestionsChosenView
    create_view_class = QuestionCreateInChooserView

    def get_object_list(self) -> QuerySet[Question]:
        return with_kind(Question.objects.in_use())


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "folder-open-inverse"
    menu_label = gettext_lazy("Question bank")
    menu_name = "question-bank"
    menu_order = 240
    add_to_admin_menu = True
    index_view_class = QuestionIndexView
    add_view_class = QuestionCreateView
    copy_view_class = QuestionCopyView
    edit_view_class = QuestionEditView
    chooser_viewset_class = QuestionChooserViewSet
    filterset_class = QuestionFilterSet
    search_fields = ["prompt"]
    list_export: list[str] = []
    list_per_page = 30
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=gettext_lazy(
                    "Only those who write and judge courses see the bank. A question is asked in "
                    "a course when a lesson chooses it, or draws among those of its area, level, "
                    "law and tags."
                )
            ),
            FieldPanel("content"),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("area"), FieldPanel("level")]),
                    FieldPanel("legal_references", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("tags"),
                ],
                heading=gettext_lazy("Sort"),
            ),
            FieldPanel("note"),
        ],
        base_form_class=QuestionForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return with_kind(Question.objects.all())
