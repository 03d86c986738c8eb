"""Finding a person by name or id, in any form that is about one: whoever is not told apart by
what was written is chosen among the few that it fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.lib.dates import today
from lms.people.models import Employment, Person
from lms.people.querysets import PersonQuerySet

CHOSEN = "-vald"


def few_with_posts(people: PersonQuerySet, day: date, few: int) -> list[tuple[int, str]]:
    """The first `few` of them, each with the posts that tell two of the same name apart."""
    posts = Employment.objects.valid_on(day).select_related("unit")
    found = people.prefetch_related(Prefetch("employments", queryset=posts, to_attr="posts_now"))
    return [(person.pk, _with_posts(person)) for person in found[:few]]


def _with_posts(person: Any) -> str:
    posts = [f"{post.job_title or post.job_code}, {post.unit}" for post in person.posts_now]
    return f"{person.name} – {'; '.join(posts)}" if posts else str(person.name)


@dataclass(frozen=True)
class Written:
    """What a form says of a person: the words, and who was chosen among those they fit."""

    words: str
    chosen: str = ""


class PersonInput(forms.TextInput):
    """Words to search with, and below them the people they fit."""

    template_name = "people/person_input.html"
    found: tuple[tuple[int, str], ...] = ()
    chosen: int | None = None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Written:
        return Written((data.get(name) or "").strip(), data.get(name + CHOSEN) or "")

    def format_value(self, value: Any) -> str | None:
        return super().format_value(value.words if isinstance(value, Written) else value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "found": self.found,
            "chosen": self.chosen,
            "chosen_name": name + CHOSEN,
        }
        return context


class PersonField(forms.Field):
    """A person by id or by name; of two merged records the one that was kept.

    An id, or a whole name that only one has, says who. Less than that is a question back, also
    where it fits one alone: what is decided about somebody is decided about whoever was meant.
    It is a look-up and no list: words that fit more than FEW show nobody.
    """

    FEW = 8
    widget = PersonInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Person"))
        kwargs.setdefault("help_text", gettext_lazy("Name or person id."))
        kwargs.setdefault(
            "error_messages", {"required": gettext_lazy("Write the name or the person id.")}
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Person | None:
        given = value if isinstance(value, Written) else Written(str(value or "").strip())
        if not given.words:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        person = Person.objects.filter(person_id=given.words).first()
        if person is not None:
            return person.merged_into or person
        return self._by_name(given)

    def _by_name(self, given: Written) -> Person:
        if len(given.words) < 2:
            raise forms.ValidationError(_("Write at least two letters."))
        current = Person.objects.current()
        name = " ".join(given.words.split())
        fitting = current.annotate(
            whole_name=Concat("given_name", Value(" "), "family_name")
        ).filter(whole_name__iexact=name)
        whole = fitting.exists()
        found = few_with_posts(
            fitting if whole else current.called(given.words), today(), self.FEW + 1
        )
        if not found:
            raise forms.ValidationError(
                _("Nobody has that name or person id. Check the spelling, or write less of it.")
            )
        if len(found) > self.FEW:
            raise forms.ValidationError(
                _("Many people fit that. Write the whole name, or the person id.")
            )
        return self._choice(found, given.chosen, alone=whole)

    def _choice(self, found: list[tuple[int, str]], chosen: str, *, alone: bool) -> Person:
        box = self.widget
        assert isinstance(box, PersonInput)
        box.found = tuple(found)
        by_key = {str(pk): pk for pk, _words in found}
        box.chosen = by_key.get(chosen) or (found[0][0] if len(found) == 1 else None)
        if chosen in by_key or (alone and len(found) == 1):
            return Person.objects.get(pk=box.chosen)
        raise forms.ValidationError(
            _("Do you mean the person below? Then go on.")
            if len(found) == 1
            else _("Several people fit that. Choose the one you mean.")
        )
