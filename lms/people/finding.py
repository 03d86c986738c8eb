"""Finding a person or a unit by name or id, in any form that is about one: who is not told apart by
what was written is chosen among the few that it fits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.lib.dates import today
from lms.people.models import Employment, Person, Unit
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
        return self._choice(_told_apart(found), given.chosen, alone=whole)

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


def _told_apart(found: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those whose name and posts are the same, with the person id too."""
    times = Counter(words for _pk, words in found)
    if len(times) == len(found):
        return found
    people = Person.objects.in_bulk([pk for pk, _words in found])
    return [
        (pk, words if times[words] == 1 else f"{words} ({people[pk].person_id})")
        for pk, words in found
    ]


def unit_label(unit: Unit) -> str:
    """A unit as it is chosen in a list: two of the same name are told apart."""
    return f"{unit.name} ({unit.code})"


class UnitsInput(forms.TextInput):
    """A box for each unit, with the names of all to choose among (`people/unit_names.html`), and
    where there may be several some empty boxes more."""

    template_name = "people/units_input.html"
    several = False
    EMPTY = 2

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or ""
        return [each for each in ([given] if isinstance(given, str) else given) if each.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def format_value(self, value: Any) -> str | None:
        return None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        boxes = self._as_written(_words(value))
        if self.several:
            boxes += [""] * self.EMPTY
        context["widget"] |= {"boxes": boxes or [""]}
        return context

    @staticmethod
    def _as_written(words: Sequence[str]) -> list[str]:
        """Known codes by name, everything else as it was typed."""
        by_code = Unit.objects.filter(code__in=words).in_bulk(field_name="code") if words else {}
        return [unit_label(by_code[each]) if each in by_code else each for each in words]


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value else list(value or ())


class UnitsField(forms.Field):
    """Units by name, by code, or as they are chosen in the list; several with commas between them
    too. The units, in the order they were given; with `several` false the one, or none."""

    FEW = 5
    widget = UnitsInput

    def __init__(self, *, several: bool = True, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.several = several
        box = self.widget
        assert isinstance(box, UnitsInput)
        box.several = several

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.widget._as_written(_words(initial)) != self.widget._as_written(_words(data))

    def clean(self, value: Any) -> Any:
        units = list(Unit.objects.order_by("tree_left"))
        found: dict[int, Unit] = {}
        errors = []
        for words in _words(value):
            for part in self._parts(words.strip(), units):
                try:
                    unit = self._one(part, units)
                    found[unit.pk] = unit
                except forms.ValidationError as error:
                    errors.append(error)
        if errors:
            raise forms.ValidationError(errors)
        if self.several:
            return tuple(found.values())
        if len(found) > 1:
            raise forms.ValidationError(_("Give one unit."))
        return next(iter(found.values()), None)

    @staticmethod
    def _parts(words: str, units: Iterable[Unit]) -> list[str]:
        """A name may hold a comma: only what is no unit as it stands is several."""
        if any(_same(words, each) for each in units):
            return [words]
        return [part.strip() for part in re.split(r"[,;\n]", words) if part.strip()]

    def _one(self, words: str, units: Sequence[Unit]) -> Unit:
        by_code = [each for each in units if each.code == words or unit_label(each) == words]
        if by_code:
            return by_code[0]
        fitting = [each for each in units if _same(words, each)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            labels = " / ".join(unit_label(each) for each in fitting)
            raise forms.ValidationError(
                _("Several units are called %(words)s: choose one of %(labels)s.")
                % {"words": words, "labels": labels}
            )
        near = [unit_label(each) for each in units if words.casefold() in each.name.casefold()]
        if len(near) > self.FEW:
            raise forms.ValidationError(
                _("Many units have %(words)s in their name: choose one in the list.")
                % {"words": words}
            )
        if near:
            raise forms.ValidationError(
                _("Unknown: %(words)s. Perhaps %(labels)s?")
                % {"words": words, "labels": " / ".join(near)}
            )
        raise forms.ValidationError(_("Unknown: %(codes)s") % {"codes": words})


def _same(words: str, unit: Unit) -> bool:
    given = " ".join(words.split()).casefold()
    return given in (unit.code.casefold(), unit.name.casefold(), unit_label(unit).casefold())
