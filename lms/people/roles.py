"""The roles of the product. A role reaches its unit and everything below it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PUBLIC = "public", _("public")  # not signed in
    LEARNER = "learner", _("employee")  # every account with a person
    MANAGER = "manager", _("manager")  # follows from employment
    ELECTED = "elected", _("elected representative")
    UNIT_CONTACT = "unit_contact", _("unit contact")
    INSTRUCTOR = "instructor", _("instructor")
    EDITOR = "editor", _("editor")
    REVIEWER = "reviewer", _("reviewer")
    COORDINATOR = "coordinator", _("coordinator")
    SUPPORT_FUNCTION = "support_function", _("support function")
    EXECUTIVE_VIEWER = "executive_viewer", _("executive viewer")
    PARTNER = "partner", _("partner")
    PARTNER_CONTACT = "partner_contact", _("partner's contact")  # follows from membership
    AUDITOR = "auditor", _("auditor")
    HR_IMPORT = "hr_import", _("HR import")
    SYSTEM_ADMIN = "system_admin", _("system administrator")

    @classmethod
    def assignable_choices(cls) -> list[tuple[str, Any]]:
        derived = {cls.PUBLIC, cls.LEARNER, cls.MANAGER, cls.PARTNER_CONTACT}
        return [(role.value, role.label) for role in cls if role not in derived]
