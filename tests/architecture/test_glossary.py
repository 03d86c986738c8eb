"""The glossary is the law of names: what it says exists does, and no model is left out."""

import re
from importlib import import_module
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parent.parent.parent / "docs" / "glossary.md"
OURS = ("lms", "courses", "competence", "home")


def _names() -> list[str]:
    rows = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    return [name for row in rows for name in re.findall(r"`([\w.]+\.[\w.]+)`", row.split("|")[2])]


def _exists(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError:
        module, _dot, attribute = name.rpartition(".")
        return hasattr(import_module(module), attribute)
    return True


def test_every_name_in_the_glossary_is_in_the_code():
    names = _names()
    assert len(names) > 30
    assert [name for name in names if not _exists(name)] == []


def test_every_model_that_has_a_name_on_screen_is_in_the_glossary_or_part_of_one_that_is():
    known = {name.rpartition(".")[2] for name in _names()}
    parts = {line.strip(" -`") for line in GLOSSARY.read_text().split("## Parts")[1].splitlines()}
    missing = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS
        and model.__name__ not in known
        and model.__name__ not in parts
    ]
    assert sorted(missing) == []
