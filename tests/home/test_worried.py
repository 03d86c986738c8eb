"""/orolig/ asks nobody to use a number or an e-service that is not there."""

import pytest

from lms.content.models import ContactPoint, SiteSettings
from tests.builders.home import DAY

URL = "https://example.se/orosanmalan"


@pytest.mark.parametrize("has_service", [True, False])
@pytest.mark.parametrize("has_number", [True, False])
def test_the_way_to_report_is_one_that_exists(arena, client, has_service, has_number):
    site = SiteSettings.load()
    site.concern_url = URL if has_service else ""
    site.save()
    if has_number:
        ContactPoint.objects.filter(code="socialtjansten").update(
            phone="0480-45 00 00", verified_on=DAY.replace(day=1)
        )
    page = client.get("/orolig/").content.decode()
    assert (URL in page) is has_service
    assert ("e-tjänst" in page) is has_service
    assert ("tel:0480450000" in page) is has_number
    assert ("Fråga efter socialtjänsten i kommunens växel" in page) is not (
        has_service or has_number
    )
    assert "Numret kontrolleras" not in page
