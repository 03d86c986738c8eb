"""The sensitivity guard: finds personnummer and phone numbers in free text.

Pure functions on strings. It acts before storage: a text that has been
received is a public record and may then only be removed under a disposal decision.

Numbers that belong to nobody pass: case numbers (KS 2017/0530), SFS numbers (2025:400), sums,
dates, clock times, ISBN, organisation numbers, and the short numbers everyone may call (112,
114 14, 116 111, 1177).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Finding:
    kind: str  # "personnummer" or "phone"
    label: str | Promise
    start: int
    end: int


# One character for one, so that positions in the cleaned text are positions in the original.
_LOOKALIKES = str.maketrans(
    {c: "-" for c in "‐‑‒–—―−"}  # noqa: C420
    | dict.fromkeys("\xa0\u2007\u2009\u202f\u200b\u2060\t", " ")
)

# Day 61-91 is a samordningsnummer. A letter in the first place of the last four is a reserve
# number.
_BIRTH = r"(?:19|20)?\d{2}-?(?P<month>0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_PERSONNUMMER = re.compile(
    rf"(?<![\d:/]){_BIRTH}(?P<sep> ?[-+] ?| )?(?P<last>\d{{4}}|[A-Z]\d{{3}})(?![\d:/])"
)
_PHONE = re.compile(r"(?<![\w.,:/-])(?P<lead>\+|00(?=[1-9])|\(?0(?=[1-9]))(?P<rest>[\d ()/-]*\d)")
_BOOK_OR_CASE = re.compile(r"(?:\bISBN|\bISSN|\bdnr|\bdiarienummer)[\s:.-]*[\w\s/-]{0,12}$", re.I)


def _luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(digits):
        value = int(char) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_personnummer(match: re.Match[str], before: str) -> bool:
    separated = bool({"-", "+"} & set(match["sep"] or ""))
    if match["last"][0].isalpha():
        return separated
    # Bare digits are also case numbers, and "241122 1430" is a date and a time: there only a
    # right check digit counts. So it does after the word "dnr".
    return _luhn(re.sub(r"\D", "", match.group())[-10:]) or (
        separated and not _BOOK_OR_CASE.search(before)
    )


def _phone_end(lead: str, rest: str) -> int | None:
    """How much of `rest` belongs to a phone number, or None where it is none. Written in groups
    (0480-45 00 00), so that lists of figures, dates and times are let through."""
    groups = [(m.group(), m.end()) for m in re.finditer(r"\d+", rest)]
    if lead in {"+", "00"}:
        lengths, shortest, longest = [len(g) for g, _end in groups], 9, 13
    else:
        first = groups[0][0]
        lengths, shortest, longest = [1 + len(first), *(len(g) for g, _end in groups[1:])], 8, 10
        if len(groups) == 1 or lengths[0] >= 8:
            # Eight bare digits may be a date written 01022026.
            shortest = 8 if first.startswith("8") else 9
        elif first == "8":
            shortest = 8
        elif lengths[0] in {3, 4}:
            shortest = lengths[0] + 5
        else:
            return None
        if any(length < 2 for length in lengths[1:]):
            return None
    fitting = [
        index for index, total in enumerate(accumulate(lengths)) if shortest <= total <= longest
    ]
    return groups[fitting[-1]][1] if fitting else None


def _scan(text: str) -> Iterator[Finding]:
    clean = text.translate(_LOOKALIKES)
    taken: list[tuple[int, int]] = []
    for match in _PERSONNUMMER.finditer(clean):
        if _is_personnummer(match, clean[: match.start()]):
            taken.append(match.span())
            yield Finding("personnummer", _("a personal identity number"), *match.span())
    for match in _PHONE.finditer(clean):
        end = _phone_end(match["lead"], match["rest"])
        if end is None or _BOOK_OR_CASE.search(clean[: match.start()]):
            continue
        span = (match.start(), match.start("rest") + end)
        if not any(start < span[1] and span[0] < stop for start, stop in taken):
            yield Finding("phone", _("a phone number"), *span)


def scan(text: str) -> list[Finding]:
    """What in `text` looks like a personnummer or a phone number, in order of position."""
    return sorted(_scan(text or ""), key=lambda finding: finding.start)
