from django.http import QueryDict

from courses.forms import CatalogueForm
from courses.listing import Names, Wanted


def chosen(query: str) -> CatalogueForm:
    names = Names(areas={"OM1": "Området"}, levels={1: "Grund"})
    return CatalogueForm(QueryDict(query), names=names, with_requirements=True)


def test_a_choice_that_does_not_exist_is_ignored_without_a_word():
    form = chosen("area=zzz&level=abc&length=15&form=x&sida=2")
    assert form.wanted() == Wanted(length="15")
    assert form.errors == {}
    assert form["area"].value() is None


def test_choices_that_exist_are_kept():
    form = chosen("area=OM1&level=1&required=on")
    assert form.wanted() == Wanted(area="OM1", level=1, required=True)
    assert form["area"].value() == "OM1"
