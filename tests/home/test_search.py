"""Search in Swedish, the same on every database."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from home.analysis import stem, stems
from home.services.search import search
from tests.builders.home import make_article


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kurs", "kurser"),
        ("kursen", "kurserna"),
        ("grundkurs", "grundkurser"),
        ("anmälan", "ANMÄLAN"),
        ("samtal", "samtalet"),
        ("idé", "ide"),
    ],
)
def test_forms_of_a_word_have_one_stem(one, other):
    assert stem(one) == stem(other)


def test_swedish_letters_are_not_folded():
    assert stem("får") != stem("far")
    assert stems("hur får jag prata om det") == [stem("får"), stem("prata")]


def hits(query, user):
    return [hit.title for hit in search(query, user=user).hits]


def test_the_title_weighs_more_than_the_text(arena, employee):
    make_article("Något annat", text="En text om fyrtornet och mer.")
    make_article("Fyrtorn", text="En text.")
    assert hits("fyrtornen", employee) == ["Fyrtorn", "Något annat"]


def test_part_of_a_compound_is_found(arena, employee):
    make_article("Nattvandringsbussen", text="En text.")
    assert hits("vandring", employee) == ["Nattvandringsbussen"]


def test_the_excerpt_marks_what_was_asked_for(arena, employee):
    make_article("Titel", text="Här står ordet sjöjungfrur mitt i.")
    (hit,) = search("sjöjungfru", user=employee).hits
    assert [piece for piece, marked in hit.excerpt if marked] == ["sjöjungfrur"]
    assert hit.why == "I texten står sjöjungfrur."


def test_nothing_found_suggests_a_word_that_exists(arena):
    found = search("extremsm", user=AnonymousUser())
    assert (found.total, found.suggestion) == (0, "extremism")


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("radikalisring", "radikalisering"),
        ("orosanmällan", "orosanmälan"),
        ("ekstremism", "extremism"),
        ("samtal om radikalisring", "samtal om radikalisering"),
    ],
)
def test_a_misspelt_word_suggests_the_one_meant(arena, employee, asked, there):
    make_article("Om samtal", text="Radikalisering, extremism och orosanmälan.")
    assert search(asked, user=employee).suggestion == there


def test_a_word_without_its_dots_is_found_where_nothing_is_written_so(arena, employee):
    make_article("Kråkvinkel", text="Hit får du gå.")
    make_article("Far och son", text="Om en far.")
    (hit,) = search("krakvinkel", user=employee).hits
    assert hit.title == "Kråkvinkel"
    assert hit.why == "I rubriken står Kråkvinkel."
    assert hits("far", employee)[0] == "Far och son"
    assert "Kråkvinkel" not in hits("far", employee)


def test_a_long_question_is_not_the_whole_page(arena, client):
    page = client.get("/sok/", {"q": "a" * 200}).content.decode()
    for element in ("title", "h1"):
        assert "a" * 61 not in page.partition(f"<{element}")[2].partition(f"</{element}>")[0]


def test_a_new_text_replaces_the_old_one_in_the_index(arena, employee):
    article = make_article("Titel", text="sjöjungfru")
    article.body = [("text", "<p>vattenman</p>")]
    article.save_revision().publish()
    assert hits("sjöjungfru", employee) == []
    assert hits("vattenman", employee) == ["Titel"]


def test_the_command_answers_as_the_person_asked_for(arena, employee, capsys):
    make_article("Sjöjungfru")
    call_command("search", "sjöjungfru", "--as", employee.email, "--json")
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    assert {key: hit[key] for key in ("title", "type", "why")} == {
        "title": "Sjöjungfru",
        "type": "knowledge",
        "why": "I rubriken står Sjöjungfru.",
    }
    call_command("search", "sjöjungfru", "--json")
    assert json.loads(capsys.readouterr().out)["hits"] == []


@pytest.mark.parametrize("query", ["", "   ", "%_", "och", "'\"<script>", "x" * 5000])
def test_odd_questions_are_answered(arena, client, query):
    assert client.get("/sok/", {"q": query}).status_code == 200
