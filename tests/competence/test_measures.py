"""The measure register: how obligations stood on a day, and what was joined to them then."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import override
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.models import PageViewRestriction

from competence.figures.contributions import contributions_of
from competence.figures.joined import page_key
from competence.figures.measures import counted, obligations_on
from competence.figures.passages import passage_on
from competence.models import GoverningDocument, ObligationStatus, PassageLink
from competence.services.followup import frozen
from competence.services.measures import (
    MeasureError,
    edit_passage,
    end_passage_link,
    join_to_passage,
    set_obligation_status,
)
from lms.audit.models import AuditEvent
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, plan_of
from tests.builders.courses import publish_course
from tests.builders.followup import draft
from tests.builders.home import make_article
from tests.builders.measures import passage, read_in, say
from tests.builders.people import account_with, make_unit

pytestmark = pytest.mark.django_db

EVIDENCE, SERVES = PassageLink.Role.EVIDENCE, PassageLink.Role.SERVES
COURSE, ADDRESS = PassageLink.Kind.COURSE, PassageLink.Kind.ADDRESS


def join(code: str, *, on: date = DAY, role: str = EVIDENCE, **what: str) -> PassageLink:
    return join_to_passage(passage=passage(code), role=role, on=on, by=None, **what)


def standing(day: date) -> dict[str, str]:
    return {each.code: each.status for each in obligations_on(day)}


def test_a_status_is_asked_of_any_day_and_the_last_said_of_a_day_counts():
    read_in({"code": "S1"}, {"code": "S2"}, {"code": "S3", "kind": "definition"})
    say("S1", "not_started", date(2026, 1, 10))
    say("S1", "ongoing", date(2026, 3, 1))
    say("S1", "done", date(2026, 3, 1))
    say("S2", "dormant", date(2026, 2, 1))
    days = (date(2026, 1, 9), date(2026, 1, 10), date(2026, 2, 28), date(2026, 3, 1))
    assert [standing(day) for day in days] == [
        {"S1": "", "S2": ""},
        {"S1": "not_started", "S2": ""},
        {"S1": "not_started", "S2": "dormant"},
        {"S1": "done", "S2": "dormant"},
    ]


def test_the_counts_name_every_status_and_those_nobody_has_assessed():
    read_in(*({"code": f"S{number}"} for number in range(1, 4)))
    say("S1", "done", DAY)
    with override("sv"):
        told = [(each.words, each.count) for each in counted(obligations_on(DAY))]
    assert told == [
        ("genomförda", 1),
        ("pågår", 0),
        ("ej påbörjade", 0),
        ("vilande", 0),
        ("ännu inte bedömda", 2),
    ]


def test_a_status_is_only_said_of_an_obligation_of_a_day_that_has_come_and_of_nobody():
    read_in({"code": "S1"}, {"code": "S2", "kind": "direction"})
    with pytest.raises(MeasureError):
        say("S2", "done", DAY)
    with pytest.raises(MeasureError):
        say("S1", "done", date(2026, 11, 24))
    with pytest.raises(ValidationError):
        say("S1", "done", DAY, comment="Enligt 19121212-1212")
    with pytest.raises(ValidationError):
        say("S1", "nearly", DAY)
    assert not ObligationStatus.objects.exists()


def test_what_was_said_is_not_rewritten():
    read_in({"code": "S1"})
    say("S1", "done", DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObligationStatus.objects.update(status="ongoing")
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        ObligationStatus.objects.all().delete()
    link = join("S1", kind=ADDRESS, url="https://example.se/", title="Beslut")
    with pytest.raises(IntegrityError), transaction.atomic():
        PassageLink.objects.update(title="Något annat")
    end_passage_link(link=link, on=DAY, reason="Fel", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PassageLink.objects.update(ended_on=None)


def test_withdrawn_evidence_still_stands_on_the_days_it_stood():
    read_in({"code": "S1"})
    link = join("S1", kind=ADDRESS, url="https://example.se/a", title="Beslut", on=date(2026, 2, 1))
    end_passage_link(link=link, on=date(2026, 6, 1), reason="Ersatt", by=None)
    shown = [
        [one.title for one in obligations_on(day)[0].evidence]
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 5, 31), date(2026, 6, 1))
    ]
    assert shown == [[], ["Beslut"], ["Beslut"], []]
    with pytest.raises(MeasureError):
        end_passage_link(link=link, on=DAY, reason="Igen", by=None)
    around = passage_on(passage("S1"), DAY, account_with(Role.COORDINATOR))
    assert [(each.joined.title, each.reason) for each in around.withdrawn] == [("Beslut", "Ersatt")]
    # It may be joined again: that is another row.
    join("S1", kind=ADDRESS, url="https://example.se/a", title="Beslut")
    assert len(obligations_on(DAY)[0].evidence) == 1


def test_a_thing_is_joined_once_and_an_unknown_indicator_never():
    read_in({"code": "S1"}, {"code": "S2", "kind": "definition"})
    join("S1", role=SERVES, kind=COURSE, key="K1")
    for refused in (
        {"role": SERVES, "kind": COURSE, "key": "K1"},
        {"role": PassageLink.Role.INDICATOR, "kind": PassageLink.Kind.INDICATOR, "key": "x"},
    ):
        with pytest.raises(MeasureError):
            join("S1", **refused)
    with pytest.raises(MeasureError):
        join("S2", kind=COURSE, key="K1")


def test_a_course_and_the_passages_it_serves_find_each_other():
    adopt(plan_of({"area": "OM1"}))
    read_in(
        {"code": "S1", "courses": ["K1"], "areas": ["OM1"], "requirements": ["G:OM1"]},
        {"code": "S2", "courses": ["K9"]},
    )
    version = publish_course(gives=(("OM1", 1, 12),))
    version.course.specific.__class__.objects.filter(pk=version.course_id).update(code="K1")
    reader = account_with(Role.COORDINATOR)
    groups = passage_on(passage("S1"), DAY, reader).serving
    assert [[each.joined.key for each in group.things] for group in groups] == [
        ["OM1"],
        ["G:OM1"],
        ["K1"],
    ]
    (area,) = groups[0].things
    assert [each.title for each in area.related] == [version.title]
    (missing,) = passage_on(passage("S2"), DAY, reader).serving[0].things
    assert (missing.joined.exists, missing.joined.url) == (False, "")
    back = [each.code for each in contributions_of("course", "K1", reader, DAY)]
    assert back == ["S1"]
    assert [each.code for each in contributions_of("key_group", "G", reader, DAY)] == ["S1"]
    assert contributions_of("course", "K1", account_with(Role.PARTNER), DAY) == ()


@pytest.mark.parametrize("kind", ["groups", "password"])
def test_what_is_not_open_is_named_by_its_label_or_not_at_all(arena, monday, client, kind):
    adopt(plan_of({"area": "OM1"}))
    closed = make_article("Samtal med en känd familj")
    restriction = PageViewRestriction.objects.create(page=closed, restriction_type=kind)
    restriction.groups.add(Group.objects.create(name="Stödfunktionen"))
    document = make_document("Utredning av en händelse")
    read_in({"code": "S1"}, {"code": "S2"})
    for what in (
        {"kind": PassageLink.Kind.PAGE, "key": page_key(closed)},
        {"kind": PassageLink.Kind.PAGE, "key": page_key(make_article("Öppen rutin"))},
        {"kind": PassageLink.Kind.DOCUMENT, "key": str(document.pk)},
    ):
        join("S1", **what)
    join("S2", kind=PassageLink.Kind.PAGE, key=page_key(closed), title="Rutinen")
    with override("sv"):
        first, second = obligations_on(DAY)
    assert [each.title for each in first.evidence] == [
        *("Artikel eller sida", "Öppen rutin", "Dokument i biblioteket"),
    ]
    assert [(each.title, each.url) for each in second.evidence] == [("Rutinen", "")]
    officer = account_with(Role.COORDINATOR)
    report = frozen(draft(officer)).as_json()
    assert "Öppen rutin".encode() in report
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    page = client.get("/plan/atgarder/").content
    file = b"".join(client.get("/plan/atgarder/?format=csv"))
    for told in (report, page, file):
        assert b"Rutinen" in told
        assert "känd familj".encode() not in told
        assert b"kand-familj" not in told
        assert "Utredning av en händelse".encode() not in told


def test_a_documents_title_is_told_to_those_who_may_open_it(
    arena, client, django_assert_max_num_queries
):
    """A document is as open as the pages that show it."""
    hidden, shown = make_document("Utredning av en händelse"), make_document("Rutin för alla")
    make_article(
        "Öppen rutin", body=[("document", {"document": shown, "title": "", "description": ""})]
    )
    read_in({"code": "S1"})
    for document in (hidden, shown):
        join("S1", kind=PassageLink.Kind.DOCUMENT, key=str(document.pk))
    executive, coordinator = account_with(Role.EXECUTIVE_VIEWER), account_with(Role.COORDINATOR)

    def told(reader) -> list[tuple[str, str]]:
        around = passage_on(passage("S1"), DAY, reader).evidence
        listed = obligations_on(DAY, reader=reader)[0].evidence
        with override("sv"):
            assert [each.joined.title for each in around] == [each.title for each in listed]
        return [(each.title, each.url) for each in listed]

    with override("sv"):
        assert told(executive) == [
            ("Dokument i biblioteket", ""),
            ("Rutin för alla", shown.url),
        ]
        assert told(coordinator) == [
            ("Utredning av en händelse", hidden.url),
            ("Rutin för alla", shown.url),
        ]
    for number in range(30):
        join("S1", kind=PassageLink.Kind.DOCUMENT, key=str(make_document(f"D{number}").pk))
    with django_assert_max_num_queries(16):
        assert len(obligations_on(DAY, reader=executive)[0].evidence) == 32


def make_document(title: str) -> AbstractDocument:
    return get_document_model().objects.create(
        title=title, file=ContentFile(b"%PDF-1.7", name="utredning.pdf")
    )


def test_who_answers_is_edited_with_before_and_after_in_the_ledger():
    read_in({"code": "S1", "owner_function": "Samordnare"})
    unit = make_unit("KLK", name="Ledningskontoret")
    edit_passage(
        passage=passage("S1"),
        owner_function="Strateg",
        owner_unit=unit,
        editorial_note="",
        legal_references=[],
        by=None,
    )
    assert obligations_on(DAY)[0].owner == "Strateg, Ledningskontoret"
    event = AuditEvent.objects.filter(action="passage.edited").latest("pk")
    assert event.before == {"owner_function": "Samordnare", "owner_unit": ""}
    assert event.after == {"owner_function": "Strateg", "owner_unit": "KLK"}


def test_the_document_in_force_is_the_latest_that_none_has_superseded():
    first = read_in({"code": "S1"}, decided_on=date(2021, 12, 20))
    second = read_in({"code": "S1"}, code="ny", decided_on=date(2026, 5, 4), supersedes="plan")
    in_force = GoverningDocument.objects.in_force_on
    assert [in_force(date(2021, 12, 19)), in_force(date(2026, 5, 3))] == [None, first]
    assert in_force(date(2026, 5, 4)) == second


def test_as_many_questions_for_three_hundred_obligations_as_for_three(
    django_assert_max_num_queries,
):
    def fill(numbers: range) -> None:
        read_in(*({"code": f"S{number}", "courses": ["K1"]} for number in range(numbers.stop)))
        rows = {each.code: each for each in GoverningDocument.objects.get().passages.all()}
        ObligationStatus.objects.bulk_create(
            ObligationStatus(passage=rows[f"S{number}"], status="done", on=DAY)
            for number in numbers
        )
        PassageLink.objects.bulk_create(
            PassageLink(
                passage=rows[f"S{number}"],
                role=EVIDENCE,
                kind=kind,
                key="arenan",
                url="https://example.se/" if kind == ADDRESS else "",
                starts_on=DAY,
            )
            for number in numbers
            for kind in (ADDRESS, COURSE, PassageLink.Kind.PAGE)
        )

    for numbers in (range(3), range(3, 300)):
        fill(numbers)
        with django_assert_max_num_queries(10):
            assert len(obligations_on(DAY)) == numbers.stop


def test_a_status_set_in_the_future_of_a_past_day_is_refused_by_the_day_given():
    read_in({"code": "S1"})
    with pytest.raises(MeasureError):
        set_obligation_status(
            passage=passage("S1"),
            status="done",
            on=date(2026, 5, 2),
            comment="",
            today=date(2026, 5, 1),
            by=None,
        )
