"""The PDF of a frozen document is typeset once; that of a draft as it is."""

from __future__ import annotations

import pytest

from competence.reports import followup_pdf, kept, plan_document
from competence.services.plan import adopt_plan_version, draft_from
from competence.services.plan_chapters import write_chapter
from lms.lib.files import private_storage
from lms.people.roles import Role
from tests.builders import followup
from tests.builders.competence import DAY, adopt, in_force, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """What has been typeset."""
    log: list[str] = []
    for module, name in (
        (followup_pdf, "build"),
        (followup_pdf, "build_extract"),
        (plan_document, "build"),
    ):
        build = getattr(module, name)

        def noted(document, build=build, name=name):
            log.append(name)
            return build(document)

        monkeypatch.setattr(module, name, noted)
    return log


@pytest.fixture
def reader(client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


@pytest.fixture
def draft():
    unit = make_unit("S1", make_unit("K"))
    employ(make_person("L0"), unit, "LAR")
    adopt(plan_of({"area": "OM1"}, rules={"G": [{"job_codes": ["LAR"], "units": ["S1"]}]}))
    return draft_from(in_force(), by=None)


def test_a_report_that_is_signed_off_is_typeset_once_in_each_form(client, reader, made):
    number = followup.signed_off(reader).number
    for name in ("rapport.pdf", "utdrag.pdf"):
        first, second = (client.get(f"/uppfoljning/{number}/{name}").content for _ in range(2))
        assert first == second
        assert first.startswith(b"%PDF")
    assert made == ["build", "build_extract"]


def test_a_draft_report_is_typeset_as_it_is(client, reader, made):
    number = followup.draft(reader).number
    for _ in range(2):
        client.get(f"/uppfoljning/{number}/rapport.pdf")
    assert made == ["build", "build"]
    assert not private_storage().exists(kept.FOLDER)


def test_a_decided_plan_is_typeset_once_and_a_draft_of_it_as_it_is(client, reader, draft, made):
    address = f"/plan/version/{draft.number}/plan.pdf"
    before = client.get(address).content
    write_chapter(version=draft, key="behov", text="Vi vet mer i dag.", by=reader)
    assert client.get(address).content != before
    adopt_plan_version(
        version=draft, in_force_from=DAY, adopted_on=DAY, adopted_by="Kommunstyrelsen", by=None
    )
    decided = client.get(address).content
    assert client.get(address).content == decided
    assert made == ["build"] * 3


def test_another_program_typesets_anew_and_takes_away_what_the_former_made(monkeypatch):
    assert kept.kept_pdf("abc", "rapport", lambda: b"old") == b"old"
    monkeypatch.setattr(kept, "program", lambda: "newer")
    assert kept.kept_pdf("abc", "rapport", lambda: b"new") == b"new"
    assert kept.kept_pdf("abc", "rapport", lambda: b"never") == b"new"
    assert private_storage().listdir(f"{kept.FOLDER}/abc-rapport")[1] == ["newer"]


@pytest.mark.parametrize("spoil", [b"", b"half", b"x" * 100])
def test_what_is_not_whole_is_typeset_anew(spoil):
    kept.kept_pdf("abc", "rapport", lambda: b"content")
    path = f"{kept.FOLDER}/abc-rapport/{kept.program()}"
    with private_storage().open(path, "wb") as file:
        file.write(spoil)
    assert kept.kept_pdf("abc", "rapport", lambda: b"content") == b"content"
    assert kept.kept_pdf("abc", "rapport", lambda: b"never") == b"content"


@pytest.mark.parametrize("spoilt", ["save", "delete"])
def test_a_store_that_cannot_be_written_to_gives_the_file_all_the_same(monkeypatch, spoilt):
    kept.kept_pdf("abc", "rapport", lambda: b"old")
    monkeypatch.setattr(kept, "program", lambda: "newer")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(private_storage()), spoilt, full)
    assert kept.kept_pdf("abc", "rapport", lambda: b"%PDF") == b"%PDF"
