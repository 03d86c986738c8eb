"""The plans as documents: what a decided version says stays what it said, and what is said where
there is nothing to say."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from competence.figures.document import Block, BlockKind, Document, document_from, words
from competence.figures.document_parts import asked_in_short
from competence.models import Consultation, KeptDocument, PlanChapter, PlanVersion
from competence.reports.plan_document import build
from competence.services.plan import adopt_plan_version, create_draft, draft_from
from competence.services.plan_chapters import write_chapter
from competence.services.plan_content import fingerprint_of
from competence.services.plan_documents import document_of
from competence.services.plan_editing import discard_draft
from competence.services.plan_starter import starter_words
from competence.services.plan_states import PlanError, add_registry_number, repeal, send_on
from competence.services.training_plan import create_training_draft
from lms.audit.models import AuditEvent
from lms.lib.append_only import unlock
from lms.people.models import Unit
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, in_force, plan_of
from tests.builders.pages import send
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_person,
    make_unit,
)
from tests.pdf.structure import assert_sound, outline, read, text_of

pytestmark = pytest.mark.django_db
NUMBER = "KS 2026/0412"


@pytest.fixture
def draft() -> PlanVersion:
    unit = make_unit("S1", make_unit("K"))
    employ(make_person("L0"), unit, "LAR")
    adopt(
        plan_of(
            {"area": "OM1", "renewal_months": 24},
            {"area": "OM4", "level": 2, "kind": "recommended"},
            rules={"G": [{"job_codes": ["LAR"], "units": ["S1"]}]},
        )
    )
    return draft_from(in_force(), by=None)


def decide(version: PlanVersion) -> PlanVersion:
    return adopt_plan_version(
        version=version,
        in_force_from=date(2026, 12, 1),
        adopted_on=DAY,
        adopted_by="Kommunstyrelsen",
        by=None,
    )


def chapter(document: Document, number: str) -> tuple[Block, ...]:
    return next(each.blocks for each in document.chapters if each.number == number)


def fact(document: Document, label: str) -> str:
    return next(each.text for each in document.facts if each.label == label)


def test_the_skeleton_is_nine_chapters_and_three_appendices(draft) -> None:
    assert [each.heading for each in document_of(draft, DAY).chapters] == [
        "1 Bakgrund och uppdrag",
        "2 Behovsanalys",
        "3 Nyckelgrupper, områden och nivåer",
        "4 Grundutbildning för första linjen",
        "5 Fördjupning i samverkan",
        "6 Introduktion och förnyelse",
        "7 Ansvar och resurser",
        "8 Uppföljning, nyckeltal och målvärden",
        "9 Kommunikation och arena",
        "Bilaga A: Aktiviteter per år",
        "Bilaga B: Kalkyl",
        "Bilaga C: Källor",
    ]


def test_what_nobody_has_stated_is_said_to_be_unstated(draft) -> None:
    document = document_of(draft, DAY)
    unstated = "ej angivet i dokumentet"
    assert fact(document, "Diarienummer") == unstated
    assert fact(document, "Dokumentansvarig funktion") == unstated
    assert fact(document, "Fastställt av") == "inte beslutat än"
    assert [each.text for each in chapter(document, "8") if each.kind is BlockKind.NOTHING] == [
        "Inget målvärde för täckningen är beslutat i den här versionen.",
        "Inga bemanningsmål hade beslutats när dokumentet togs fram.",
    ]


def test_a_drafts_chapters_have_suggested_words_until_somebody_makes_them_their_own(draft) -> None:
    assert chapter(document_of(draft, DAY), "9")[0].kind is BlockKind.SUGGESTED
    write_chapter(version=draft, key="kommunikation", text="Vi talas vid.\n\n- en\n- två", by=None)
    assert chapter(document_of(draft, DAY), "9") == (
        Block(BlockKind.WORDS, "Vi talas vid."),
        Block(BlockKind.POINTS, items=("en", "två")),
    )
    event = AuditEvent.objects.get(action="plan_version.chapter_written")
    assert event.after["text"].startswith("Vi talas vid")


def test_suggested_words_are_no_part_of_what_is_decided(draft) -> None:
    document = document_of(decide(draft), DAY)
    assert chapter(document, "9") == (
        Block(BlockKind.NOTHING, "Kapitlet har ingen text i den här versionen."),
    )
    kinds = {block.kind for each in document.chapters for block in each.blocks}
    assert BlockKind.SUGGESTED not in kinds


def test_a_decided_document_stays_what_it_was_when_its_names_change(draft) -> None:
    version = decide(draft)
    before = document_of(version, DAY)
    assert any("S1" in item for block in chapter(before, "3") for item in block.items)
    Unit.objects.filter(code="S1").update(name="Nya skolan")
    after = document_of(version, DAY)
    assert after == before
    kept = KeptDocument.objects.get(kind="kompetensplan", number=version.number)
    assert kept.checksum == before.checksum
    assert document_from(kept.content) == before
    assert build(after) == build(before)


def test_a_decided_document_that_was_altered_is_said_to_be_and_not_shown(
    draft, client: Client
) -> None:
    version = decide(draft)
    kept = KeptDocument.objects.get(kind="kompetensplan", number=version.number)
    unlock(connection, "competence_keptdocument")
    KeptDocument.objects.update(content=kept.content | {"title": "En annan plan"})
    client.force_login(make_account(make_person()))
    answer = client.get(f"/plan/version/{version.number}/")
    assert answer.status_code == 500
    assert "Dokumentet har ändrats" in answer.content.decode()
    assert "En annan plan" not in answer.content.decode()


def test_a_registry_number_is_not_added_to_a_document_that_was_altered(draft, client) -> None:
    version = decide(draft)
    kept = KeptDocument.objects.get(kind="kompetensplan", number=version.number)
    unlock(connection, "competence_keptdocument")
    KeptDocument.objects.update(content=kept.content | {"title": "En annan plan"})
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:add_number", args=["kompetensplan", version.number])
    shown = send(client, address, {"registry_number": NUMBER})
    assert shown.status_code == 200
    assert "det har ändrats" in shown.content.decode()
    assert NUMBER in shown.content.decode()
    assert "En annan plan" not in shown.content.decode()
    version.refresh_from_db()
    assert version.registry_number == ""


def test_the_registry_number_comes_later_and_changes_nothing_else(draft) -> None:
    version = decide(draft)
    before = document_of(version, DAY)
    version = add_registry_number(version=version, registry_number=NUMBER, by=None)
    after = document_of(version, DAY)
    assert fact(after, "Diarienummer") == NUMBER
    assert after == before.with_registry_number(NUMBER)
    assert KeptDocument.objects.filter(number=version.number).count() == 2


def test_the_database_keeps_the_words_and_the_document_of_what_is_decided(draft) -> None:
    write_chapter(version=draft, key="bakgrund", text="Så här.", by=None)
    version = decide(draft)
    with pytest.raises(PlanError):
        write_chapter(version=version, key="bakgrund", text="Annars.", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChapter.objects.update(text="Annars.")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptDocument.objects.update(checksum="")


def test_the_next_draft_begins_with_the_words_of_the_version_before(draft) -> None:
    write_chapter(version=draft, key="bakgrund", text="Så här.", by=None)
    following = draft_from(decide(draft), by=None)
    assert following.chapters.get().text == "Så här."
    write_chapter(version=following, key="bakgrund", text="", by=None)
    assert not following.chapters.exists()
    discard_draft(version=following, by=None)


PERSON = "Elin Ek 850312-1236, tel 070-123 45 67."


def test_no_words_of_a_plan_take_a_personnummer_or_a_phone_number(draft, client) -> None:
    for write in (
        lambda: write_chapter(version=draft, key="bakgrund", text=PERSON, by=None),
        lambda: create_draft(note=PERSON, by=None),
        lambda: create_training_draft(note=PERSON, by=None),
    ):
        with pytest.raises(ValidationError, match="personnummer"), transaction.atomic():
            write()
    consultation = Consultation(document=draft.kind, number=draft.number, question=PERSON)
    with pytest.raises(ValidationError) as refused:
        consultation.full_clean()
    assert "question" in refused.value.error_dict
    client.force_login(account_with(Role.COORDINATOR))
    address = f"/admin/kompetens/plan/{draft.number}/kapitel/bakgrund/"
    shown = client.post(address, {"text": PERSON}).content.decode()
    assert "personnummer" in shown
    assert PERSON in shown
    assert "pekar ut en person" in shown
    assert not draft.chapters.exists()


def test_a_repeal_takes_no_personnummer_in_its_reason(draft) -> None:
    decided = decide(draft)
    with pytest.raises(ValidationError, match="personnummer"):
        repeal(
            version=decided,
            repealed_on=date(2026, 12, 10),
            decided_on=date(2026, 12, 5),
            decided_by="Kommunstyrelsen",
            reason=PERSON,
            day=date(2026, 12, 5),
            by=None,
        )


@pytest.mark.parametrize("where", ["chapter", "note"])
def test_words_from_before_the_guard_are_neither_sent_nor_decided(draft, where) -> None:
    if where == "chapter":
        PlanChapter.objects.create(plan_version=draft, key="bakgrund", text=PERSON)
    else:
        PlanVersion.objects.filter(pk=draft.pk).update(note=PERSON)
    with pytest.raises(PlanError, match="personnummer"):
        send_on(version=draft, to=PlanVersion.Status.CONSULTATION, taken_on=DAY, by=None)
    with pytest.raises(PlanError, match="personnummer"):
        decide(draft)
    draft.refresh_from_db()
    assert draft.is_draft


def test_every_chapter_has_words_to_begin_with() -> None:
    assert set(starter_words()) == set(PlanChapter.Key.values)


def test_lines_that_go_on_belong_to_their_paragraph_or_item() -> None:
    assert words("a\nb\n- c\n  d\n- e\r\n\r\nf") == (
        Block(BlockKind.WORDS, "a b"),
        Block(BlockKind.POINTS, items=("c d", "e")),
        Block(BlockKind.WORDS, "f"),
    )


def test_the_pdf_is_tagged_and_read_in_order_in_the_municipalitys_language(draft) -> None:
    write_chapter(version=draft, key="bakgrund", text="Åtgärderna följer av planen.", by=None)
    document = document_of(decide(draft), DAY)
    with translation.override("en"):
        content = build(document)
    title = "Kompetensplan mot våldsbejakande extremism, version 2"
    body = assert_sound(content, title=title)
    assert len(body.all("H2")) == 13
    assert [text for level, text in outline(read(content)) if level == 1][1:] == [
        each.heading for each in document.chapters
    ]
    texts = text_of(content)
    whole = " ".join(texts)
    parts = ["Dokumenttyp", "Innehåll", "1 Bakgrund", "Åtgärderna", "Den nivå som", "Hit hör den"]
    places = [whole.index(part) for part in parts]
    assert places == sorted(places)
    assert all(document.checksum in text and document.code in text for text in texts)


def test_the_pages_and_files_of_a_version(draft, client: Client) -> None:
    version = decide(draft)
    client.force_login(make_account(make_person()))
    address = f"/plan/version/{version.number}/"
    page = client.get(address)
    assert page.status_code == 200
    assert "Den nivå som varje nyckelgrupp behöver" in page.content.decode()
    file = client.get(f"{address}plan.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert file.content == build(document_of(version, DAY))
    framework = yaml.safe_load(client.get(f"{address}framework.yaml").content)
    assert [row["code"] for row in framework["key_groups"]] == ["G"]
    assert framework["key_groups"][0]["persons"] == []
    assert len(framework["requirements"]) == 2


def test_a_draft_is_open_to_those_who_write_it_only(draft, client: Client) -> None:
    address = f"/plan/version/{draft.number}/"
    client.force_login(make_account(make_person()))
    for part in ("", "plan.pdf", "framework.yaml"):
        assert client.get(address + part).status_code == 404
    client.force_login(account_with(Role.COORDINATOR))
    assert client.get(address).status_code == 200


def test_the_coordinator_writes_a_chapter_and_reads_it_in_the_document(draft, client) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    admin = f"/admin/kompetens/plan/{draft.number}/kapitel/"
    assert "Förslag till text" in client.get(admin).content.decode()
    form = client.get(f"{admin}bakgrund/").content.decode()
    assert "arbetet ska bedrivas kunskapsbaserat" in form
    assert send(client, f"{admin}bakgrund/", {"text": "Vårt eget."}).status_code == 302
    assert "Vårt eget." in client.get(f"/plan/version/{draft.number}/").content.decode()
    send(client, f"{admin}bakgrund/", {"text": "Vårt eget.", "clear": "1"})
    assert not draft.chapters.exists()
    decide(draft)
    assert client.get(f"{admin}bakgrund/").status_code == 404


def test_the_document_asks_the_database_as_much_whatever_its_size(
    draft, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(24):
        document_of(draft, DAY)


def test_a_chapter_changed_after_the_decision_was_shown_is_noticed(draft, client, monday) -> None:
    write_chapter(version=draft, key="bakgrund", text="Så här.", by=None)
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:adopt", args=[draft.number])
    day = MONDAY.isoformat()
    asked = {"in_force_from": day, "adopted_on": day, "adopted_by": "KSAU"}

    def seen(page: str) -> dict[str, str]:
        found = re.search(r'name="seen" value="([^"]+)"', page)
        assert found is not None
        return {"seen": found[1]}

    first = seen(client.post(address, asked).content.decode())
    write_chapter(version=draft, key="bakgrund", text="Så här i stället.", by=None)
    refused = client.post(address, asked | first | {"decide": "1"}).content.decode()
    assert "Se först vad det innebär" in refused
    draft.refresh_from_db()
    assert draft.is_draft
    client.post(address, asked | seen(refused) | {"decide": "1"})
    draft.refresh_from_db()
    assert not draft.is_draft


def test_a_chapter_changed_while_it_is_decided_is_noticed(draft) -> None:
    shown = fingerprint_of(draft)
    write_chapter(version=draft, key="bakgrund", text="Så här.", by=None)
    with pytest.raises(PlanError):
        adopt_plan_version(
            version=draft, in_force_from=DAY, adopted_on=DAY, as_shown=shown, by=None
        )


def test_a_key_group_is_a_line_of_the_page_that_opens(draft, client: Client) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get(f"/plan/version/{draft.number}/")
    groups = page.context["chapters"][2]
    assert groups.heading == "3 Nyckelgrupper, områden och nivåer"
    assert [(each.title, each.about) for each in groups.parts] == [
        ("G Grupp G", "ett krav, nivå Grund, ett rekommenderas")
    ]
    # Nothing of the document is left out: what comes before the parts, and what is in them.
    whole = document_of(draft, DAY).chapters[2].blocks
    assert (
        groups.blocks
        + tuple(
            block
            for part in groups.parts
            for block in (Block(BlockKind.HEADING, part.title), *part.blocks)
        )
        == whole
    )
    assert "<summary><h3>G Grupp G</h3>" in page.content.decode()


def test_a_key_group_without_requirements_is_said_to_have_none(draft, client: Client) -> None:
    draft.requirements.all().delete()
    assert asked_in_short(draft) == {"G": "inga krav"}


def test_a_place_of_a_page_has_one_name(draft, client: Client) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    names = re.findall(
        r' id="([^"]+)"', client.get(f"/plan/version/{draft.number}/").content.decode()
    )
    assert len(names) == len(set(names))
