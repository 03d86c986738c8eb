"""A form that comes when the session has ended: what was typed is shown back, and nothing else."""

import json

import pytest
from django.test import Client

from lms.people.roles import Role
from tests.builders.people import account_with

pytestmark = pytest.mark.django_db

OWN = "http://testserver"
TEXT = "Vi behöver mer <b>tid</b> & fler platser.\nSärskilt i mars."
SHOWN = "Vi behöver mer &lt;b&gt;tid&lt;/b&gt; &amp; fler platser.\nSärskilt i mars."
PAGE = "/plan/remiss/kompetensplan/1/"


def post(client, data, *, address=PAGE, origin=OWN, **headers):
    return client.post(address, data, headers={"origin": origin, **headers} if origin else headers)


@pytest.fixture(params=["token", "session"])
def ended(request):
    """The session has ended: with its cookies, or alone."""
    return Client(enforce_csrf_checks=request.param == "token")


def test_what_was_typed_is_shown_to_copy_with_the_way_back(ended):
    response = post(
        ended, {"text": TEXT, "choice": "12"}, referer=f"{OWN}/plan/remiss/kompetensplan/1/?om=G01"
    )
    assert response.status_code == 403
    html = response.content.decode()
    assert SHOWN in html
    assert "readonly" in html
    assert html.count("<textarea") == 1
    assert "/konto/logga-in/?next=/plan/remiss/kompetensplan/1/%3Fom%3DG01" in html
    assert "no-store" in response["Cache-Control"]


def test_passwords_tokens_and_choices_are_not_shown(ended):
    response = post(
        ended,
        {
            "text": "Fler platser",
            "password": "korrekt häst batteri",
            "csrfmiddlewaretoken": "a token of words",
            "group": "G01",
        },
    )
    html = response.content.decode()
    assert html.count("<textarea") == 1
    assert "häst" not in html
    assert "a token" not in html


def test_a_post_from_another_site_is_not_reflected(ended):
    for origin in ("https://elsewhere.example", "null", ""):
        response = post(ended, {"text": TEXT}, origin=origin, referer="https://elsewhere.example/x")
        assert "Särskilt i mars" not in response.content.decode()


def test_the_pages_of_the_account_show_nothing_back():
    client = Client(enforce_csrf_checks=True)
    response = post(client, {"note": "två ord"}, address="/konto/logga-in/")
    assert response.status_code == 403
    assert "två ord" not in response.content.decode()


def test_the_editors_format_is_shown_as_text_and_other_data_not():
    client = Client(enforce_csrf_checks=True)
    rich = json.dumps({"blocks": [{"key": "a1", "text": "Första stycket"}, {"text": "Det andra"}]})
    response = post(client, {"body": rich, "data": '[{"a": "b c"}]'})
    html = response.content.decode()
    assert "Första stycket\nDet andra" in html
    assert html.count("<textarea") == 1


def test_a_script_and_a_form_without_text_are_sent_to_sign_in():
    client = Client()
    assert post(client, {"choice": "12"}).status_code == 302
    assert post(client, {"text": TEXT}, **{"sec-fetch-dest": "empty"}).status_code == 302


def test_whoever_is_signed_in_with_an_old_page_gets_the_text_back():
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_with(Role.COORDINATOR))
    assert SHOWN in post(client, {"text": TEXT}).content.decode()
