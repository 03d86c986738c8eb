"""Numbers in addresses and forms, however long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from courses.models import VersionAsset
from lms.content.scenario import steps_from
from lms.lib.dates import today
from lms.lib.numbers import NumberConverter, about, whole_number
from lms.people.roles import Role
from lms.people.services.role_assignments import sync_admin_access
from tests.builders import courses
from tests.builders.people import account_with, make_person

OURS = {"courses", "courses_admin", "competence", "competence_admin", "home", "home_admin"} | {
    "people",
    "people_admin",
    "notifications",
}


@pytest.fixture
def coordinator(client: Client) -> Client:
    account = account_with(Role.COORDINATOR)
    sync_admin_access(user=account, day=today())
    client.force_login(account)
    return client


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_a_number_is_digits_that_a_key_can_have(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("count", "said"),
    [
        *((0, 0), (7, 7), (12, 10), (13, 15), (47, 45), (97, 95), (98, 100), (104, 100)),
        *((219, 220), (995, 1000), (1243, 1200), (12_500, 13_000)),
    ],
)
def test_after_about_a_count_has_no_more_figures_than_are_known(count: int, said: int) -> None:
    assert about(count) == said


def patterns(resolver: URLResolver, name: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = (*name, each.namespace) if each.namespace else name
            yield from patterns(each, inner)
        else:
            yield ":".join([*name, each.name or ""]), each


def test_every_number_in_an_address_of_ours_is_one_that_a_key_can_have() -> None:
    unbounded = [
        name
        for name, each in patterns(get_resolver())
        if name.split(":")[0] in OURS
        for converter in each.pattern.converters.values()
        if isinstance(converter, IntConverter) and not isinstance(converter, NumberConverter)
    ]
    assert unbounded == []


@pytest.mark.django_db
@pytest.mark.parametrize("digits", [30, 5000])
def test_an_address_with_a_longer_number_leads_nowhere(coordinator: Client, digits: int) -> None:
    address = reverse("courses_admin:versions", args=[1]).replace("1", "9" * digits)
    assert coordinator.get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²"])
def test_a_number_too_long_for_a_key_is_nothing_that_anybody_asked_for(
    coordinator: Client, number: str
) -> None:
    version = courses.publish_course(lessons=1)
    difference = reverse("courses_admin:difference", args=[version.course_id])
    for query in (f"?fran={number}", f"?fran=1&till={number}"):
        assert coordinator.get(difference + query).status_code == 200
    person = make_person()
    with pytest.raises(CommandError):
        call_command("progress", "--person", person.person_id, "--course", number, "--json")
    step = {"id": "a", "text": "", "choices": [{"text": "", "feedback": "", "next": "a"}]}
    walked = steps_from({"start": "a", "steps": [step]}).walk(f"0.{number}")
    assert [each.chosen is None for each in walked] == [False, True]


@pytest.mark.django_db
def test_a_part_of_a_file_that_begins_beyond_all_files_is_the_whole_file(
    coordinator: Client,
) -> None:
    version = courses.publish_course(lessons=1)
    VersionAsset.objects.create(
        version=version, key="image-1", name="a.png", file=ContentFile(b"x", name="a.png")
    )
    address = reverse("courses:asset", args=[version.pk, "image-1"])
    answer = coordinator.get(address, headers={"Range": f"bytes={'9' * 5000}-"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"x")
