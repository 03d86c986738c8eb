"""The planning year's pages about one thing that somebody wrote, or that names somebody: every role
opens those that the matrix of rights gives it, and a right to figures opens none of them."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from competence.services.consultations import comment, open_consultation
from competence.services.namings import name_key_person
from competence.services.plan import draft_from
from lms.people.access import MATRIX, Action, Obj, Scope
from lms.people.roles import Role
from tests.builders.competence import adopt, group, in_force, plan_of
from tests.builders.followup import draft as draft_report
from tests.builders.followup import released
from tests.builders.needs import NOW, answer, form_of, make_operation, open_round
from tests.builders.partners import make_contact, make_organisation
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db

WRITTEN = (Scope.ALL, Scope.SUB)
"""How far a right reaches that opens what somebody wrote in a unit of one's own."""
EVERYWHERE = (Scope.ALL,)


def those_who(action: Action, obj: Obj, scopes: tuple[Scope, ...]) -> set[Role]:
    return {
        role
        for role, grants in MATRIX[obj].items()
        if any(action in grant.actions and grant.scope in scopes for grant in grants)
    }


@pytest.fixture
def town(monday) -> SimpleNamespace:
    top = make_unit("K")
    unit = make_operation("A", top)
    top.refresh_from_db()
    adopt(plan_of({"area": "OM4", "level": 1}, rules={"G": [{"job_codes": ["LAR"]}], "N": []}))
    named = make_person("NAMNGIVEN")
    employ(named, unit)
    officer, manager = account_with(Role.COORDINATOR), make_manager(unit, "CHEF")
    naming = name_key_person(
        person=named,
        key_group=group("N"),
        function="Samordnare",
        motive="Uppdraget",
        starts_on=date(2026, 1, 1),
        by=officer,
    )
    needs_round = open_round(officer, namings=[naming])
    given = answer(form_of(unit), manager)
    sent, drafted = draft_from(in_force(), by=officer), draft_from(in_force(), by=officer)
    consultation = open_consultation(
        version=sent,
        opened_on=MONDAY,
        closes_on=MONDAY + timedelta(days=42),
        units=[unit],
        by=officer,
        at=NOW,
    )
    comment(
        consultation=consultation,
        unit=unit,
        about="whole",
        key_group=None,
        text="Bra",
        by=manager,
        day=MONDAY,
        at=NOW,
    )
    report, waiting = released(officer), draft_report(officer)
    readers = {
        role: account_with(role)
        for role in Role
        if role in {Role(value) for value, _label in Role.assignable_choices()}
    }
    return SimpleNamespace(
        readers=readers
        | {
            Role.LEARNER: make_account(make_person()),
            Role.MANAGER: manager,
            Role.PARTNER_CONTACT: make_contact(make_organisation("P")),
        },
        pages=[
            (
                reverse("competence:needs_form", args=[given.form.pk]),
                those_who(Action.READ, Obj.NEEDS_ASSESSMENT, WRITTEN),
            ),
            (
                reverse("competence:needs_form", args=[needs_round.forms.get(naming=naming).pk]),
                those_who(Action.READ, Obj.NEEDS_ASSESSMENT, WRITTEN),
            ),
            (
                reverse("competence:naming", args=[naming.pk]),
                those_who(Action.READ, Obj.KEY_PERSON, WRITTEN),
            ),
            (
                reverse("competence:consultation", args=["kompetensplan", sent.number]),
                those_who(Action.READ, Obj.CONSULTATION, WRITTEN),
            ),
            (
                reverse("competence:plan_document", args=[drafted.number]),
                those_who(Action.UPDATE, Obj.REQUIREMENT, EVERYWHERE),
            ),
            (
                reverse("competence:report", args=[report.number]),
                those_who(Action.READ, Obj.REPORT, WRITTEN),
            ),
            (
                reverse("competence:report_extract", args=[report.number]),
                those_who(Action.READ, Obj.REPORT, EVERYWHERE),
            ),
            (
                reverse("competence:report", args=[waiting.number]),
                those_who(Action.CREATE, Obj.REPORT, EVERYWHERE),
            ),
            (
                reverse("competence:report_words", args=[waiting.number]),
                those_who(Action.CREATE, Obj.REPORT, EVERYWHERE),
            ),
            (
                reverse("competence:report_schedules"),
                those_who(Action.CREATE, Obj.REPORT, EVERYWHERE),
            ),
            *(
                (
                    reverse(f"competence_admin:{name}", args=args),
                    those_who(Action.READ, Obj.NEEDS_ASSESSMENT, EVERYWHERE),
                )
                for name, args in (
                    ("needs_rounds", []),
                    ("needs_round", [needs_round.pk]),
                    ("needs_answer", [given.pk]),
                    ("needs_file", [needs_round.pk]),
                    ("proposals", [needs_round.pk]),
                )
            ),
            (
                reverse("competence_admin:compilation", args=["kompetensplan", sent.number]),
                those_who(Action.UPDATE, Obj.CONSULTATION, EVERYWHERE),
            ),
            *(
                (
                    reverse(f"competence_admin:{name}", args=args),
                    those_who(Action.UPDATE, Obj.REQUIREMENT, EVERYWHERE),
                )
                for name, args in (
                    ("namings", []),
                    ("naming", [naming.pk]),
                    ("version", [drafted.number]),
                    ("chapters", [drafted.number]),
                )
            ),
        ],
    )


def test_each_role_opens_what_the_matrix_gives_it_and_nothing_else(town):
    faults = []
    for role, reader in town.readers.items():
        browser = Client()
        browser.force_login(reader)
        for address, allowed in town.pages:
            opened = browser.get(address).status_code == 200
            if opened != (role in allowed):
                faults.append((role.value, address, "opened" if opened else "refused"))
    assert faults == []


def test_whoever_is_shown_figures_only_reads_no_answer(town):
    address, _allowed = town.pages[0]
    browser = Client()
    browser.force_login(town.readers[Role.EXECUTIVE_VIEWER])
    assert browser.get(address).status_code == 403
