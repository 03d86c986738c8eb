"""Kombu's folder broker, safe against being killed in the middle of a write.

Kombu writes a message, and its table of queues, into the file that others already read: a reader
that comes too early, or a table left half-written by kill -9, ends the worker (kombu 5.6,
`kombu/transport/filesystem.py`). Here every file is complete when it gets its name.
"""

import os
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


def install() -> None:
    """Let filesystem:// mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = "lms.notifications.folderbroker:Transport"


def _write(path: Path, content: Any) -> None:
    """Make the file, whole, under its name."""
    unfinished = path.with_name(f"{uuid4()}.unfinished")
    try:
        unfinished.write_bytes(str_to_bytes(dumps(content)))
        os.replace(unfinished, path)
    except OSError as error:
        raise ChannelError(f"Cannot write {path}") from error


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, payload)

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return super().get_table(exchange)
        except ValueError:
            # Left half-written by an older version: it is written anew by the next worker.
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        table = self.get_table(exchange)
        bound = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if bound not in table:
            file = self._exchange_file(exchange)
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, [bound, *table])


class Transport(filesystem.Transport):
    Channel = Channel
