"""What a watcher of the installation is told."""

import pytest
from kombu.exceptions import OperationalError

from lms import health


@pytest.mark.django_db
def test_ready_names_each_part(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    answer = response.json()
    assert {key: answer[key] for key in ("status", "database", "migrations", "broker")} == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
    }


@pytest.mark.django_db
def test_a_broker_that_is_down_is_told_while_the_process_is_alive(client, monkeypatch):
    class Down:
        def __enter__(self):
            raise OperationalError("refused")

        def __exit__(self, *exc):
            return None

    monkeypatch.setattr(health.app, "connection_for_write", lambda **kwargs: Down())
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "does not answer")
    assert client.get("/healthz").status_code == 200
