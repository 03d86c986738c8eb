import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lms.audit.models import AuditEvent
from lms.people.models import Employment, ImportChange, ImportRun, Leave, Person, Unit, User
from lms.people.services import hr_import
from tests.builders.people import (
    MONDAY,
    employ,
    import_files,
    make_account,
    make_unit,
    read_files,
    take_leave,
)

pytestmark = pytest.mark.django_db

UNITS = "R,Rot,,kommun\nA,Skolan,R,enhet\nB,Badet,R,enhet"
STAFF = (
    "P1,Åsa,Öst,asa@example.se,A,LAR,Lärare,0,2020-01-01,\n"
    "P2,Bo,Ek,bo@example.se,A,REK,Rektor,ja,2021-01-01,2027-06-30\n"
    "P2,Bo,Ek,bo@example.se,B,BAD,Badvakt,0,2027-01-01,"
)
LEAVE = "P1,2026-10-01,2027-02-28"


def lines(errors):
    return [(e.file, e.line, e.column) for e in errors]


def errors_of(units=UNITS, staff=STAFF, leave=None):
    plan = hr_import.plan_import(read_files(units, staff, leave), as_of=MONDAY)
    return lines(plan.errors)


def _standing(rows):
    """The last column as whether the row still counts."""
    return [(*row[:-1], row[-1] is None) for row in rows]


def the_register():
    """Every fact of the register as plain values, without keys."""
    return {
        "units": list(
            Unit.objects.order_by("code").values_list(
                "code", "name", "kind", "parent__code", "tree_left", "tree_right", "depth"
            )
        ),
        "people": list(
            Person.objects.order_by("person_id").values_list(
                "person_id", "given_name", "family_name", "email"
            )
        ),
        "employments": _standing(
            Employment.objects.order_by("person__person_id", "unit__code", "starts_on").values_list(
                "person__person_id",
                "unit__code",
                "job_code",
                "job_title",
                "is_manager",
                "form",
                "starts_on",
                "ends_on",
                "withdrawn_at",
            )
        ),
        "leaves": _standing(
            Leave.objects.order_by("person__person_id", "starts_on").values_list(
                "person__person_id", "starts_on", "ends_on", "withdrawn_at"
            )
        ),
        "accounts": list(User.objects.order_by("pk").values_list("email", flat=True)),
    }


def test_an_organisation_is_made_from_nothing():
    plan = import_files(UNITS, STAFF, LEAVE)
    assert plan.counts == {
        "employment": {"create": 3},
        "leave": {"create": 1},
        "person": {"create": 2},
        "unit": {"create": 3},
    }
    assert the_register() == {
        "units": [
            ("A", "Skolan", "enhet", "R", 2, 3, 1),
            ("B", "Badet", "enhet", "R", 4, 5, 1),
            ("R", "Rot", "kommun", None, 1, 6, 0),
        ],
        "people": [
            ("P1", "Åsa", "Öst", "asa@example.se"),
            ("P2", "Bo", "Ek", "bo@example.se"),
        ],
        "employments": [
            ("P1", "A", "LAR", "Lärare", False, "", date(2020, 1, 1), None, True),
            ("P2", "A", "REK", "Rektor", True, "", date(2021, 1, 1), date(2027, 6, 30), True),
            ("P2", "B", "BAD", "Badvakt", False, "", date(2027, 1, 1), None, True),
        ],
        "leaves": [("P1", date(2026, 10, 1), date(2027, 2, 28), True)],
        "accounts": [],
    }


def test_every_change_is_in_the_run_and_in_the_ledger():
    import_files(UNITS, STAFF, LEAVE)
    run = ImportRun.objects.get()
    assert run.changes.count() == 9
    assert run.summary["counts"]["person"] == {"create": 2}
    assert AuditEvent.objects.filter(action="employment_created").count() == 3
    person = Person.objects.get(person_id="P1")
    assert set(
        AuditEvent.objects.filter(person_key=person.pk).values_list("action", flat=True)
    ) == {"person_created", "employment_created", "leave_created"}


