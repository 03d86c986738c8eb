"""The log's page for the auditor: found, in words, bounded, exported, and itself in the log."""

from __future__ import annotations

import ast
import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from competence.models import plans_by_kind
from lms.audit.actions import ACTIONS
from lms.audit.fields import FIELDS
from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record, record_many
from lms.audit.words import reason_words, value_words
from lms.people.roles import Role
from lms.people.services import accounts, merge, records, role_assignments
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db

ROOT = "/admin/personer/logg/"


@pytest.fixture
def auditor(client):
    client.auditor = account_with(Role.AUDITOR)
    client.force_login(client.auditor)
    return client


def shown(client, query: str = "") -> list[str]:
    return [one.what for one in client.get(ROOT + query).context["told"]]


def test_the_auditor_reads_the_log_in_words(auditor):
    officer = account_with(Role.SYSTEM_ADMIN)
    person = make_person("P1", given_name="Eva", family_name="Ek")
    post = employ(person, make_unit("K"))
    records.end_employment(employment=post, on=date(2026, 12, 1), by=officer)
    response = auditor.get(ROOT)
    told = response.context["told"][0]
    assert (told.what, told.by, told.person) == ("Anställning avslutad", str(officer), person)
    assert [(c.name, c.before, c.after) for c in told.changes] == [
        ("Sista dag", "–", "1 december 2026")
    ]
    assert ("Enhet", "K") in told.about
    assert "Anställning avslutad" in response.content.decode()


def test_the_log_is_searched_by_person_action_who_object_period_and_reason(auditor):
    officer = account_with(Role.SYSTEM_ADMIN)
    eva = make_person("P1", given_name="Eva", family_name="Ek")
    bo = make_person("P2", given_name="Bo", family_name="Berg")
    unit = make_unit("K")
    user = accounts.make_account(person=eva, email="eva@example.se", by=officer)
    accounts.close_account(user=user, by=officer, reason="Har slutat hos oss")
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011
    assert shown(auditor, "?person=P1&action=account_closed") == ["Konto stängt"]
    assert shown(auditor, "?person=eva+ek") == ["Konto stängt", "Konto skapat", "Person tillagd"]
    assert shown(auditor, "?person=P2") == ["Person tillagd"]
    assert shown(auditor, f"?by={officer.email}") == ["Konto stängt", "Konto skapat"]
    assert shown(auditor, f"?object=people.unit:{unit.pk}") == ["Enhet tillagd"]
    assert shown(auditor, "?text=SLUTAT") == ["Konto stängt"]
    assert shown(auditor, f"?first_day={tomorrow}") == []
    assert shown(auditor, f"?person=P2&last_day={tomorrow}") == ["Person tillagd"]
    assert bo.pk


@pytest.mark.parametrize("field", ["person", "by"])
def test_a_name_that_nobody_has_is_said_to_be_nobodys(auditor, field):
    make_person("P1", given_name="Eva", family_name="Ek")
    account_with(Role.SYSTEM_ADMIN)
    wrong = auditor.get(f"{ROOT}?{field}=eav+ek").content.decode()
    assert "Det finns ingen som heter ”eav ek”" in wrong
    # Somebody's name, of whom the log says nothing in the period.
    name = "eva+ek" if field == "person" else str(auditor.auditor.email)
    right = auditor.get(f"{ROOT}?{field}={name}&last_day=2020-01-01").content.decode()
    assert "Det finns ingen som heter" not in right
    assert "Utöka perioden" in right


def test_what_cannot_be_searched_is_said_and_kept(auditor):
    page = auditor.get(f"{ROOT}?first_day=2026-02-01&last_day=2026-01-01&text=beslut")
    text = page.content.decode()
    assert page.status_code == 200
    assert page.context["told"] == []
    assert 'value="beslut"' in text
    assert "last_day" in page.context["form"].errors
    assert auditor.get(f"{ROOT}?fore=-1").status_code == 200
    assert auditor.get(f"{ROOT}?fore=99999999999999999999999").status_code == 200


