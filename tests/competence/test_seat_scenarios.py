"""What ifs of the forecast saved with a name: opened, compared and deleted; parameters only."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from competence.models import SeatScenario
from competence.services.seat_scenarios import save_scenario
from competence.services.week_seats import make_week_seats
from lms.audit.models import AuditEvent
from lms.people.roles import Role
from tests.builders.people import account_with, make_manager, make_unit
from tests.competence.test_seats_pages import MONDAY, municipality

__all__ = ["municipality"]
LIST = "/plan/prognos/scenarier/"


@pytest.fixture
def officer(municipality, client):
    account = account_with(Role.COORDINATOR)
    make_week_seats(monday=MONDAY)
    client.force_login(account)
    return account


def save(client, name, query):
    return client.post(f"{LIST}spara/?{query}", {"name": name})


def test_what_is_tried_is_saved_by_name_and_opened_again(officer, client):
    assert "Spara scenariot" not in client.get("/plan/prognos/").content.decode()
    tried = client.get("/plan/prognos/?omsattning=40&krav=OM1-2&giltighet=24")
    assert "Spara scenariot" in tried.content.decode()
    assert save(client, "Två år", tried.context["asked"].what_if).status_code == 302
    (scenario,) = SeatScenario.objects.all()
    assert scenario.asked == {"omsattning": "40", "krav": "OM1-2", "giltighet": "24"}
    event = AuditEvent.objects.get(action="seat_scenario.saved")
    assert (event.by, event.after["name"]) == (officer, "Två år")
    page = client.get(LIST)
    (shown,) = page.context["scenarios"]
    assert f"/plan/prognos/?{shown.query}".replace("&", "&amp;") in page.content.decode()
    assert "Giltigt: 24\N{NO-BREAK SPACE}månader" in shown.words
    assert "Personalomsättning per år: 40\N{NO-BREAK SPACE}%" in shown.words
    opened = client.get(f"/plan/prognos/?{shown.query}")
    assert shown.year == sum(need.seats for need in opened.context["asked"].current.total[:12])


def test_two_are_compared_month_by_month_and_in_all(officer, client):
    save(client, "Många slutar", "omsattning=40")
    save(client, "Ingen slutar", "omsattning=0")
    many, none = (SeatScenario.objects.get(name=name) for name in ("Många slutar", "Ingen slutar"))
    page = client.get(LIST, {"ett": none.pk, "tva": many.pk})
    compared = page.context["compared"]
    assert (compared.one, compared.other) == ("Ingen slutar", "Många slutar")
    year, both = (total for _name, total in compared.totals)
    for size, total in ((12, year), (24, both)):
        assert total.one == sum(each.one for each in compared.months[:size])
        assert total.other == sum(each.other for each in compared.months[:size])
    shown = {each.saved.name: (each.year, each.both) for each in page.context["scenarios"]}
    assert shown == {"Ingen slutar": (year.one, both.one), "Många slutar": (year.other, both.other)}
    assert both.differs > 0
    # Beside what is planned.
    planned = client.get(LIST, {"ett": "0", "tva": many.pk}).context["compared"]
    assert planned.totals[0][1].one == page.context["base_year"]
    assert client.get(LIST, {"ett": "0", "tva": "999999"}).context["compared"] is None
    itself = client.get(LIST, {"ett": many.pk, "tva": many.pk})
    assert itself.context["compared"] is None
    assert "Välj en annan än den du jämför." in itself.content.decode()


def test_what_cannot_be_saved_is_said_and_the_name_stays(officer, client):
    save(client, "Två år", "omsattning=40")
    again = save(client, "Två år", "omsattning=10")
    assert "redan ett scenario med det namnet" in again.content.decode()
    assert 'value="Två år"' in again.content.decode()
    empty = save(client, "Ingenting", "")
    assert "Det finns inget att spara" in empty.content.decode()
    person = save(client, "Anna 850709-9805", "omsattning=10")
    assert person.status_code == 200
    assert SeatScenario.objects.count() == 1
    with pytest.raises(ValidationError):
        save_scenario(name="Två år", asked={}, by=officer)


def test_one_that_cannot_be_reckoned_any_more_says_so_and_can_be_deleted(officer, client):
    scenario = save_scenario(name="Borta", asked={"krav": "OM9-3", "giltighet": "12"}, by=officer)
    page = client.get(LIST)
    assert "Det går inte att räkna längre" in page.content.decode()
    assert page.context["form"] is None
    address = reverse("competence:delete_scenario", args=[scenario.pk])
    assert "Ta bort ”Borta”?" in client.get(address).content.decode()
    assert SeatScenario.objects.exists()
    assert client.post(address).status_code == 302
    assert not SeatScenario.objects.exists()
    event = AuditEvent.objects.get(action="seat_scenario.deleted")
    assert (event.by, event.before["name"]) == (officer, "Borta")


def test_who_only_reads_saves_and_deletes_nothing(officer, client):
    save(client, "Två år", "omsattning=40")
    (scenario,) = SeatScenario.objects.all()
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    page = client.get(LIST).content.decode()
    assert "Två år" in page
    assert "ta-bort" not in page
    assert save(client, "Annat", "omsattning=10").status_code in (302, 403)
    address = reverse("competence:delete_scenario", args=[scenario.pk])
    assert client.post(address).status_code in (302, 403)
    assert SeatScenario.objects.count() == 1
    client.force_login(make_manager(make_unit("Z")))
    assert client.get(LIST).status_code in (302, 403)
