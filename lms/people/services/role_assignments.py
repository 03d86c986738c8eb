"""Giving and ending roles, and the groups of Wagtail's admin that follow from them."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from lms.audit.services import record
from lms.people.access import MATRIX, Action, Obj, Scope, roles_of
from lms.people.models import RoleAssignment, Unit, User
from lms.people.roles import Role


class RoleAssignmentError(ValueError):
    """The role cannot be given or ended; the message says why."""


ADMIN_ROLES = tuple(MATRIX[Obj.ADMIN])
"""Roles with a way into /admin/. Each has a group there, named after the role."""

# Who writes pages publishes them (the coordinator; a communicator, who is an editor of the
# public pages); the reviewer sees drafts in order to judge them.
PAGE_ACTIONS: dict[Role, tuple[str, ...]] = {
    Role.EDITOR: ("add_page", "change_page", "publish_page"),
    Role.REVIEWER: ("change_page",),
    Role.COORDINATOR: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
    Role.INSTRUCTOR: (),
}
_MEDIA_ROLES = (Role.EDITOR, Role.COORDINATOR, Role.INSTRUCTOR)


def group_name(role: Role) -> str:
    return f"role:{role.value}"


@transaction.atomic
def sync_admin_groups() -> dict[Role, Group]:
    """Make the groups of Wagtail's admin what the matrix says. Idempotent; run after migrations
    and whenever a model gets its permissions."""
    groups: dict[Role, Group] = {}
    enter = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    root = Page.get_first_root_node()
    media = Collection.get_first_root_node()
    for role in ADMIN_ROLES:
        group, _made = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set([enter, *_model_permissions(role)])
        groups[role] = group
        wanted = Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=PAGE_ACTIONS.get(role, ())
        )
        GroupPagePermission.objects.filter(group=group).exclude(permission__in=wanted).delete()
        for permission in wanted if root else ():
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        if role in _MEDIA_ROLES and media:
            for permission in Permission.objects.filter(
                content_type__app_label__in=("wagtailimages", "wagtaildocs"),
                codename__regex=r"^(add|change|choose)_(image|document)$",
            ):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=media, permission=permission
                )
    return groups


_OBJECT_MODELS: dict[Obj, tuple[str, ...]] = {}
"""Models whose admin permissions follow a row of the matrix, filled by the apps that own them:
"app_label.model"."""


def follow_matrix(obj: Obj, *models: str) -> None:
    """Let the add, change and view permissions of `models` follow the matrix row of `obj`, as far
    as it reaches everything: a permission of the admin knows nothing of "one's own"."""
    _OBJECT_MODELS[obj] = tuple(dict.fromkeys((*_OBJECT_MODELS.get(obj, ()), *models)))


def _model_permissions(role: Role) -> list[Permission]:
    wanted: set[tuple[str, str]] = set()
    verbs = {Action.CREATE: "add", Action.READ: "view", Action.UPDATE: "change"}
    for obj, models in _OBJECT_MODELS.items():
        for grant in MATRIX[obj].get(role, ()):
            if grant.scope is not Scope.ALL:
                continue
            for action in grant.actions & verbs.keys():
                for label in models:
                    app, model = label.split(".")
                    wanted.add((app, f"{verbs[action]}_{model}"))
    if not wanted:
        return []
    types = ContentType.objects.filter(app_label__in={app for app, _codename in wanted})
    return [
        permission
        for permission in Permission.objects.filter(content_type__in=types).select_related(
            "content_type"
        )
        if (permission.content_type.app_label, permission.codename) in wanted
    ]


@transaction.atomic
def sync_admin_access(*, user: User, day: date) -> None:
    """Put the account in the admin groups of the roles it holds on `day`, and in no other group
    of ours."""
    held = [role for role in roles_of(user, day) if role in ADMIN_ROLES]
    names = {group_name(role) for role in held}
    groups = {g.name: g for g in Group.objects.filter(name__startswith="role:")}
    if names - groups.keys():
        groups = {g.name: g for g in sync_admin_groups().values()}
    mine = set(user.groups.filter(name__startswith="role:").values_list("name", flat=True))
    user.groups.remove(*(groups[name] for name in mine - names))
    user.groups.add(*(groups[name] for name in names - mine))


def sync_all_admin_access(*, day: date) -> int:
    """Daily: roles that begin or have ended. Returns how many accounts were looked at."""
    users = User.objects.filter(
        Q(groups__name__startswith="role:") | Q(role_assignments__isnull=False)
    ).distinct()
    for user in users:
        sync_admin_access(user=user, day=day)
    return len(users)


@transaction.atomic
def assign_role(
    *,
    user: User,
    role: Role,
    unit: Unit | None = None,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
    reason: str = "",
    day: date | None = None,
) -> RoleAssignment:
    """Give a role from `starts_on`. The same role for the same unit in an overlapping period is
    refused. `day` is the day on which admin access is brought up to date (`starts_on` if none)."""
    same = RoleAssignment.objects.filter(user=user, role=role, unit=unit)
    for other in same:
        overlaps = (other.ends_on is None or other.ends_on >= starts_on) and (
            ends_on is None or other.starts_on <= ends_on
        )
        if overlaps:
            raise RoleAssignmentError(_("The account already has this role in that period."))
    assignment = RoleAssignment(
        user=user,
        role=role,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
        reason=reason,
    )
    assignment.full_clean(exclude=["by"])
    assignment.save()
    record(
        "role_assigned",
        assignment,
        by=by,
        person=user.person,
        after={
            "role": role.value,
            "unit": unit.code if unit else None,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
        },
        reason=reason,
    )
    sync_admin_access(user=user, day=day or starts_on)
    return assignment


def which_role(assignment: RoleAssignment) -> dict[str, str | None]:
    """Which role an entry is about, in both its before and its after."""
    unit = assignment.unit
    return {"role": assignment.role, "unit": unit.code if unit else None}


@transaction.atomic
def end_role(
    *, assignment: RoleAssignment, on: date, by: User | None, day: date | None = None
) -> RoleAssignment:
    """Let `on` be the last day. A role that has not begun by then ends on its first day. `day` is
    the day on which admin access is brought up to date (`on` if none): the last day is still one
    with the role, and the daily work takes it away after that."""
    if assignment.ends_on is not None and assignment.ends_on <= on:
        raise RoleAssignmentError(_("The role has already ended."))
    before = assignment.ends_on.isoformat() if assignment.ends_on else None
    assignment.ends_on = max(on, assignment.starts_on)
    assignment.save(update_fields=["ends_on"])
    record(
        "role_ended",
        assignment,
        by=by,
        person=assignment.user.person,
        before={**which_role(assignment), "ends_on": before},
        after={**which_role(assignment), "ends_on": assignment.ends_on.isoformat()},
    )
    sync_admin_access(user=assignment.user, day=day or on)
    return assignment
