import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lms.people import anomalies
from lms.people.models import Employment, ImportRun, ImportUpload, Person, RoleAssignment
from lms.people.roles import Role
from tests.builders.people import (
    MONDAY,
    STAFF_HEAD,
    UNITS_HEAD,
    account_with,
    employ,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db

ROOT = "/admin/personer"


def files(staff="P1,Åsa,Öst,asa@example.se,U,LAR,Lärare,0,2020-01-01,"):
    def file(name, text):
        return SimpleUploadedFile(name, text.encode(), content_type="text/csv")

    return {
        "units": file("units.csv", f"{UNITS_HEAD}\nU,Enhet,,e\n"),
        "staff": file("staff.csv", f"{STAFF_HEAD}\n{staff}\n"),
    }


@pytest.fixture
def hr(client):
    client.force_login(account_with(Role.HR_IMPORT))
    return client


def plan_page(client, **kwargs):
    response = client.post(f"{ROOT}/import/", files(**kwargs))
    assert response.status_code == 302
    return response["Location"]


def test_hr_uploads_sees_the_plan_applies_it_and_takes_it_back(hr):
    where = plan_page(hr)
    page = hr.get(where)
    assert page.status_code == 200
    assert "Åsa Öst (P1)" in page.content.decode()
    assert not Employment.objects.exists()
    fingerprint = page.context["plan"].fingerprint
    done = hr.post(where, {"fingerprint": fingerprint}, follow=True)
    assert done.status_code == 200
    run = ImportRun.objects.get()
    assert run.by is not None
    assert Employment.objects.count() == 1
    undone = hr.post(f"{ROOT}/import/korning/{run.pk}/angra/", follow=True)
    assert undone.status_code == 200
    assert not Employment.objects.exists()


def test_every_error_is_shown_and_the_file_cannot_be_applied(hr):
    where = plan_page(hr, staff="P1,Å,Ö,,NEJ,X,Y,0,2020-01-01,\nP2,Å,Ö,,U,X,Y,vet ej,2020-01-01,")
    page = hr.get(where).content.decode()
    assert "unit_code" in page
    assert "is_manager" in page
    hr.post(where, {"fingerprint": "x", "force": "1"})
    assert not Person.objects.filter(person_id="P1").exists()
    listed = hr.get(where.replace("/plan/", "/plan.csv")).content.decode("utf-8-sig")
    assert len(listed.strip().splitlines()) == 3


def test_the_files_are_gone_when_they_have_been_applied_or_discarded(
    hr, django_capture_on_commit_callbacks
):
    where = plan_page(hr)
    upload = ImportUpload.objects.get()
    stored = upload.staff.name
    assert upload.staff.storage.exists(stored)
    with django_capture_on_commit_callbacks(execute=True):
        hr.post(where.replace("/plan/", "/ta-bort/"))
    assert not upload.staff.storage.exists(stored)
    assert hr.get(where).status_code == 404


def test_a_formula_in_a_name_does_not_run_in_a_spreadsheet(hr):
    where = plan_page(hr, staff="P1,=HYPERLINK(1),Ö,,U,X,Y,0,2020-01-01,")
    listed = hr.get(where.replace("/plan/", "/plan.csv")).content.decode("utf-8-sig")
    assert ";=HYPERLINK" not in listed


@pytest.mark.parametrize(
    "page",
    ["import", "avvikelser", "lista", "enheter", "inbjudningar", "sla-ihop"],
)
def test_hr_opens_every_page_of_the_register(hr, page):
    unit = make_unit("U")
    employ(make_person(), unit)
    assert hr.get(f"{ROOT}/{page}/").status_code == 200


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.COORDINATOR, {"import", "avvikelser", "enheter"}),
        (Role.HR_IMPORT, {"import", "avvikelser", "enheter", "lista", "inbjudningar", "sla-ihop"}),
        (
            Role.SYSTEM_ADMIN,
            {"import", "avvikelser", "enheter", "lista", "inbjudningar", "sla-ihop", "roller"},
        ),
        (Role.AUDITOR, {"import", "enheter", "roller"}),
        (Role.EDITOR, {"enheter"}),
    ],
)
def test_each_role_opens_its_pages_and_no_other(client, role, pages):
    client.force_login(account_with(role))
    every = ["import", "avvikelser", "lista", "enheter", "inbjudningar", "sla-ihop", "roller"]
    opened = {page for page in every if client.get(f"{ROOT}/{page}/").status_code == 200}
    # An account with a person reads its own entry: the list then holds one line.
    assert opened - {"lista"} == pages - {"lista"}


def test_the_list_holds_only_those_the_reader_may_see(client):
    unit, other = make_unit("A"), make_unit("B")
    editor = account_with(Role.EDITOR)
    client.force_login(editor)
    employ(make_person("X"), unit)
    employ(make_person("Y"), other)
    page = client.get(f"{ROOT}/lista/")
    assert [person.pk for person in page.context["page"]] == [editor.person_id]
    stranger = Person.objects.get(person_id="X")
    assert client.get(f"{ROOT}/lista/{stranger.pk}/").status_code == 403


