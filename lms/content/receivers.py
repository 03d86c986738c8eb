"""The book of references lives as long as a request."""

from django.core.signals import request_finished, request_started

from lms.content import references


def connect() -> None:
    request_started.connect(references.open_request, dispatch_uid="references.open")
    request_finished.connect(references.close_request, dispatch_uid="references.close")
