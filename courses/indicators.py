"""The figures of courses that a governing document is followed up by."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy

from courses.models import CourseRetirement, CourseVersion
from lms.framework.indicators import Indicator, Reading, register
from lms.people.models import PartnerOrganisation


def published_courses(as_of: date) -> Reading:
    """By the days that versions were published and courses retired, so that a past day answers."""
    retired = CourseRetirement.objects.filter(retired_at__date__lte=as_of)
    gone = retired.exclude(reopened_at__date__lte=as_of).values("course")
    number = (
        CourseVersion.objects.filter(published_at__date__lte=as_of)
        .exclude(course__in=gone)
        .order_by()
        .values("course")
        .distinct()
        .count()
    )
    return Reading.measured(number, str(number), as_of)


def partner_organisations(as_of: date) -> Reading:
    number = PartnerOrganisation.objects.valid_on(as_of).count()
    return Reading.measured(number, str(number), as_of)


register(
    Indicator(
        "courses.published",
        gettext_lazy("Published courses"),
        gettext_lazy("Courses that were published by the day and had not been retired."),
        gettext_lazy("courses"),
        published_courses,
    ),
    Indicator(
        "courses.partner_organisations",
        gettext_lazy("Partner organisations"),
        gettext_lazy("Organisations in the directory that we work with on the day."),
        gettext_lazy("organisations"),
        partner_organisations,
    ),
)
