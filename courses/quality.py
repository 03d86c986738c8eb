"""How easy a lesson is to read, and what in it shuts somebody out. Pure functions over lessons as
frozen data (`courses.freezing`); what keeps a course from being published is said there.

LIX (Björnsson 1968) is words per sentence plus the share of words longer than six letters, in
percent. A sentence ends with its paragraph, with . ! ? or with a colon before a space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _

from lms.lib import guard

EASY, HARD = 30, 40
LONGEST_PARAGRAPH = 80
# A sentence shorter than this is not what makes a text hard.
SHORTEST_HARD_SENTENCE = 8
# LIX of fewer words than this says little: one sentence more or less moves it from one band to
# another.
FEWEST_WORDS = 100

Lesson = Mapping[str, Any]
# Text with the names of laws and contacts in the place of their codes.
Spoken = Callable[[str], str]

_WORD = re.compile(r"[^\W_]+(?:[-'’:./][^\W_]+)*")
_END = re.compile(r"[.!?…][”\"’)\]]*(?=\s+[“”\"(»–-]*[A-ZÅÄÖÉ0-9]|\s*$)|:(?=\s|$)")
_SHORTENED = {
    *("bl.a", "ca", "d.v.s", "dvs", "e.d", "eng", "etc", "ev", "exkl", "f.d", "forts", "fr.o.m"),
    *("inkl", "jfr", "kap", "kl", "m.fl", "m.m", "min", "nr", "o.d", "osv", "p.g.a", "prop"),
    *("resp", "s.k", "st", "t.ex", "t.o.m", "tel", "tfn", "u.å", "vol"),
}
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.I)
_BARE_LINK = re.compile(r"^(?:https?://|www\.)\S*$|^[\w-]+(?:\.[\w-]+)+(?:/\S*)?$", re.I)
_SAYS_NOTHING = {
    *("här", "klicka", "klicka här", "läs här", "läs mer", "läs mer här", "länk", "länken"),
    *("den här länken", "denna länk", "mer", "mer här", "mer information", "se här", "se länk"),
    *("se mer", "sidan", "webbplats", "webbplatsen", "följ länken", "here", "click here"),
    *("read more", "more", "link", "this link"),
}
_DIGIT = re.compile(r"\d")
_FILE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|heic)$|^(?:img|dsc|image)[-_ ]?\d+", re.I)


@dataclass(frozen=True)
class Remark:
    """Something to look at: what to do, in which block or question, and the words it is about."""

    kind: str
    message: str
    # The id of the block or question; empty for the lesson as a whole.
    block: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Readability:
    """How hard a text is; `lix` is None where there is no text."""

    lix: int | None
    words: int
    sentences: int
    # The hardest sentences, the hardest first.
    hardest: tuple[str, ...] = ()

    @property
    def band(self) -> str:
        if self.lix is None:
            return ""
        if self.words < FEWEST_WORDS:
            return "short"
        return "easy" if self.lix <= EASY else "medium" if self.lix <= HARD else "hard"


@dataclass
class Piece:
    """A heading (h3, h4), a paragraph (p) or a point (li) of a text."""

    tag: str
    text: str = ""
    strong: str = ""
    # Text and address of each link.
    links: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    _BLOCKS = ("p", "li", "h2", "h3", "h4", "h5")

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._open: Piece | None = None
        self._bold = 0
        self._link: list[str] | None = None
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._BLOCKS:
            self._open = Piece(tag)
            self.pieces.append(self._open)
        elif tag in ("b", "strong"):
            self._bold += 1
        elif tag == "a":
            self._link, self._href = [], dict(attrs).get("href") or ""
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self._open = None
        elif tag in ("b", "strong"):
            self._bold = max(0, self._bold - 1)
        elif tag == "a" and self._link is not None:
            self._piece().links.append(("".join(self._link).strip(), self._href))
            self._link = None

    def handle_data(self, data: str) -> None:
        if not data.strip() and self._open is None:
            return
        piece = self._piece()
        piece.text += data
        if self._bold:
            piece.strong += data
        if self._link is not None:
            self._link.append(data)

    def _piece(self) -> Piece:
        if self._open is None:
            self._open = Piece("p")
            self.pieces.append(self._open)
        return self._open


# The same text is looked at for several things; as many as a long lesson has.
@lru_cache(maxsize=256)
def pieces_of(html: str) -> tuple[Piece, ...]:
    """The headings, paragraphs and points of a rich text, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.pieces)


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def _is_long(word: str) -> bool:
    return len(word) > 6 and (word.isalpha() or sum(char.isalpha() for char in word) > 6)