def test_the_same_files_again_change_nothing():
    import_files(UNITS, STAFF, LEAVE)
    before = the_register()
    plan = import_files(UNITS, STAFF, LEAVE, as_of=MONDAY + timedelta(days=1))
    assert plan.changes == ()
    assert the_register() == before
    assert ImportRun.objects.count() == 1


def test_active_missing_ends_the_day_before_and_future_is_withdrawn_and_ended_stays():
    ended = "P3,Cia,Al,,A,LAR,Lärare,0,2019-01-01,2019-12-31"
    import_files(UNITS, f"{STAFF}\n{ended}")
    kept = "P2,Bo,Ek,bo@example.se,A,REK,Rektor,1,2021-01-01,2027-06-30"
    plan = import_files(UNITS, kept, force=True)
    assert plan.counts == {"employment": {"end": 1, "withdraw": 1}}
    rows = {row[:2]: row[6:] for row in the_register()["employments"]}
    assert rows == {
        ("P1", "A"): (date(2020, 1, 1), MONDAY - timedelta(days=1), True),
        ("P2", "A"): (date(2021, 1, 1), date(2027, 6, 30), True),
        ("P2", "B"): (date(2027, 1, 1), None, False),
        ("P3", "A"): (date(2019, 1, 1), date(2019, 12, 31), True),
    }


def test_an_employment_missing_on_its_first_day_is_withdrawn():
    today = f"P9,Eva,Al,,A,LAR,Lärare,0,{MONDAY},"
    import_files(UNITS, f"{STAFF}\n{today}")
    plan = import_files(UNITS, STAFF, force=True)
    assert plan.counts == {"employment": {"withdraw": 1}}


def test_a_withdrawn_employment_that_comes_back_is_restored():
    import_files(UNITS, STAFF)
    without = "\n".join(STAFF.splitlines()[:2])
    import_files(UNITS, without)
    plan = import_files(UNITS, STAFF)
    assert plan.counts == {"employment": {"restore": 1}}
    assert Employment.objects.filter(withdrawn_at=None).count() == 3


def test_a_changed_last_day_is_a_logged_change_of_that_employment():
    import_files(UNITS, STAFF)
    plan = import_files(UNITS, STAFF.replace("2027-06-30", "2027-12-31"))
    assert [(c.action, c.before, c.after) for c in plan.changes] == [
        ("update", {"ends_on": "2027-06-30"}, {"ends_on": "2027-12-31"})
    ]
    event = AuditEvent.objects.get(action="employment_changed")
    assert (event.before, event.after) == ({"ends_on": "2027-06-30"}, {"ends_on": "2027-12-31"})


def test_more_than_ten_percent_ended_is_refused_without_force():
    staff = "\n".join(f"P{n},A,B{n},,A,LAR,L,0,2020-01-01," for n in range(20))
    import_files(UNITS, staff)
    two_fewer = "\n".join(staff.splitlines()[:18])
    three_fewer = "\n".join(staff.splitlines()[:17])
    with pytest.raises(hr_import.ImportRefusedError):
        import_files(UNITS, three_fewer)
    assert Employment.objects.filter(ends_on=None).count() == 20
    import_files(UNITS, two_fewer)
    import_files(UNITS, three_fewer, force=True)
    assert Employment.objects.filter(ends_on=None).count() == 17


def test_ends_moved_into_the_past_count_as_ended():
    staff = "\n".join(f"P{n},A,B{n},,A,LAR,L,0,2020-01-01," for n in range(5))
    import_files(UNITS, staff)
    with pytest.raises(hr_import.ImportRefusedError):
        import_files(UNITS, staff.replace("2020-01-01,", "2020-01-01,2020-12-31", 1))


