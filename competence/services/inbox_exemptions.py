"""Exemptions that managers have asked for as a kind of the reviewer's inbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.models import ExemptionRequest
from competence.services.exemption_requests import decide_exemption_requests
from competence.services.inbox import Case, register_inbox_kind
from lms.lib.dates import STOCKHOLM
from lms.people.access import Obj
from lms.people.models import User


class ExemptionCases:
    code = "undantag"
    label: str | Promise = gettext_lazy("Exemptions")
    obj = Obj.EXEMPTION

    def waiting(self) -> int:
        return ExemptionRequest.objects.waiting().count()

    def cases(self, day: date, most: int, *, by: User) -> Sequence[Case]:
        return self._cases(ExemptionRequest.objects.waiting(), day, most, by)

    def cases_of(self, pks: Collection[int], day: date, *, by: User) -> Sequence[Case]:
        return self._cases(ExemptionRequest.objects.waiting().filter(pk__in=pks), day, len(pks), by)

    def _cases(
        self, requests: QuerySet[ExemptionRequest], day: date, most: int, by: User
    ) -> Sequence[Case]:
        shown = requests.select_related("person", "area", "level", "requested_by__person")[:most]
        return [self._case(request, day, by) for request in shown]

    def _case(self, request: ExemptionRequest, day: date, by: User) -> Case:
        own = by.pk == request.requested_by_id or (
            by.person_id is not None and by.person_id == request.person_id
        )
        period = _("%(first)s – %(last)s") % {
            "first": date_format(request.starts_on, "DATE_FORMAT"),
            "last": date_format(request.ends_on, "DATE_FORMAT"),
        }
        return Case(
            kind=self.code,
            pk=request.pk,
            person_name=request.person.name,
            about=period,
            days=(day - request.created_at.astimezone(STOCKHOLM).date()).days,
            suggestion=_("You asked for this yourself. Somebody else has to decide on it.")
            if own
            else _("Asked for by %(name)s") % {"name": request.requested_by},
            ready=not own,
            group=f"{request.area.label}, {request.level.name}",
            note=request.reason,
            url=reverse("competence_admin:exemptions"),
            own=own,
            by_rule=False,
        )

    def decide(
        self, pks: Collection[int], *, approved: bool, reason: str, by: User, at: datetime
    ) -> int:
        """Raises ExemptionRequestError where the account asked for one of them itself."""
        requests = ExemptionRequest.objects.filter(pk__in=pks)
        return len(
            decide_exemption_requests(
                requests=requests, granted=approved, reason=reason, by=by, at=at
            )
        )


register_inbox_kind(ExemptionCases())
