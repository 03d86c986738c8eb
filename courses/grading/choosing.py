"""Questions answered by choosing: one right, several right, true or false, a place in a picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from django.utils.translation import gettext as _

from courses.grading.kinds import NOTHING, WHOLE, Fields, Kind, Question, Response
from courses.grading.seeds import Choice, shuffle_texts


class Choosing(Kind):
    options_in = "options"
    text_in = "text"

    def options(self, question: Question) -> list[dict]:
        return list(question[self.options_in])

    def choices(self, question: Question, seed: int) -> list[Choice]:
        texts = [option[self.text_in] for option in self.options(question)]
        return shuffle_texts(question, texts, seed)

    def chosen(self, question: Question, seed: int, fields: Fields) -> list[int]:
        by_value = {choice.value: choice.number for choice in self.choices(question, seed)}
        values = fields.getlist(self.field_names(question)[0])
        if any(value not in by_value for value in values):
            return []
        return sorted({by_value[value] for value in values})

    def faults(self, question: Question) -> Iterator[str]:
        name = {"question": question["prompt"]}
        options = self.options(question)
        if len(options) < 2:
            yield _("“%(question)s” has fewer than two answers.") % name
        if not any(option["correct"] for option in options):
            yield _("“%(question)s” has no right answer.") % name
        if not all(option["explanation"].strip() for option in options):
            yield _("“%(question)s” has an answer without explanation.") % name


class Single(Choosing):
    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        chosen = self.chosen(question, seed, fields)
        return chosen[0] if len(chosen) == 1 else None

    def right(self, question: Question) -> Response:
        return [bool(option["correct"]) for option in self.options(question)].index(True)

    def faults(self, question: Question) -> Iterator[str]:
        yield from super().faults(question)
        if sum(bool(option["correct"]) for option in self.options(question)) > 1:
            yield _("“%(question)s” has more than one right answer.") % {
                "question": question["prompt"]
            }


class Hotspot(Single):
    """A place in a picture. Every place has a name, and can be chosen by it."""

    options_in = "areas"
    text_in = "label"

    def faults(self, question: Question) -> Iterator[str]:
        yield from super().faults(question)
        name = {"question": question["prompt"]}
        labels = [area["label"].strip() for area in question["areas"]]
        if not all(labels) or len(set(labels)) != len(labels):
            yield _("“%(question)s”: every place in the picture needs a name of its own.") % name
        for area in question["areas"]:
            if area["x"] + area["width"] > 100 or area["y"] + area["height"] > 100:
                yield _("“%(question)s”: the place “%(label)s” lies outside the picture.") % {
                    **name,
                    "label": area["label"],
                }
        if not question["image"].get("alt", "").strip():
            yield _("“%(question)s”: the picture has no text alternative.") % name


class Multiple(Choosing):
    """Several right. With `partial`, each right answer chosen earns its share and each wrong one
    takes a share away, never below nothing: choosing everything earns nothing extra."""

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        return self.chosen(question, seed, fields) or None

    def right(self, question: Question) -> Response:
        return [n for n, option in enumerate(self.options(question)) if option["correct"]]

    def credit(self, question: Question, response: Response) -> Fraction:
        right = set(self.right(question))
        given = set(response) if isinstance(response, list) else set()
        if given == right:
            return WHOLE
        if not question.get("partial"):
            return NOTHING
        earned = len(given & right) - len(given - right)
        return Fraction(max(0, earned), len(right))


class TrueFalse(Kind):
    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        values = fields.getlist(self.field_names(question)[0])
        return {"true": True, "false": False}.get(",".join(values))

    def right(self, question: Question) -> Response:
        return bool(question["correct"])
