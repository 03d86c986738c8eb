"""A governing document as a file: the plan's own words, faults with their place, and back again."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from competence.models import GoverningDocument, Passage, PassageLink, PlanVersion
from competence.services.governing_export import export_governing_document
from competence.services.governing_file import (
    GoverningFileError,
    import_governing_document,
    read_governing,
)
from competence.services.starter import governing_document, load_governing_document
from lms.audit.models import AuditEvent
from lms.framework.indicators import is_registered
from tests.builders.competence import DAY
from tests.builders.measures import document_of, passage, read_in, say, written

pytestmark = pytest.mark.django_db


def plain(text: str) -> str:
    """Without what Markdown adds, on one line."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?m)^\s*(#+|-|\d+\.)\s+", "", text)
    return re.sub(r"\s+", " ", text.replace("*", "")).strip()


def faults(document: dict[str, object] | bytes) -> list[str]:
    content = document if isinstance(document, bytes) else written(document)
    with override("sv"), pytest.raises(GoverningFileError) as refused:
        read_governing(content=content, name="plan.yaml")
    return [str(each) for each in refused.value.errors]


def test_the_starter_says_the_plan_in_its_own_words_passage_by_passage():
    plan = plain((Path(settings.BASE_DIR) / "docs" / "plan.md").read_text())
    load_governing_document(on=DAY, by=None)
    passages = list(Passage.objects.all())
    assert {each.code for each in passages} == {f"S{number}" for number in range(1, 41)}
    invented = [
        (each.code, paragraph)
        for each in passages
        for paragraph in each.words.split("\n\n")
        if plain(paragraph) not in plan
    ]
    assert invented == []
    assert [each.code for each in passages if each.section.lower() not in plan.lower()] == []
    assert GoverningDocument.objects.get().title in plan
    obligations = [each.code for each in passages if each.is_obligation]
    assert len(obligations) == 30
    assert {"S1", "S2", "S3", "S5", "S6", "S7", "S8", "S29", "S38", "S40"}.isdisjoint(obligations)


def test_every_indicator_that_the_starter_names_is_one_that_an_app_has_registered():
    named = {
        code
        for each in yaml.safe_load(governing_document())["passages"]
        for code in each.get("indicators", [])
    }
    assert len(named) > 20
    assert [code for code in sorted(named) if not is_registered(code)] == []


def test_the_section_that_was_replaced_is_noted_and_the_words_stand():
    load_governing_document(on=DAY, by=None)
    found = passage("S35")
    assert "14 kap.1§ Socialtjänstlagen" in found.words
    assert found.editorial_note == (
        "Hänvisningen avser numera 19 kap. 1 § socialtjänstlagen (2025:400)."
    )
    assert {each.code for each in found.legal_references.all()} == {"sol-19-1", "sol-2001-14-1"}


def test_the_starter_is_loaded_once_and_never_beside_a_municipalitys_own():
    assert load_governing_document(on=DAY, by=None) == 40
    before = list(PassageLink.objects.values_list("pk", "key"))
    assert load_governing_document(on=DAY, by=None) == 0
    assert list(PassageLink.objects.values_list("pk", "key")) == before


def test_what_is_handed_out_is_no_change_where_it_is_read_in():
    load_governing_document(on=DAY, by=None)
    text = export_governing_document(GoverningDocument.objects.get())
    changes = read_governing(content=text.encode(), name="plan.yaml")
    assert (changes.is_empty, changes.same) == (True, 40)
    assert yaml.safe_load(text) == yaml.safe_load(
        export_governing_document(GoverningDocument.objects.get())
    )


def test_the_same_file_again_changes_nothing_and_what_it_does_not_say_stays():
    document = document_of({"code": "S1", "owner_function": "Samordnare", "courses": ["K1"]})
    read_in({"code": "S1", "owner_function": "Samordnare", "courses": ["K1"]})
    events = AuditEvent.objects.count()
    again = import_governing_document(content=written(document), name="plan.yaml", on=DAY, by=None)
    assert again.is_empty
    assert AuditEvent.objects.count() == events
    del document["passages"][0]["owner_function"]  # type: ignore[index]
    document["passages"][0]["words"] = "Kommunen gör det nu."  # type: ignore[index]
    changes = import_governing_document(
        content=written(document), name="plan.yaml", on=DAY, by=None
    )
    assert [(each.code, each.fields) for each in changes.changed] == [("S1", ("words",))]
    found = passage("S1")
    assert (found.words, found.owner_function) == ("Kommunen gör det nu.", "Samordnare")
    event = AuditEvent.objects.filter(action="passage.edited").get()
    assert (event.before, event.after) == (
        {"words": "Kommunen gör S1."},
        {"words": "Kommunen gör det nu."},
    )