def _ends_here(before: str) -> bool:
    """Whether the full stop after these words ends a sentence, not an abbreviation."""
    last = before.split()[-1].lstrip("(”\"'").casefold() if before.split() else ""
    return last not in _SHORTENED and not re.fullmatch(r"[^\W\d_]", last)


def sentences_of(text: str) -> list[str]:
    """The sentences of one paragraph."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and not _ends_here(text[start : match.start()]):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if words_of(sentence)]


def _lix(words: int, long: int, sentences: int) -> float:
    return words / sentences + 100 * long / words


def readability(paragraphs: list[str]) -> Readability:
    """LIX of paragraphs and points together, to the nearest whole number."""
    words = long = sentences = 0
    hard: list[tuple[float, str]] = []
    for sentence in (each for text in paragraphs for each in sentences_of(text)):
        own = words_of(sentence)
        own_long = sum(map(_is_long, own))
        words, long, sentences = words + len(own), long + own_long, sentences + 1
        value = _lix(len(own), own_long, 1)
        if len(own) >= SHORTEST_HARD_SENTENCE and value > HARD:
            hard.append((value, sentence))
    if not words:
        return Readability(None, 0, 0)
    hard.sort(key=lambda each: -each[0])
    return Readability(
        lix=round(_lix(words, long, sentences)),
        words=words,
        sentences=sentences,
        hardest=tuple(sentence for _value, sentence in hard[:3]),
    )


def _texts_in(block: Mapping[str, Any]) -> Iterator[Piece]:
    """What a block says in running text. Another page's article is its own author's."""
    value = block["value"]
    match block["type"]:
        case "text":
            yield from pieces_of(value["html"])
        case "callout":
            yield from pieces_of(value["text"])
        case "accordion":
            for item in value["items"]:
                yield from pieces_of(item["text"])
        case "checklist":
            for item in value["items"]:
                yield Piece("li", item)
        case "reflection":
            yield Piece("p", value["prompt"])
            yield Piece("p", value["hint"])
        case "scenario":
            for step in value["steps"]:
                yield from pieces_of(step["text"])
                for choice in step["choices"]:
                    yield from pieces_of(choice["feedback"])
        case "question":
            yield from pieces_of(value["answer"])
        case "film":
            yield from pieces_of(value["transcript"])


def reading_of(lesson: Lesson, spoken: Spoken = str) -> Readability:
    """How hard the lesson's running text is, without headings, film texts and questions."""
    return readability(
        [
            spoken(piece.text)
            for block in lesson["blocks"]
            if block["type"] != "film"
            for piece in _texts_in(block)
            if not piece.tag.startswith("h")
        ]
    )


