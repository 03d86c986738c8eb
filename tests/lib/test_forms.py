"""A form says what to choose and what to put right, in our words."""

from django import forms
from django.utils.translation import override

from lms.lib.forms import Form, day_field


class Booking(Form):
    course = forms.ChoiceField(label="Kurs", choices=[("", "---------"), ("a", "Grund")])
    how = forms.ChoiceField(label="Hur räknas det?", choices=[("", "---------"), ("a", "Grund")])
    other = forms.ChoiceField(
        label="Annat", required=False, choices=[("", "---------"), ("a", "Grund")]
    )
    own = forms.ChoiceField(label="Eget", choices=[("", "Alla"), ("a", "Grund")])
    day = day_field("Dag")
    seats = forms.IntegerField(label="Platser", min_value=1)
    email = forms.EmailField(label="E-post")
    sure = forms.BooleanField(label="Säker")
    proof = forms.FileField(label="Intyg")
    reason = forms.CharField(label="Skäl", max_length=10)
    said = forms.CharField(error_messages={"required": "Säg varför du öppnar det."})


def _errors(data: dict[str, str]) -> dict[str, list[str]]:
    with override("sv"):
        return {name: list(errors) for name, errors in Booking(data, {}).errors.items()}


def test_an_empty_field_says_what_to_do() -> None:
    assert _errors({"other": ""}) == {
        "course": ["Välj kurs."],
        "how": ["Välj i listan."],
        "own": ["Välj eget."],
        "day": ["Ange en dag, till exempel 2026-03-14."],
        "seats": ["Skriv ett tal, till exempel 12."],
        "email": ["Skriv en e-postadress."],
        "sure": ["Kryssa i rutan för att gå vidare."],
        "proof": ["Välj en fil."],
        "reason": ["Skriv något under ”Skäl”."],
        "said": ["Säg varför du öppnar det."],
    }


def test_what_cannot_be_read_says_how_to_write_it() -> None:
    wrong = {
        "course": "finns inte",
        "day": "i går",
        "seats": "0",
        "email": "kim",
        "reason": "mycket längre än så",
    }
    found = _errors(wrong)
    assert {name: found[name] for name in wrong} == {
        "course": ["Välj något i listan."],
        "day": ["Skriv dagen som år, månad och dag: 2026-03-14."],
        "seats": ["Skriv ett tal som är minst 1."],
        "email": ["Skriv hela adressen, till exempel namn@example.se."],
        "reason": ["Korta texten till 10 tecken. Nu är den 19."],
    }


def test_a_choice_not_yet_made_says_what_to_choose() -> None:
    with override("sv"):
        form = Booking()
        empty = {
            name: str(field.choices[0][1])
            for name, field in form.fields.items()
            if isinstance(field, forms.ChoiceField)
        }
    assert empty == {
        "course": "Välj kurs",
        "how": "Välj i listan",
        "other": "Inget valt",
        "own": "Alla",
    }