def test_an_empty_staff_file_is_refused_like_any_other_that_ends_everything():
    import_files(UNITS, STAFF)
    with pytest.raises(hr_import.ImportRefusedError):
        import_files(UNITS, "")
    assert Employment.objects.filter(withdrawn_at=None).count() == 3


def test_leave_missing_from_a_file_of_leave_ends_and_no_file_leaves_it_alone():
    import_files(UNITS, STAFF, f"{LEAVE}\nP2,2027-03-01,")
    assert import_files(UNITS, STAFF).changes == ()
    plan = import_files(UNITS, STAFF, "")
    assert plan.counts == {"leave": {"end": 1, "withdraw": 1}}
    assert the_register()["leaves"] == [
        ("P1", date(2026, 10, 1), MONDAY - timedelta(days=1), True),
        ("P2", date(2027, 3, 1), None, False),
    ]


def test_the_longer_of_the_same_leave_twice_counts():
    import_files(
        UNITS,
        STAFF,
        "P1,2024-01-10,2024-01-20\nP1,2024-01-10,2024-01-12\nP2,2024-01-01,2024-02-01\n"
        "P2,2024-01-01,",
    )
    assert [row[1:3] for row in the_register()["leaves"]] == [
        (date(2024, 1, 10), date(2024, 1, 20)),
        (date(2024, 1, 1), None),
    ]


def test_semicolons_a_form_column_and_unknown_columns_are_read(tmp_path: Path):
    units = tmp_path / "u.csv"
    units.write_text("\ufeffcode;name;parent_code;kind;ort\nR;Rot;;kommun;Kalmar\n", "utf-8")
    staff = tmp_path / "s.csv"
    staff.write_text(
        "form,person_id,given_name,family_name,email,unit_code,job_code,job_title,is_manager,"
        "starts_on,ends_on\nvisstid,P1,Å,Ö,,R,X,Y,JA,2024-02-29,\n",
        "utf-8",
    )
    organisation = hr_import.read_organisation(units, staff)
    _run, plan = hr_import.apply_import(organisation, as_of=MONDAY, by=None)
    assert lines(plan.warnings) == [("u.csv", 1, "ort")]
    assert Employment.objects.get().form == "visstid"


def test_forms_are_kept_where_the_file_has_no_such_column():
    staff = "P1,Å,Ö,,A,LAR,L,0,2020-01-01,,visstid"
    organisation = read_files(UNITS, staff, form=True)
    hr_import.apply_import(organisation, as_of=MONDAY, by=None)
    assert import_files(UNITS, staff.removesuffix(",visstid")).changes == ()
    assert Employment.objects.get().form == "visstid"


