"""Every address and every admin view is in the table, and the matrix says what was decided."""

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from lms.people.access import MATRIX, Action, Obj, Rule, Scope
from lms.people.roles import Role
from lms.people.services.role_assignments import PAGE_ACTIONS
from lms.url_access import ROOT, rule_for, url_access


def every_address(patterns=None, names=()):
    """All url names with their namespaces, as the resolver's `view_name` gives them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from every_address(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*names, pattern.name or pattern.lookup_str))


def test_every_address_and_admin_view_is_listed():
    assert sorted({name for name in every_address() if rule_for(name) is None}) == []


def test_no_rule_is_for_an_address_that_does_not_exist():
    addresses = set(every_address())
    stale = [
        key
        for key in url_access()
        if not key.endswith("*") and key not in addresses and key not in ROOT
    ]
    assert stale == []


def test_an_unlisted_name_has_no_rule():
    assert rule_for("something:new") is None
    assert rule_for("") is None


def test_no_prefix_rule_opens_everything():
    assert [key for key in url_access() if key == "*"] == []


@pytest.mark.parametrize("obj", list(Obj))
def test_every_object_has_a_row(obj):
    assert MATRIX[obj]


def letters(obj, role, scope=Scope.ALL):
    return "".join(
        sorted(
            action.value
            for grant in MATRIX[obj].get(role, ())
            if grant.scope is scope
            for action in grant.actions
        )
    )


def test_the_cells_that_decide_most_are_as_decided():
    """Named records stay with the manager, the coordinator sees figures; who writes a public page
    does not approve it. Written out here so that nobody changes them by the way."""
    everywhere, own, sub = Scope.ALL, Scope.OWN, Scope.SUB
    aggregate, course = Scope.AGGREGATE, Scope.OWN_COURSE
    expected = {
        (Obj.ARENA_PAGE, Role.EDITOR, everywhere): "CRU",
        (Obj.ARENA_PAGE, Role.REVIEWER, everywhere): "AR",
        (Obj.ARENA_PAGE, Role.COORDINATOR, everywhere): "ACRU",
        (Obj.PUBLIC_PAGE, Role.COORDINATOR, everywhere): "CRU",
        (Obj.PUBLIC_PAGE, Role.PUBLIC, everywhere): "R",
        (Obj.COURSE, Role.INSTRUCTOR, course): "U",
        (Obj.COURSE, Role.EXECUTIVE_VIEWER, everywhere): "",
        (Obj.ATTEMPT, Role.LEARNER, own): "CRU",
        (Obj.ATTEMPT, Role.MANAGER, sub): "",
        (Obj.ATTEMPT, Role.COORDINATOR, everywhere): "",
        (Obj.ATTEMPT, Role.COORDINATOR, aggregate): "R",
        (Obj.COMPLETION, Role.MANAGER, sub): "R",
        (Obj.COMPLETION, Role.COORDINATOR, aggregate): "R",
        (Obj.COMPLETION, Role.COORDINATOR, everywhere): "",
        (Obj.NEEDS_ASSESSMENT, Role.MANAGER, sub): "CRU",
        (Obj.NEEDS_ASSESSMENT, Role.UNIT_CONTACT, sub): "AR",
        (Obj.REQUIREMENT, Role.COORDINATOR, everywhere): "CRU",
        (Obj.REQUIREMENT, Role.MANAGER, everywhere): "R",
        (Obj.SUPPORT_REQUEST, Role.SUPPORT_FUNCTION, Scope.ASSIGNED): "RU",
        (Obj.REPORT, Role.EXECUTIVE_VIEWER, everywhere): "R",
        (Obj.GAP, Role.COORDINATOR, everywhere): "",
        (Obj.GAP, Role.MANAGER, sub): "R",
    }
    assert {cell: letters(*cell) for cell in expected} == expected


def test_the_administrator_has_no_right_to_content_or_to_what_people_learnt():
    closed = (
        Obj.ARENA_PAGE,
        Obj.COURSE,
        Obj.ATTEMPT,
        Obj.COMPLETION,
        Obj.GAP,
        Obj.ENROLMENT,
        Obj.AUDIT_LOG,
        Obj.SUPPORT_REQUEST,
    )
    assert [obj for obj in closed if Role.SYSTEM_ADMIN in MATRIX[obj]] == []


def test_an_auditor_changes_nothing():
    changing = {
        obj
        for obj, row in MATRIX.items()
        for grant in row.get(Role.AUDITOR, ())
        if grant.actions - {Action.READ}
    }
    assert changing == set()


def test_only_the_person_reads_their_answers():
    readers = {
        role: {grant.scope for grant in grants} for role, grants in MATRIX[Obj.ATTEMPT].items()
    }
    assert all(scopes <= {Scope.OWN, Scope.AGGREGATE} for scopes in readers.values())


def test_every_rule_names_a_cell_that_somebody_has():
    dead = [
        key
        for key, rule in url_access().items()
        if isinstance(rule, Rule)
        and rule.obj is not None
        and not any(
            rule.action in grant.actions for row in MATRIX[rule.obj].values() for grant in row
        )
    ]
    assert dead == []


def test_who_may_write_pages_publishes_them_and_nobody_else():
    writers = {
        role
        for role in MATRIX[Obj.PUBLIC_PAGE]
        if "U" in letters(Obj.PUBLIC_PAGE, role) and "U" in letters(Obj.ARENA_PAGE, role)
    }
    publishers = {role for role, actions in PAGE_ACTIONS.items() if "publish_page" in actions}
    assert publishers == writers == {Role.EDITOR, Role.COORDINATOR}
