"""What writing to a course waits for, and in which order.

The one order: the course page; then a review, a version's or a retirement's own row; then
enrolments, by their key; then the person. Whoever needs two of them takes them in that order, and
whoever needs one may begin there. Rows that others point at, the page and the person, are locked
without their key: what is told to a person or kept about a course by somebody who holds another
row goes in meanwhile, where the whole lock would have both wait for each other.
"""

from __future__ import annotations

from wagtail.models import Page


def lock_course(course_pk: int) -> None:
    """Until the transaction ends nobody else publishes, judges, retires or begins the course."""
    Page.objects.select_for_update(no_key=True).get(pk=course_pk)
