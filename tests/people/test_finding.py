"""A person is found by name or id in every form about one, and never by a guess."""

import pytest
from django.http import QueryDict
from django.utils.translation import override

from lms.lib.forms import Form
from lms.people.finding import PersonField, UnitsField
from tests.builders.people import employ, make_person, make_unit

pytestmark = pytest.mark.django_db


class Asked(Form):
    person = PersonField()


def _ask(words: str, chosen: object = "") -> Asked:
    with override("sv"):
        form = Asked({"person": words, "person-vald": str(chosen)})
        form.full_clean()
    return form


@pytest.fixture
def school():
    return make_unit("SKO", name="Skolan")


@pytest.fixture
def asa(school):
    person = make_person("E1", "Åsa", "Öst")
    employ(person, school)
    return person


def test_an_id_and_a_whole_name_say_who(asa):
    make_person("E2", "Åsa", "Österberg")
    for words in ("E1", "Åsa Öst", " Åsa  Öst "):
        assert _ask(words).cleaned_data["person"] == asa


def test_part_of_a_name_is_a_question_back_until_it_is_answered(asa):
    form = _ask("Öst")
    assert form.errors == {"person": ["Menar du personen nedan? Gå i så fall vidare."]}
    assert "Åsa Öst – Lar, Skolan" in form.as_p()
    assert _ask("Öst", asa.pk).cleaned_data["person"] == asa


def test_of_several_one_is_chosen(asa, school):
    other = make_person("E3", "Åsa", "Öst")
    form = _ask("Åsa Öst")
    assert form.errors == {"person": ["Det stämmer in på flera. Välj den du menar."]}
    assert _ask("Åsa Öst", other.pk).cleaned_data["person"] == other


def test_whoever_was_chosen_for_other_words_is_not_taken(asa):
    stranger = make_person("E4", "Kim", "Ek")
    assert "person" in _ask("Öst", stranger.pk).errors


def test_words_that_fit_many_show_nobody():
    for number in range(PersonField.FEW + 1):
        make_person(given_name=f"Kim{number}", family_name="Ek")
    form = _ask("Ek")
    assert form.errors == {
        "person": ["Det stämmer in på många. Skriv hela namnet eller person-id:t."]
    }
    assert "Kim1" not in form.as_p()


def test_nobody_and_too_little_say_what_to_do(asa):
    assert _ask("Å").errors == {"person": ["Skriv minst två bokstäver."]}
    assert _ask("Bo Ek").errors == {
        "person": [
            "Ingen heter så eller har det person-id:t. Kontrollera stavningen, eller skriv en "
            "mindre del av namnet."
        ]
    }
    assert _ask("").errors == {"person": ["Skriv namnet eller person-id:t."]}


def test_what_was_written_stands_when_the_form_is_shown_again(asa):
    assert 'value="Öst"' in _ask("Öst").as_p()


def test_two_of_the_same_name_without_posts_are_told_apart_by_their_id():
    make_person("E1", "Åsa", "Öst")
    make_person("E2", "Åsa", "Öst")
    page = _ask("Åsa Öst").as_p()
    assert "Åsa Öst (E1)" in page
    assert "Åsa Öst (E2)" in page


# Units.


class Several(Form):
    units = UnitsField()


class One(Form):
    unit = UnitsField(several=False)


def _units(*written: str, kind=Several):
    data = QueryDict(mutable=True)
    data.setlist("unit" if kind is One else "units", written)
    with override("sv"):
        form = kind(data)
        form.full_clean()
    return form


@pytest.fixture
def units(school):
    return [
        make_unit("N1", school, "Norrskolan"),
        make_unit("O1", school, "Östra, kök"),
        make_unit("F1", school, "Förskolan"),
        make_unit("F2", school, "Förskolan"),
        *(make_unit(f"L{number}", school, f"Lilla skolan {number}") for number in range(3)),
    ]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ((), []),
        (("N1",), ["N1"]),
        (("norrskolan", "", "Östra, kök"), ["N1", "O1"]),
        (("N1, östra, kök (O1)",), None),
        (("Östra, kök (O1)", "N1;F2"), ["O1", "N1", "F2"]),
        (("N1,Norrskolan",), ["N1"]),
    ],
)
def test_units_are_chosen_by_name_by_code_or_as_in_the_list(units, written, codes):
    form = _units(*written)
    assert codes == (None if form.errors else [each.code for each in form.cleaned_data["units"]])


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("Förskolan", "Flera enheter heter Förskolan: välj en av Förskolan (F1) / Förskolan (F2)."),
        ("norr", "Okänt: norr. Kanske Norrskolan (N1)?"),
        ("Finns inte", "Okänt: Finns inte"),
        ("kolan", "Flera enheter har kolan i namnet: välj en i listan."),
    ],
)
def test_a_unit_that_is_not_told_apart_is_a_question_back_and_what_was_typed_stays(
    units, written, error
):
    form = _units("N1", written)
    assert form.errors == {"units": [error]}
    page = form.as_p()
    assert 'value="Norrskolan (N1)"' in page
    assert f'value="{written}"' in page


def test_where_one_unit_is_asked_for_two_are_refused(units):
    assert _units("Norrskolan", kind=One).cleaned_data["unit"] == units[0]
    assert _units(kind=One).cleaned_data["unit"] is None
    assert _units("N1, F1", kind=One).errors == {"unit": ["Ange en enhet."]}