def _short(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _headings(lesson: Lesson) -> Iterator[Remark]:
    above = 2
    blocks = lesson["blocks"]
    for place, block in enumerate(blocks):
        if block["type"] != "text":
            continue
        pieces = pieces_of(block["value"]["html"])
        for number, piece in enumerate(pieces):
            if not piece.tag.startswith("h"):
                if (
                    piece.tag == "p"
                    and piece.text.strip()
                    and piece.strong.strip() == piece.text.strip()
                    and len(words_of(piece.text)) <= 8
                    and not piece.text.strip().endswith((".", "!", "?", ":"))
                ):
                    yield Remark(
                        "headings",
                        _("Bold text stands as a heading. Choose a heading instead."),
                        block["id"],
                        _short(piece.text),
                    )
                continue
            level = int(piece.tag[1])
            if not piece.text.strip():
                yield Remark("headings", _("A heading is empty. Take it away."), block["id"])
                continue
            if level > above + 1 and not (level == 3 and above == 2):
                yield Remark(
                    "headings",
                    _("A smaller heading stands without a larger one above it."),
                    block["id"],
                    _short(piece.text),
                )
            above = level
            rest = [each for each in pieces[number + 1 :] if each.text.strip()]
            if rest:
                bare = rest[0].tag.startswith("h") and int(rest[0].tag[1]) <= level
            else:
                bare = place + 1 == len(blocks) or blocks[place + 1]["type"] in (
                    "text",
                    "reflection",
                )
            if bare:
                yield Remark(
                    "headings",
                    _("Nothing is written under the heading."),
                    block["id"],
                    _short(piece.text),
                )


def _link_remark(text: str, block: str) -> Iterator[Remark]:
    said = re.sub(r"[\s.:,!»›>→]+$", "", text.strip()).casefold()
    if not said:
        yield Remark("links", _("A link has no text."), block)
    elif said in _SAYS_NOTHING:
        yield Remark("links", _("Say in the link text where the link leads."), block, _short(text))
    elif _BARE_LINK.match(text.strip()):
        yield Remark(
            "links",
            _("An address stands as link text. Write what the reader finds there."),
            block,
            _short(text),
        )


def _links(lesson: Lesson) -> Iterator[Remark]:
    for block in lesson["blocks"]:
        if block["type"] == "links":
            for item in block["value"]["items"]:
                yield from _link_remark(item["title"], block["id"])
        for piece in _texts_in(block):
            loose = piece.text
            for text, _href in piece.links:
                yield from _link_remark(text, block["id"])
                loose = loose.replace(text, "", 1)
            for match in _ADDRESS.finditer(loose):
                yield Remark(
                    "links",
                    _("An address stands in the text. Make words of the sentence a link."),
                    block["id"],
                    _short(match.group()),
                )


def _paragraphs(lesson: Lesson, spoken: Spoken) -> Iterator[Remark]:
    for block in lesson["blocks"]:
        for piece in _texts_in(block):
            count = len(words_of(spoken(piece.text)))
            if count > LONGEST_PARAGRAPH and block["type"] != "film":
                yield Remark(
                    "paragraphs",
                    _("A paragraph has %(count)s words. Divide it.") % {"count": count},
                    block["id"],
                    _short(piece.text),
                )


def _pictures(lesson: Lesson) -> Iterator[Remark]:
    for block in lesson["blocks"]:
        if block["type"] != "image":
            continue
        alt = block["value"]["image"]["alt"].strip()
        if _FILE_NAME.search(alt):
            message = _("The text alternative is the name of a file. Say what the image shows.")
        elif re.match(r"(?:en )?(?:bild|foto|fotografi) (?:på|av|som) ", alt, re.I):
            message = _("The text alternative need not say that it is an image.")
        else:
            continue
        yield Remark("alternatives", message, block["id"], _short(alt))


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            if name not in ("id", "key", "asset", "url"):
                yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _phones(lesson: Lesson) -> Iterator[Remark]:
    message = _("A phone number is typed into the text. Choose the contact from the list instead.")
    named = [(block["id"], block["value"]) for block in lesson["blocks"]]
    named += [(question["key"], question) for question in lesson["questions"]]
    for place, data in [("", [lesson["title"], lesson["summary"], lesson["goals"]]), *named]:
        if isinstance(data, Mapping) and data.get("kind") == "draw":
            continue
        for text in _strings(data):
            if not _DIGIT.search(text):
                continue
            for found in guard.scan(re.sub(r"<[^>]*>", " ", text)):
                if found.kind == "phone":
                    yield Remark("phones", message, place)


def _explanations(lesson: Lesson) -> Iterator[Remark]:
    for question in lesson["questions"]:
        if "explanation" in question and not question["explanation"].strip():
            yield Remark(
                "explanations",
                _("A question has no explanation: say why the answer is right."),
                question["key"],
                _short(question["prompt"]),
            )


def remarks_on(
    lesson: Lesson, spoken: Spoken = str, read: Readability | None = None
) -> list[Remark]:
    """What to look at in a lesson before somebody reads it. Nothing here stops it. `read` is its
    `reading_of`, where that is known already."""
    found = [
        *_headings(lesson),
        *_links(lesson),
        *_paragraphs(lesson, spoken),
        *_pictures(lesson),
        *_phones(lesson),
        *_explanations(lesson),
    ]
    easy = readability(
        [spoken(piece.text) for piece in pieces_of(lesson.get("easy", "")) if piece.tag[0] != "h"]
    )
    if easy.band in ("medium", "hard"):
        found.append(
            Remark(
                "readability",
                _("The text that is to be easy to read has LIX %(lix)s; at most 30 is easy.")
                % {"lix": easy.lix},
            )
        )
    read = read or reading_of(lesson, spoken)
    if read.band == "hard":
        found.append(
            Remark(
                "readability",
                _("The text is hard to read. Shorten the sentences below."),
            )
        )
    return found