@pytest.mark.parametrize(
    ("units", "staff", "leave", "expected"),
    [
        ("R,Rot,,k\nA,Skolan,SAKNAS,e", "", None, [("units.csv", 3, "parent_code")]),
        ("R,Rot,,k\nR,Rot,,k", "", None, [("units.csv", 3, "code")]),
        ("R,,,k\n,Rot,,k", "", None, [("units.csv", 2, "name"), ("units.csv", 3, "code")]),
        (
            "A,A,B,e\nB,B,C,e\nC,C,A,e\nD,D,C,e",
            "",
            None,
            [("units.csv", n, "parent_code") for n in (2, 3, 4)],
        ),
        ("A,A,A,e", "", None, [("units.csv", 2, "parent_code")]),
        (
            UNITS,
            "P1,Å,Ö,,NEJ,X,Y,0,2020-01-01,\nP2,Å,Ö,,A,X,Y,kanske,2020-01-01,",
            None,
            [("staff.csv", 2, "unit_code"), ("staff.csv", 3, "is_manager")],
        ),
        (
            UNITS,
            "P1,Å,Ö,,A,X,Y,0,2020-01-01,\nP1,Å,Ö,,A,X,Z,1,2020-01-01,2024-01-01",
            None,
            [("staff.csv", 3, "")],
        ),
        (
            UNITS,
            "P1,Å,Ö,,A,X,Y,0,2020-01-01,2019-12-31\nP2,Å,Ö,,A,X,Y,0,2020-02-30,",
            None,
            [("staff.csv", 2, "ends_on"), ("staff.csv", 3, "starts_on")],
        ),
        (
            UNITS,
            "P1,Åsa,Öst,,A,X,Y,0,2020-01-01,\nP1,Åsa,Ek,,B,X,Y,0,2020-01-01,",
            None,
            [("staff.csv", 3, "person_id")],
        ),
        (
            UNITS,
            "P1,Å,Ö,a@example.se,A,X,Y,0,2020-01-01,\nP1,Å,Ö,b@example.se,B,X,Y,0,2020-01-01,",
            None,
            [("staff.csv", 3, "email")],
        ),
        (UNITS, "P1,Å,Ö,inte-epost,A,X,Y,0,2020-01-01,", None, [("staff.csv", 2, "email")]),
        (
            UNITS,
            ",Å,Ö,,,,Y,0,,",
            None,
            [("staff.csv", 2, c) for c in ("job_code", "person_id", "starts_on", "unit_code")],
        ),
        (UNITS, STAFF, "PX,2024-01-01,", [("leave.csv", 2, "person_id")]),
        (UNITS, STAFF, "P1,2024-01-02,2024-01-01", [("leave.csv", 2, "ends_on")]),
    ],
)
def test_every_bad_row_is_named_by_file_line_and_column(units, staff, leave, expected):
    assert errors_of(units, staff, leave) == expected


@pytest.mark.parametrize(
    "person_id", ["19800101-1234", "800101-1234", "8001011234", "198001011234", "800161-1234"]
)
def test_a_person_id_like_a_personnummer_is_refused(person_id):
    assert errors_of(staff=f"{person_id},Å,Ö,,A,X,Y,0,2020-01-01,") == [
        ("staff.csv", 2, "person_id")
    ]


def test_a_personnummer_in_a_name_or_title_is_refused():
    staff = "P1,Åsa 19800101-1234,Öst,,A,X,Vikarie 800101-1234,0,2020-01-01,"
    assert errors_of(staff=staff) == [
        ("staff.csv", 2, "given_name"),
        ("staff.csv", 2, "job_title"),
    ]


@pytest.mark.parametrize("person_id", ["P000001", "1234567", "E-4711", "20261123"])
def test_ordinary_employee_numbers_are_not_refused(person_id):
    assert errors_of(staff=f"{person_id},Å,Ö,,A,X,Y,0,2020-01-01,") == []


def test_one_bad_row_and_nothing_is_written():
    with pytest.raises(hr_import.ImportRefusedError) as refusal:
        import_files(UNITS, f"{STAFF}\nP7,Å,Ö,,NEJ,X,Y,0,2020-01-01,")
    assert lines(refusal.value.errors) == [("staff.csv", 5, "unit_code")]
    assert not Unit.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_moved_unit_and_a_new_name_are_changes_and_the_tree_follows():
    import_files(UNITS, STAFF)
    plan = import_files(UNITS.replace("B,Badet,R", "B,Badhuset,A"), STAFF)
    assert [(c.before, c.after) for c in plan.changes] == [
        ({"name": "Badet", "parent": "R"}, {"name": "Badhuset", "parent": "A"})
    ]
    assert Unit.objects.get(code="A").covers(Unit.objects.get(code="B"))


def test_a_cycle_that_only_arises_with_stored_units_is_found():
    import_files(UNITS, STAFF)
    assert errors_of(units="R,Rot,A,kommun") == [
        ("units.csv", 0, "parent_code"),
        ("units.csv", 2, "parent_code"),
    ]


