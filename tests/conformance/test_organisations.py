"""The worked organisations of docs/gap.md, imported from their files and reproduced byte for
byte."""

from __future__ import annotations

import os
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.builders.organisation_files import load_organisation

HERE = Path(__file__).parent
SHARED = os.environ.get("CONFORMANCE_DIR")
ORGANISATIONS = [HERE / name for name in ("edge", "small-1", "small-2", "small-3", "small-4")]
if SHARED:
    ORGANISATIONS.append(Path(SHARED) / "municipality")


def printed(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, skip_checks=True)
    return out.getvalue()


def answer_to(expected: Path) -> str:
    """What the product prints where the file says what is expected."""
    kind, as_of = re.fullmatch(r"(.+)-(\d{4}-\d{2}-\d{2})\.csv", expected.name).groups()
    if kind == "gaps":
        return printed("gaps", "--as-of", as_of)
    return printed("coverage", "--as-of", as_of, "--by", kind.removeprefix("coverage-by-"))


@pytest.mark.django_db
@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda path: path.name)
def test_organisation_is_reproduced_exactly(organisation: Path):
    load_organisation(organisation)
    printed("import_framework", str(organisation / "framework.yaml"))
    printed("import_achievements", str(organisation / "achievements.csv"))
    printed("import_exemptions", str(organisation / "exemptions.csv"))
    files = sorted((organisation / "expected").iterdir())
    assert files
    answers = {path.name: answer_to(path) for path in files}
    assert answers == {path.name: path.read_bytes().decode() for path in files}


@pytest.mark.django_db
def test_importing_an_organisation_again_changes_nothing():
    organisation = HERE / "small-2"
    load_organisation(organisation)
    for _ in range(2):
        framework = printed("import_framework", str(organisation / "framework.yaml"), "--json")
        achievements = printed(
            "import_achievements", str(organisation / "achievements.csv"), "--json"
        )
        exemptions = printed("import_exemptions", str(organisation / "exemptions.csv"), "--json")
    assert '"plan_version": null' in framework
    assert '"namings_created": 0' in framework
    assert '"created": 0' in achievements
    assert '"created": 0' in exemptions


@pytest.mark.django_db
def test_organisation_handed_over_by_export_gives_the_same_answers(tmp_path: Path):
    organisation = HERE / "small-3"
    load_organisation(organisation)
    printed("import_framework", str(organisation / "framework.yaml"))
    exported = printed("export_framework", "--as-of", "2024-04-30")
    again = tmp_path / "framework.yaml"
    again.write_text(exported, encoding="utf-8")
    assert '"plan_version": null' in printed("import_framework", str(again), "--json")
    assert printed("export_framework", "--as-of", str(date(2024, 4, 30))) == exported
