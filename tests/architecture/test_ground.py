"""The ground beneath the tests is whole or not there."""

from __future__ import annotations

import pytest

from lms.people.models import Person
from tests import ground


@pytest.mark.django_db
def test_a_ground_that_was_half_laid_is_not_stood_on(monkeypatch):
    def half():
        Person.objects.create(person_id="HALV")
        raise RuntimeError("half-way")

    monkeypatch.setitem(ground.GROUNDS, "half", half)
    laid = ground.Ground()
    for _time in range(2):
        with pytest.raises(RuntimeError, match="half-way"):
            laid.stand_on("half")
        assert not Person.objects.filter(person_id="HALV").exists()
