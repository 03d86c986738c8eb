"""What other programs rely on: exit codes, what is said on stderr, and one JSON object."""

import io
import json
import sys
from datetime import date

import pytest
from django.core.management import ManagementUtility
from django.db import connections

from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import adopt, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plan() -> None:
    adopt(plan_of({}))
    employ(make_person("P1"), make_unit("U"), starts_on=date(2020, 1, 1))


def run(capsys, monkeypatch, *arguments: str) -> tuple[int, str, str]:
    """As from a shell: the exit code, stdout and stderr."""
    # A command closes the database behind it; the test goes on with it.
    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
    code = 0
    try:
        ManagementUtility(["manage.py", *arguments]).execute()
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("gaps", "--as-of", "2026-02-30"),
        ("gaps", "--as-of", "i går"),
        ("coverage", "--as-of", "2026-02-30", "--by", "unit"),
        ("why", "--person", "P1", "--as-of", "20260201"),
        ("export_framework", "--as-of", "2026-13-01"),
        ("import_framework", "plan.yaml", "--in-force-from", "2026-02-30"),
        ("gaps", "--as-of", "2026-11-23", "--person", "FINNSINTE"),
        ("why", "--as-of", "2026-11-23", "--person", "FINNSINTE"),
    ],
)
def test_input_that_is_refused_ends_with_1_and_the_reason_on_stderr(capsys, monkeypatch, arguments):
    code, out, err = run(capsys, monkeypatch, *arguments)
    assert (code, out) == (1, "")
    assert any(word in err for word in (arguments[-1], "2026-02-30")), err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("import_achievements", "person_id,area,level,achieved_on\nP1,OM1,1,2026-02-30\n"),
        ("import_exemptions", "person_id,area,level,starts_on\nP1,OM1,1,2026-02-30\n"),
        ("import_framework", "areas:\n- {code: OM1}\n"),
    ],
)
def test_a_refused_file_is_one_json_object_too(capsys, monkeypatch, tmp_path, command, line):
    file = tmp_path / "fil.txt"
    file.write_text(line)
    code, out, err = run(capsys, monkeypatch, command, str(file), "--json")
    said = json.loads(out)
    assert (code, said["applied"]) == (1, False)
    assert [set(error) for error in said["errors"]] == [
        {"file", "line", "column", "message"} for _ in said["errors"]
    ]
    assert said["errors"][0]["message"] in err


def test_a_person_is_found_by_the_id_of_the_record_that_was_merged_away(capsys, monkeypatch):
    stands, goes = make_person("P2"), make_person("P3")
    employ(goes, make_unit("V"), starts_on=date(2020, 1, 1))
    merge_people(survivor=stands, loser=goes, by=account_with(Role.HR_IMPORT))
    asked = ("--as-of", "2026-11-23", "--person")
    by_old = run(capsys, monkeypatch, "gaps", *asked, "P3", "--format", "json")
    assert by_old == run(capsys, monkeypatch, "gaps", *asked, "P2", "--format", "json")
    assert [row["person_id"] for row in json.load(io.StringIO(by_old[1]))] == ["P2"]
    assert run(capsys, monkeypatch, "why", *asked, "P3")[1] != ""