def test_a_person_may_change_names_between_files():
    import_files(UNITS, STAFF)
    plan = import_files(UNITS, STAFF.replace("Åsa,Öst", "Åsa,Öst-Ek"))
    assert [c.object_type for c in plan.changes] == ["person"]
    assert Person.objects.get(person_id="P1").name == "Åsa Öst-Ek"


def test_an_account_with_hrs_address_follows_and_one_with_its_own_does_not():
    import_files(UNITS, STAFF)
    follows = make_account(Person.objects.get(person_id="P1"))
    own = make_account(Person.objects.get(person_id="P2"), email="bo.privat@example.se")
    import_files(UNITS, STAFF.replace("asa@", "asa.ny@").replace("bo@", "bo.ny@"))
    follows.refresh_from_db()
    own.refresh_from_db()
    assert (follows.email, own.email) == ("asa.ny@example.se", "bo.privat@example.se")
    assert list(follows.emailaddress_set.values_list("email", flat=True)) == ["asa.ny@example.se"]


def test_an_address_that_another_account_has_is_a_warning():
    import_files(UNITS, STAFF)
    account = make_account(Person.objects.get(person_id="P1"))
    make_account(email="upptagen@example.se")
    plan = import_files(UNITS, STAFF.replace("asa@", "upptagen@"))
    account.refresh_from_db()
    assert account.email == "asa@example.se"
    assert lines(plan.warnings) == [("staff.csv", 0, "email")]


def test_two_people_may_share_an_address():
    staff = "P1,Å,Ö,info@example.se,A,X,Y,0,2020-01-01,\nP2,B,E,INFO@example.se,A,X,Y,0,2020-01-01,"
    import_files(UNITS, staff)
    assert Person.objects.filter(email="info@example.se").count() == 2


def test_what_was_shown_is_what_is_applied():
    organisation = read_files(UNITS, STAFF)
    shown = hr_import.plan_import(organisation, as_of=MONDAY)
    make_unit("A", name="Någon annans")
    with pytest.raises(hr_import.ImportRefusedError):
        hr_import.apply_import(organisation, as_of=MONDAY, by=None, fingerprint=shown.fingerprint)
    assert not Person.objects.exists()


def test_undo_restores_exactly_what_was():
    import_files(UNITS, STAFF, LEAVE)
    make_account(Person.objects.get(person_id="P1"))
    before = the_register()
    import_files(
        "R,Kommunen,,kommun\nB,Badhuset,,enhet\nC,Nytt,B,enhet\nA,Skolan,R,enhet",
        "P1,Åsa,Ny,asa.ny@example.se,A,LAR,Lärare,0,2020-01-01,2026-12-31\n"
        "P9,Eva,Al,,C,X,Y,0,2024-01-01,",
        "P1,2026-10-01,2026-12-24\nP9,2026-11-01,",
        force=True,
    )
    assert the_register() != before
    run = hr_import.last_import()
    hr_import.undo_import(run=run, by=None)
    assert the_register() == before
    run.refresh_from_db()
    assert run.undone_at is not None
    assert AuditEvent.objects.filter(action="import_undone").count() == 1


def test_undo_of_the_first_import_leaves_nothing():
    import_files(UNITS, STAFF, LEAVE)
    hr_import.undo_import(run=hr_import.last_import(), by=None)
    assert the_register() == {
        "units": [],
        "people": [],
        "employments": [],
        "leaves": [],
        "accounts": [],
    }
    assert ImportChange.objects.count() == 9


def test_only_the_last_import_can_be_taken_back():
    import_files(UNITS, STAFF)
    first = hr_import.last_import()
    import_files(UNITS, STAFF.replace("2027-06-30", "2027-12-31"))
    with pytest.raises(hr_import.UndoRefusedError):
        hr_import.undo_import(run=first, by=None)
    hr_import.undo_import(run=hr_import.last_import(), by=None)
    hr_import.undo_import(run=first, by=None)
    assert not Person.objects.exists()