def test_the_history_of_a_person_has_what_came_before_a_merge(auditor):
    officer = account_with(Role.SYSTEM_ADMIN)
    kept, goes = make_person("P1"), make_person("P2")
    employ(goes, make_unit("K"))
    merge.merge_people(survivor=kept, loser=goes, by=officer, reason="Samma person")
    told = auditor.get(f"{ROOT}person/{kept.pk}/").context["told"]
    assert [one.what for one in told] == [
        "Registerposter sammanslagna",
        "Anställning flyttad till annan registerpost",
        "Anställning tillagd",
        "Person tillagd",
        "Person tillagd",
    ]
    assert [one.reason for one in told[:2]] == ["Samma person", "Registerposterna slogs ihop"]
    assert auditor.get(f"{ROOT}person/999999/").status_code == 404


def test_opening_and_exporting_the_log_are_in_the_log(auditor):
    person = make_person("P1")
    auditor.get(f"{ROOT}?person=P1")
    auditor.get(f"{ROOT}person/{person.pk}/")
    b"".join(auditor.get(f"{ROOT}fil/logg.csv?person=P1").streaming_content)
    b"".join(auditor.get(f"{ROOT}fil/logg.xlsx?person=P1").streaming_content)
    read = AuditEvent.objects.filter(by=auditor.auditor).order_by("pk")
    assert [(e.action, e.after, e.person_key) for e in read] == [
        ("audit.opened", {"search": "person=P1"}, None),
        ("audit.opened", {}, person.pk),
        ("audit.exported", {"search": "person=P1", "kind": "csv"}, None),
        ("audit.exported", {"search": "person=P1", "kind": "xlsx"}, None),
    ]


def test_the_files_say_what_the_page_says(auditor):
    officer = account_with(Role.SYSTEM_ADMIN)
    eva = make_person("P1", given_name="=Eva", family_name="Ek")
    role_assignments.assign_role(
        user=accounts.make_account(person=eva, email="eva@example.se", by=officer),
        role=Role.AUDITOR,
        starts_on=date(2026, 3, 2),
        by=officer,
        reason="=HYPERLINK(1)",
    )
    query = "?person=P1&action=role_assigned"
    content = b"".join(auditor.get(f"{ROOT}fil/logg.csv{query}").streaming_content)
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert (line["Vad"], line["Person-id"], line["Namn"]) == ("Roll tilldelad", "P1", "'=Eva Ek")
    assert line["Varför"] == "'=HYPERLINK(1)"
    assert "Första dag: 2 mars 2026" in line["Efter"]
    file = io.BytesIO(b"".join(auditor.get(f"{ROOT}fil/logg.xlsx{query}").streaming_content))
    sheet = load_workbook(file)["Händelseloggen"]
    assert [cell.value for cell in sheet[2]][2:6] == [
        "Roll tilldelad",
        str(officer),
        "P1",
        "=Eva Ek",
    ]
    assert sheet["A2"].data_type == "n"
    assert sheet["B2"].is_date
    assert sheet["J2"].data_type == "s"


OTHERS = [Role(role) for role, _name in Role.assignable_choices() if role != Role.AUDITOR]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_reads_the_log(client, role):
    client.force_login(account_with(role))
    person = make_person("P9")
    for path in ("", f"person/{person.pk}/", "fil/logg.csv", "fil/logg.xlsx"):
        assert client.get(ROOT + path).status_code == 403


def _grow(number: int) -> None:
    people = [make_person(f"Q{AuditEvent.objects.count()}-{n}") for n in range(min(number, 40))]
    officer = account_with(Role.SYSTEM_ADMIN)
    record_many(
        (
            Entry(
                "person_changed", "people.person", "1", people[n % len(people)].pk,
                {"name": "A"}, {"name": "B"},
            )
            for n in range(number)
        ),
        by=officer,
    )  # fmt: skip


