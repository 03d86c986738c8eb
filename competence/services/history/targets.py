"""What a row says was completed: an outside course, one of our own, or a level in an area. Only
the whole name says it exactly; anything else becomes a question with guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from competence.models import OutsideCourse
from competence.services.history.likeness import alike, folded
from courses.models import CourseVersion
from lms.framework.models import CompetenceArea, TrainingLevel

_LEAST = 45
_YEAR = re.compile(r"(?:19|20)?\d{2}")
_EMPTY_WORDS = frozenset(
    ("i", "och", "om", "for", "av", "pa", "den", "det", "en", "ett", "the", "kurs", "utbildning")
)
_LEVEL_WORDS = frozenset(("niva", "level", "omrade", "area"))


@dataclass(frozen=True)
class Known:
    """Something a row may be about: its code (“outside:12”), and the words it goes under."""

    code: str
    label: str
    words: str


class CourseIndex:
    """What can be recorded, read once. Five queries."""

    def __init__(self) -> None:
        self.known: list[Known] = []
        self._exactly: dict[str, set[str]] = {}
        for course in OutsideCourse.objects.filter(retired_at__isnull=True):
            code = f"outside:{course.pk}"
            self._add(Known(code, str(course), folded(f"{course.name} {course.provider}")))
            self._say(course.name, code)
            self._say(f"{course.name} {course.provider}", code)
            self._say(f"{course.provider} {course.name}", code)
        latest = {v.course_id: v for v in CourseVersion.objects.latest_of_each()}
        for version in latest.values():
            if version.outline["grants"]:
                code = f"own:{version.course_id}"
                self._add(Known(code, version.title, folded(version.title)))
        for course_pk, title in CourseVersion.objects.values_list("course_id", "title"):
            if latest[course_pk].outline["grants"]:
                self._say(title, f"own:{course_pk}")
        levels = list(TrainingLevel.objects.all())
        for area in CompetenceArea.objects.all():
            for level in levels:
                code = f"level:{area.pk}:{level.pk}"
                words = folded(f"{area.name} {level.name}")
                self._add(Known(code, f"{area.code} {area.name}, {level.name}", words))
                for said in {area.code, area.name, area.label}:
                    for how in (level.name, str(level.number)):
                        self._say(f"{said} {how}", code)
        self.labels = {each.code: each.label for each in self.known}

    def _add(self, known: Known) -> None:
        self.known.append(known)

    def _say(self, wording: str, code: str) -> None:
        self._exactly.setdefault(folded(wording), set()).add(code)

    def exactly(self, wording: str) -> str | None:
        """The code of what is called precisely this; none where two are."""
        words = folded(wording).split()
        for text in (" ".join(words), " ".join(w for w in words if w not in _LEVEL_WORDS)):
            codes = self._exactly.get(text, set())
            if len(codes) == 1:
                return next(iter(codes))
        return None

    def guesses(self, wording: str, most: int = 4) -> list[tuple[str, int]]:
        """What it may be, the likeliest first. Asked once for each wording of a file."""
        asked = [word for word in folded(wording).split() if not _YEAR.fullmatch(word)]
        found = []
        for known in self.known:
            score = _likeness(asked, known.words)
            if score >= _LEAST:
                found.append((known.code, score))
        return sorted(found, key=lambda item: -item[1])[:most]


def _likeness(asked: Iterable[str], known: str) -> int:
    """How much of what is asked is said by `known`: the word, how it begins, or its letters in
    order from the beginning of a word (VBE of våldsbejakande extremism)."""
    words = known.split()
    said = weight = 0.0
    told = []
    for word in asked:
        if word in _EMPTY_WORDS:
            continue
        told.append(word)
        weight += 1
        if word in words:
            said += 1
        elif len(word) >= 3 and any(
            each.startswith(word) or (len(each) >= 4 and word.startswith(each)) for each in words
        ):
            said += 0.85
        elif 2 <= len(word) <= 4 and any(
            _letters(word, "".join(words[at : at + len(word)])) for at in range(len(words))
        ):
            said += 0.5
        else:
            said += (
                max((alike(word, each) for each in words if len(each) > 3), default=0) // 80 * 0.7
            )
    if not weight:
        return 0
    return round(0.7 * 100 * said / weight + 0.3 * alike(" ".join(told), known))


def _letters(short: str, text: str) -> bool:
    rest = iter(text)
    return text.startswith(short[0]) and all(letter in rest for letter in short)
