"""A lesson's blocks on the page: what is the same for every reader is rendered once."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from courses.models import CourseVersion
from courses.reading import ShownBlock

# Blocks that show their own value and nothing else.
_PLAIN = {"text", "callout", "image", "film", "document", "links", "accordion"}
# What stays where a learner reads the text that is easy to read: what one does, and what has no
# easier form.
BESIDE_EASY_TEXT = {
    "reflection",
    "checklist",
    "image",
    "film",
    "document",
    "contact",
    "article",
}
# Each is some kilobytes.
_KEPT = 2000
_rendered: OrderedDict[tuple[int, str, str, str, bytes], SafeString] = OrderedDict()


@dataclass(frozen=True)
class BlockOnPage:
    """A block with its `html`, where that is known; else the template renders it."""

    shown: ShownBlock
    html: SafeString | None


def shown(blocks: Iterable[ShownBlock], version: CourseVersion) -> list[BlockOnPage]:
    return [BlockOnPage(block, _html(block, version)) for block in blocks]


def _html(block: ShownBlock, version: CourseVersion) -> SafeString | None:
    """The block as a frozen version has it. Not where it quotes law or contacts, which are shown
    as they are today, or shows what somebody has done."""
    if block.type not in _PLAIN:
        return None
    written = json.dumps(block.value, sort_keys=True)
    # A block may lie in two lessons under one id, as an author copied it: what it says tells which.
    said = hashlib.blake2b(written.encode(), digest_size=16).digest()
    key = (version.pk, version.content_hash, block.id, get_language() or "", said)
    html = _rendered.get(key)
    if html is not None:
        _rendered.move_to_end(key)
    else:
        html = mark_safe("")
        if "[[" not in written:
            values = {"value": block.value, "block_id": block.id}
            html = mark_safe(render_to_string(f"blocks/{block.type}.html", values))
        _rendered[key] = html
        while len(_rendered) > _KEPT:
            _rendered.popitem(last=False)
    return html or None