def test_a_manager_has_no_way_into_the_admin(client):
    client.force_login(make_manager(make_unit("U")))
    assert client.get("/admin/").status_code == 403


def test_the_list_is_searched_by_name_unit_and_account(hr):
    unit, other = make_unit("A"), make_unit("B")
    employ(make_person("X1", "Åsa", "Sökt"), unit)
    employ(make_person("Y1", "Bo", "Annan"), other)

    def found(**query):
        page = hr.get(f"{ROOT}/lista/", query).context["page"]
        return {person.person_id for person in page} & {"X1", "Y1"}

    assert found(q="sökt") == {"X1"}
    assert found(q="Y1") == {"Y1"}
    assert found(unit=unit.pk) == {"X1"}
    assert found(account="without") == {"X1", "Y1"}
    assert found(account="with") == set()


@pytest.mark.parametrize("page", ["lista", "enheter", "inbjudningar", "roller", "avvikelser"])
def test_pages_ask_as_much_at_three_as_at_three_hundred(
    client, page, django_assert_max_num_queries
):
    client.force_login(account_with(Role.SYSTEM_ADMIN))
    root = make_unit("R")
    for size, bound in ((3, 31), (300, 31)):
        for number in range(size):
            employ(make_person(), root if number else make_unit(f"U{size}", root))
        with django_assert_max_num_queries(bound):
            assert client.get(f"{ROOT}/{page}/").status_code == 200


def test_the_administrator_gives_and_ends_a_role(client):
    client.force_login(account_with(Role.SYSTEM_ADMIN))
    person = make_person("NYRED")
    response = client.post(
        f"{ROOT}/roller/ny/",
        {"who": "NYRED", "role": "editor", "starts_on": MONDAY.isoformat(), "reason": ""},
    )
    assert response.status_code == 302
    assignment = RoleAssignment.objects.get(user__person=person)
    assert client.post(f"{ROOT}/roller/{assignment.pk}/avsluta/").status_code == 302
    assignment.refresh_from_db()
    assert assignment.ends_on is not None


def test_codes_are_printed_for_those_without_an_address(hr):
    unit = make_unit("U")
    employ(make_person("MED"), unit)
    employ(make_person("UTAN", given_name="Utan", email=""), unit)
    page = hr.post(f"{ROOT}/inbjudningar/koder/", {"only": "unreachable"})
    assert [one.person.person_id for one in page.context["codes"]] == ["UTAN"]
    assert page.context["codes"][0].code in page.content.decode()


def test_two_records_are_shown_before_they_are_merged(hr):
    make_person("A")
    make_person("B")
    preview = hr.post(f"{ROOT}/sla-ihop/", {"survivor": "A", "loser": "B"})
    assert preview.context["preview"].loser.person_id == "B"
    assert Person.objects.get(person_id="B").merged_into is None
    merged = hr.post(f"{ROOT}/sla-ihop/", {"survivor": "A", "loser": "B", "merge": "1"})
    assert merged.status_code == 302
    assert Person.objects.get(person_id="B").merged_into.person_id == "A"


def test_what_looks_wrong_is_found():
    managed, unmanaged = make_unit("A"), make_unit("B")
    employ(make_person("M"), managed, is_manager=True)
    employ(make_person("S1", email="info@example.se"), unmanaged)
    employ(make_person("S2", email="Info@example.se"), unmanaged)
    employ(make_person("N", email=""), unmanaged)
    found = {
        one.kind.code: [finding.subject for finding in one.findings]
        for one in anomalies.anomalies(MONDAY)
        if one.kind.code in ("unit_without_manager", "no_address", "shared_address")
    }
    assert found == {
        "unit_without_manager": ["Enhet B (B)"],
        "no_address": ["Åsa Öst (N)"],
        "shared_address": ["Åsa Öst (S1)", "Åsa Öst (S2)"],
    }


def test_an_app_above_adds_its_own_kind(monkeypatch):
    monkeypatch.setattr(anomalies, "_kinds", dict(anomalies._kinds))
    kind = anomalies.AnomalyKind(
        "unknown_job_code", "Okända", "Ingen regel", lambda day: [anomalies.Finding("XYZ")]
    )
    anomalies.register(kind)
    assert [one.findings for one in anomalies.anomalies(MONDAY)][-1] == (anomalies.Finding("XYZ"),)
    with pytest.raises(anomalies.AnomalyError):
        anomalies.register(anomalies.AnomalyKind("unknown_job_code", "Andra", "", lambda day: []))


def test_the_coordinator_sees_that_an_import_was_made_but_not_what_it_says_of_people(client, hr):
    plan_page(hr)
    [waiting] = ImportUpload.objects.all()
    client.logout()
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get(f"{ROOT}/import/").content.decode()
    assert "multipart" not in page
    assert f"{waiting.pk}/plan/" not in page
    assert client.get(f"{ROOT}/import/{waiting.pk}/plan/").status_code == 403
