from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from lms.notifications import folderbroker
from lms.notifications.schedule import broker_options


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    (tmp_path / "control").mkdir()
    return tmp_path


def connect(folder: Path) -> Connection:
    folderbroker.install()
    # As in a new process: kombu remembers what it has bound.
    folderbroker.Transport.global_state.clear()
    return Connection("filesystem://", transport_options=broker_options("filesystem:", folder))


def test_a_message_is_whole_when_it_can_be_seen(folder: Path, monkeypatch) -> None:
    with connect(folder) as connection:
        queue = connection.SimpleQueue("celery")
        queue.put({"number": 1})
        assert queue.get(timeout=5).payload == {"number": 1}

        monkeypatch.setattr(folderbroker.os, "replace", lambda *args: None)
        queue.put({"number": 2})
        with pytest.raises(Empty):
            queue.get(block=False)
        queue.close()


def test_a_table_left_half_written_does_not_stop_the_worker(folder: Path) -> None:
    (folder / "control" / "celery.exchange").write_text("")
    with connect(folder) as connection:
        queue = connection.SimpleQueue("celery")
        queue.put({"number": 1})
        assert queue.get(timeout=5).payload == {"number": 1}
        queue.close()