def test_the_log_asks_as_much_of_300_as_of_3(auditor):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(f"{ROOT}?person=Q&action=person_changed").status_code == 200
            assert auditor.get(ROOT).status_code == 200
        return len(captured)

    queries()
    _grow(3)
    few = queries()
    _grow(300)
    assert queries() == few


def test_an_opening_that_begins_in_the_middle_is_in_the_log_too(auditor):
    _grow(3)
    query = "?text=beslut&fore=999999999999999999"
    assert auditor.get(ROOT + query).status_code == 200
    assert "beslut" in AuditEvent.objects.filter(action="audit.opened").get().after["search"]


@pytest.mark.parametrize("period", ["", "&first_day=2020-01-01"])
def test_the_pages_of_the_log_follow_each_other_without_a_gap(auditor, period):
    _grow(120)
    seen: list[int] = []
    query = f"?action=person_changed{period}"
    while True:
        page = auditor.get(ROOT + query)
        assert page.context["count"] == 120
        seen += [one.pk for one in page.context["told"]]
        if page.context["next"] is None:
            break
        query = f"?action=person_changed{period}&fore={page.context['next']}"
    expected = AuditEvent.objects.filter(action="person_changed").order_by("-pk")
    assert seen == list(expected.values_list("pk", flat=True))


def test_values_are_told_as_they_are_read():
    assert [
        value_words(v) for v in (None, "", True, False, 0, "2026-03-02", "Beslut 2026", [])
    ] == [*("–", "–", "Ja", "Nej", "0", "2 mars 2026", "Beslut 2026", "–")]
    assert value_words("2026-03-02T11:30:00+00:00") == "2 mars 2026 12:30"
    assert value_words("2026-99-99") == "2026-99-99"
    assert value_words("mandatory", "kind") == "obligatoriskt"
    assert reason_words("HR import 7") == "Personalfiler, inläsning 7"
    assert reason_words("Beslut 12") == "Beslut 12"
    assert value_words([{"unit": "K"}, "B"]) == "Enhet: K, B"


WRITING = {"record", "Entry", "note", "entry", "record_many"}
STEPS = {"sent", "taken_back", "adopted", "registered", "repealed"}
BUILT = {"created", "changed", "ended", "withdrawn", "restored"}


def test_every_action_and_value_of_the_ledger_has_words():
    """What is written out in the code; and what is put together of a kind and what befell it."""
    root = Path(__file__).resolve().parents[2]
    unknown, fields = set(), set()
    for app in ("lms", "courses", "competence", "home"):
        for path in (root / app).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name not in WRITING:
                    continue
                said = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "action")]
                for value in said:
                    if isinstance(value, ast.Constant) and re.fullmatch(
                        r"[a-z_]+[._][a-z_]+", str(value.value)
                    ):
                        unknown |= {value.value} - ACTIONS.keys()
                for keyword in node.keywords:
                    if keyword.arg in ("before", "after") and isinstance(keyword.value, ast.Dict):
                        keys = [key.value for key in keyword.value.keys if key is not None]
                        fields |= set(keys) - FIELDS.keys()
    for document in plans_by_kind().values():
        unknown |= {f"{document.audit_prefix}.{past}" for past in STEPS} - ACTIONS.keys()
    for kind in ("employment", "leave"):
        unknown |= {f"{kind}_{past}" for past in BUILT} - ACTIONS.keys()
    for model in (
        *("achievement", "exemption", "keypersonassignment", "employment", "leave", "enrolment"),
        *("completion", "certificate", "lessonreport", "expertquestion"),
    ):
        unknown |= {f"{model}_moved"} - ACTIONS.keys()
    assert unknown == set()
    assert sorted(fields) == []


def test_an_action_of_an_earlier_time_keeps_its_code(auditor):
    person = make_person("P1")
    record("something_old", person, by=None, person=person, before={"odd": 1}, after={"odd": 2})
    assert shown(auditor, "?person=P1")[0] == "something_old"
