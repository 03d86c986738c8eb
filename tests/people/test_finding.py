"""A person is found by name or id in every form about one, and never by a guess."""

import pytest
from django.utils.translation import override

from lms.lib.forms import Form
from lms.people.finding import PersonField
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