def test_undo_is_refused_with_reasons_where_somebody_built_on_it():
    import_files(UNITS, STAFF)
    person = Person.objects.get(person_id="P1")
    make_account(person)
    employ(person, Unit.objects.get(code="B"), "EXTRA")
    take_leave(person, date(2026, 12, 1))
    before = the_register()
    with pytest.raises(hr_import.UndoRefusedError) as refusal:
        hr_import.undo_import(run=hr_import.last_import(), by=None)
    # The employment refers both to the person and to the unit that would go.
    assert len(refusal.value.reasons) == 4
    assert the_register() == before


def test_undo_is_refused_where_a_row_has_changed_since():
    import_files(UNITS, STAFF)
    Employment.objects.filter(job_code="REK").update(job_title="Skolledare")
    with pytest.raises(hr_import.UndoRefusedError) as refusal:
        hr_import.undo_import(run=hr_import.last_import(), by=None)
    assert len(refusal.value.reasons) == 1
    assert "job_title" in refusal.value.reasons[0]


def test_planning_asks_the_same_number_of_questions_whatever_the_size(
    django_assert_max_num_queries,
):
    for size in (3, 300):
        staff = "\n".join(f"P{n},A,B{n},p{n}@example.se,A,L,L,0,2020-01-01," for n in range(size))
        organisation = read_files(UNITS, staff, "P1,2024-01-01,")
        with django_assert_max_num_queries(4):
            hr_import.plan_import(organisation, as_of=MONDAY)
        hr_import.apply_import(organisation, as_of=MONDAY, by=None)


def command_files(folder: Path, staff: str = STAFF) -> list[str]:
    (folder / "units.csv").write_text(f"code,name,parent_code,kind\n{UNITS}\n", "utf-8")
    (folder / "staff.csv").write_text(
        "person_id,given_name,family_name,email,unit_code,job_code,job_title,is_manager,"
        f"starts_on,ends_on\n{staff}\n",
        "utf-8",
    )
    return [
        "import_organisation",
        "--units",
        str(folder / "units.csv"),
        "--staff",
        str(folder / "staff.csv"),
        "--as-of",
        MONDAY.isoformat(),
    ]


def test_the_command_imports_and_says_so_as_json(tmp_path, capsys):
    call_command(*command_files(tmp_path), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["applied"] is True
    assert answer["counts"]["employment"] == {"create": 3}
    call_command(*command_files(tmp_path), "--json")
    assert json.loads(capsys.readouterr().out)["changes"] == 0


def test_a_dry_run_shows_the_plan_and_writes_nothing(tmp_path, capsys):
    call_command(*command_files(tmp_path), "--dry-run")
    assert "create person Åsa Öst (P1)" in capsys.readouterr().out
    assert not Person.objects.exists()


def test_the_command_names_every_bad_row_on_stderr_and_exits_with_one(tmp_path, capsys):
    bad = f"{STAFF}\nP7,Å,Ö,,NEJ,X,Y,0,2020-01-01,\nP8,Å,Ö,,A,X,Y,2,2020-01-01,"
    with pytest.raises(CommandError) as refusal:
        call_command(*command_files(tmp_path, bad))
    assert refusal.value.returncode == 1
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 2
    assert shown[0].startswith("staff.csv, ")
    assert "unit_code" in shown[0]
    assert "is_manager" in shown[1]
    assert not Person.objects.exists()


def test_what_a_bad_row_refers_to_is_checked_in_the_same_upload():
    staff = f"{STAFF}\nP3,Cia,Ask,ingen adress,NOPE,LAR,Lärare,0,2026-05-01,2026-04-01"
    assert errors_of(staff=staff, leave="P9,2026-13-01,") == [
        ("leave.csv", 2, "person_id"),
        ("leave.csv", 2, "starts_on"),
        ("staff.csv", 5, "email"),
        ("staff.csv", 5, "ends_on"),
        ("staff.csv", 5, "unit_code"),
    ]
