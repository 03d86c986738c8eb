"""The Swedish catalogue against the source: `python -m tests.translations` adds what is new and
drops what is gone, `--check` only says what is missing. Needs no gettext on the machine."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "lms" / "locale" / "sv" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PACKAGES = ("lms", "courses", "competence", "home")

Key = tuple[str | None, str, str | None]  # context, singular, plural


def _sources() -> Iterator[tuple[Path, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for suffix in ("*.html", "*.txt"):
        for path in sorted((ROOT / "templates").rglob(suffix)):
            yield path, templatize(path.read_text(), origin=str(path))


def _key(function: str, message: str | tuple[str | None, ...] | None) -> Key | None:
    parts = [message] if isinstance(message, str) else [part for part in message or () if part]
    if not parts:
        return None
    spec = KEYWORDS[function]
    context = parts.pop(0) if spec and isinstance(spec[0], tuple) and len(parts) > 1 else None
    return (context, parts[0], parts[1] if len(parts) > 1 and "n" in function[:3] else None)


def messages() -> dict[Key, list[tuple[str, str]]]:
    """Every translatable text in the source, with the places it is used."""
    found: dict[Key, list[tuple[str, str]]] = {}
    for path, text in _sources():
        stream = io.BytesIO(text.encode())
        for line, function, message, _comments in extract_python(stream, KEYWORDS, [], {}):
            key = _key(function, message) if function else None
            if key and key[1]:
                found.setdefault(key, []).append((str(path.relative_to(ROOT)), str(line)))
    return found


def catalogues() -> list[Path]:
    paths: list[Path] = []
    for package in PACKAGES:
        paths += sorted((ROOT / package).rglob("locale/sv/LC_MESSAGES/django.po"))
    return paths


def translated() -> set[Key]:
    """The texts that have a Swedish translation that is not marked fuzzy."""
    keys: set[Key] = set()
    for path in catalogues():
        for entry in polib.pofile(str(path)):
            if entry.translated() and not entry.fuzzy:
                keys.add((entry.msgctxt, entry.msgid, entry.msgid_plural or None))
    return keys


def untranslated() -> list[Key]:
    """What the source says and no catalogue translates."""
    have = translated()
    singulars = {(context, singular) for context, singular, _plural in have}
    return sorted(
        (
            key
            for key in messages()
            if key not in have and not (key[2] is None and (key[0], key[1]) in singulars)
        ),
        key=str,
    )


def update() -> tuple[int, int]:
    """Merge every catalogue into one, in source order; (texts, untranslated)."""
    known: dict[Key, polib.POEntry] = {}
    for path in catalogues():
        for entry in polib.pofile(str(path)):
            key = (entry.msgctxt, entry.msgid, entry.msgid_plural or None)
            if key not in known or not known[key].translated():
                known[key] = entry
    merged = polib.POFile(wrapwidth=98)
    merged.metadata = {
        "Project-Id-Version": "kunskapsarenan",
        "Language": "sv",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    missing = 0
    for key, places in messages().items():
        context, singular, plural = key
        old = known.get(key)
        entry = polib.POEntry(
            msgctxt=context,
            msgid=singular,
            msgid_plural=plural or "",
            occurrences=[(path, "") for path in dict.fromkeys(path for path, _line in places)],
        )
        if plural:
            entry.msgstr_plural = old.msgstr_plural if old else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        if old:
            entry.flags = old.flags
        missing += not entry.translated()
        merged.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    merged.save(str(CATALOGUE))
    for path in catalogues():
        if path != CATALOGUE and "overrides" not in path.parts:
            path.unlink()
            path.with_suffix(".mo").unlink(missing_ok=True)
    return len(merged), missing


def main() -> int:
    if "--check" in sys.argv:
        missing = untranslated()
        for context, singular, _plural in missing:
            print(f"not translated: {singular!r}" + (f" ({context})" if context else ""))
        return bool(missing)
    texts, missing_count = update()
    print(f"{texts} texts, {missing_count} without a translation, in {CATALOGUE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
