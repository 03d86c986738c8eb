"""Outside courses and equivalence rules as a file: what is read in decides nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from competence.models import EquivalenceRule, OutsideCourse
from competence.services.equivalence_file import (
    EquivalenceFileError,
    add_courses_of_file,
    export_equivalence,
    read_equivalence,
)
from lms.audit.models import AuditEvent
from lms.people.roles import Role
from tests.builders.people import account_with
from tests.builders.recognition import make_course, make_rule

PAGE = "/admin/kompetens/likvardighet/fil/"
FILE = """
outside_courses:
- name: Samverkan i praktiken
  provider: Länsstyrelsen
  url: https://example.se/kurs
- name: Orosanmälan
  provider: Östra kommunen
equivalence_rules:
- course: orosanmälan
  provider: Östra kommunen
  area: OM1
  level: 1
  validity_months: 24
  completed_from: 2020-01-01
  completed_until: 2025-12-31
  decided_on: 2026-02-03
  reason: Samma innehåll som grundkursen
"""


@pytest.fixture
def reviewer(school, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


def upload(client, text: str):
    return client.post(PAGE, {"file": SimpleUploadedFile("andra.yaml", text.encode())})


def test_what_is_handed_out_says_the_same_where_it_is_read_in(school):
    make_rule(make_course())
    text = export_equivalence()
    changes = read_equivalence(content=text.encode(), name="egen.yaml")
    (rule,) = EquivalenceRule.objects.all()
    assert (changes.new_courses, changes.known_courses, changes.left) == ((), 1, 0)
    assert [each.decided for each in changes.proposals] == [rule]
    EquivalenceRule.objects.filter(pk=rule.pk).update(withdrawn_on=date(2026, 11, 1))
    (proposal,) = read_equivalence(content=text.encode(), name="egen.yaml").proposals
    assert proposal.is_open
    entry = proposal.entry
    for name in ("validity_months", "completed_from", "completed_until", "decided_on", "reason"):
        assert getattr(entry, name) == getattr(rule, name)


def test_a_file_is_shown_its_courses_added_and_each_rule_decided_by_hand(school, reviewer, client):
    upload(client, FILE)
    page = client.get(PAGE)
    text = page.content.decode()
    assert "2 kurser i andra.yaml är nya" in text
    assert "Lägg till kursen först" in text
    assert not OutsideCourse.objects.exists()
    client.post(PAGE, {"add": page.context["seal"]})
    assert {str(each) for each in OutsideCourse.objects.all()} == {
        "Samverkan i praktiken (Länsstyrelsen)",
        "Orosanmälan (Östra kommunen)",
    }
    assert AuditEvent.objects.filter(action="outside_course.added").count() == 2
    assert not EquivalenceRule.objects.exists()
    (shown,) = client.get(PAGE).context["proposals"]
    form = client.get(shown.url).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    assert sent["decided_on"] == date(2026, 11, 23)
    done = client.post(shown.url, {**sent, "decide": "1"})
    assert done.url == PAGE
    rule = EquivalenceRule.objects.get()
    assert (rule.outside_course.name, rule.area.code, rule.level.number) == (
        "Orosanmälan",
        "OM1",
        1,
    )
    assert (rule.validity_months, rule.completed_from, rule.completed_until, rule.by) == (
        24,
        date(2020, 1, 1),
        date(2025, 12, 31),
        reviewer,
    )
    assert client.get(PAGE).context["changes"].left == 0
    client.post(PAGE, {"let_go": "1"})
    assert "changes" not in client.get(PAGE).context


def test_what_is_added_is_what_was_shown(school, reviewer, client):
    upload(client, FILE)
    seal = client.get(PAGE).context["seal"]
    upload(client, FILE.replace("Östra", "Västra"))
    client.post(PAGE, {"add": seal})
    assert not OutsideCourse.objects.exists()


@pytest.mark.parametrize(
    ("was", "becomes", "line", "why"),
    [
        ("area: OM1", "area: OM99", 9, "Det finns inget område med koden OM99."),
        ("level: 1", "level: 7", 9, "Det finns ingen nivå med numret 7."),
        ("course: orosanmälan", "course: Okänd", 9, "Kursen finns varken i filen eller i listan."),
        ("2020-01-01", "2020-13-01", 14, "inte ett datum"),
        ("2025-12-31", "2019-12-31", 15, "Sista dagen är före första dagen."),
        ("validity_months: 24", "validity_months: 0", 13, "minst en månad"),
        ("https://example.se/kurs", "javascript:alert(1)", 3, "giltig URL"),
        ("name: Orosanmälan", "nam: Orosanmälan", 6, "Ett värde saknas."),
        ("- name: Orosanmälan", "- name: [", 0, "YAML"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(school, was, becomes, line, why):
    content = FILE.replace(was, becomes).encode()
    with override("sv"), pytest.raises(EquivalenceFileError) as caught:
        add_courses_of_file(content=content, name="andra.yaml", by=None)
    fault = caught.value.errors[0]
    assert why in str(fault)
    assert line in (0, fault.line)
    assert not OutsideCourse.objects.exists()


def test_a_refused_file_says_why_on_the_page(school, reviewer, client):
    page = upload(client, FILE.replace("area: OM1", "area: OM99")).content.decode()
    assert "Inget har ändrats" in page
    assert "OM99" in page


def test_a_course_taken_out_of_the_list_stands_in_the_way_of_its_rule(school):
    course = make_course()
    make_rule(course)
    text = export_equivalence()
    EquivalenceRule.objects.update(withdrawn_on=date(2026, 11, 1))
    OutsideCourse.objects.update(retired_at="2026-11-01T00:00:00Z")
    (proposal,) = read_equivalence(content=text.encode(), name="egen.yaml").proposals
    assert not proposal.is_open
    assert proposal.course == course


def test_only_reviewers_read_and_fetch_the_file(school, client):
    client.force_login(account_with(Role.EDITOR))
    for address in (PAGE, f"{PAGE}equivalence.yaml"):
        assert client.get(address).status_code in (302, 403)