@pytest.mark.parametrize("way", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_no_document_comes_to_supersede_itself(way):
    """At once, or by way of the others."""
    earlier: dict[str, str] = {}
    for code in way:
        read_in({"code": "S1"}, code=code, **earlier)
        earlier = {"supersedes": code}
    with pytest.raises(GoverningFileError) as refused:
        read_in({"code": "S1"}, code="a", supersedes=way[-1])
    (error,) = refused.value.errors
    assert error.column == "governing_document.supersedes"
    assert GoverningDocument.objects.get(code="a").supersedes is None
    assert GoverningDocument.objects.in_force_on(DAY).code == way[-1]


def test_every_fault_is_told_with_file_line_and_column_and_nothing_is_written():
    document = document_of(
        {"code": "S1", "kind": "promise", "indicators": ["no.such"]},
        {"code": "S1", "legal_references": ["no-such"], "owner_unit": "X"},
        {"code": "S 2", "title": "", "requirements": ["G06"]},
        {"code": "S3", "words": "Ring Åsa, 19121212-1212."},
        supersedes="none",
    )
    lines = written(document).decode().splitlines()
    told = faults(document)
    assert sorted(re.sub(r"rad \d+, ", "", each) for each in told) == sorted(
        f"plan.yaml, kolumn {each}"
        for each in (
            "governing_document.supersedes: Det finns inget dokument med koden none.",
            "passages[0].kind: Typen är en av head, definition, description, direction, "
            "obligation.",
            "passages[1].legal_references: Det finns inget lagrum med koden no-such.",
            "passages[1].owner_unit: Det finns ingen enhet med koden X.",
            "passages[2].title: Ett värde saknas.",
            "passages[2].requirements: Skriv ett krav som nyckelgrupp och område, till exempel "
            "G06:OM5.",
            "passages[2].code: En kod har bokstäver, siffror, punkter och bindestreck.",
            "passages[3].words: Texten verkar innehålla ett personnummer.",
        )
    )
    kind_line = int(re.search(r"rad (\d+), kolumn passages\[0\].kind", "\n".join(told))[1])  # type: ignore[index]
    assert lines[kind_line - 1].strip() in ("- kind: promise", "kind: promise")
    assert not GoverningDocument.objects.exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Filen är tom."),
        (b"\xff", "UTF-8"),
        (b"governing_document: [", "YAML"),
        (b"passages: []", "governing_document"),
        (b"governing_document: {code: a, title: b}", "passages"),
        (b"x" * (1024 * 1024 + 1), "stor"),
    ],
)
def test_a_file_that_is_no_document_is_refused(content, fault):
    assert fault in " ".join(faults(content))


def test_no_passage_is_taken_out_and_no_obligation_becomes_something_else():
    read_in({"code": "S1"}, {"code": "S2"})
    say("S1", "done", DAY)
    (told,) = faults(document_of({"code": "S1"}))
    assert "S2" in told
    (told,) = faults(document_of({"code": "S1", "kind": "direction"}, {"code": "S2"}))
    assert "Ett åtagande förblir ett åtagande" in told


def test_what_is_named_and_is_not_here_is_warned_of_once_and_joined_all_the_same():
    document = document_of({"code": "S1", "courses": ["K9"]}, {"code": "S2", "courses": ["K9"]})
    changes = read_governing(content=written(document), name="plan.yaml")
    assert (len(changes.warnings), changes.joined) == (1, 2)


def test_the_command_rehearses_takes_in_and_refuses_as_the_others_do(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_bytes(written(document_of({"code": "S1"})))
    said = io.StringIO()
    call_command("import_governing_document", str(path), dry_run=True, json=True, stdout=said)
    told = json.loads(said.getvalue())
    assert (told["new_passages"], told["dry_run"]) == (["S1"], True)
    assert not GoverningDocument.objects.exists()
    call_command("import_governing_document", str(path), stdout=io.StringIO())
    said = io.StringIO()
    call_command("export_governing_document", stdout=said)
    assert "Kommunen gör S1." in said.getvalue()
    path.write_bytes(written(document_of({"code": "S1", "kind": "x"})))
    with pytest.raises(CommandError, match=r"plan\.yaml"):
        call_command("import_governing_document", str(path), json=True, stdout=io.StringIO())
    assert not PlanVersion.objects.exists()
