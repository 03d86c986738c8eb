import re

import polib

from tests.translations import CATALOGUE, untranslated

NAMED = re.compile(r"%\((\w+)\)")


def test_every_text_in_the_source_has_a_swedish_translation() -> None:
    assert untranslated() == []


def test_every_form_of_a_plural_names_only_what_the_plural_is_given() -> None:
    """What `msgfmt --check` asks: which form is chosen is a matter of the number alone."""
    strays = [
        (entry.msgid, form)
        for entry in polib.pofile(str(CATALOGUE))
        for form in entry.msgstr_plural.values()
        if set(NAMED.findall(form)) - set(NAMED.findall(entry.msgid_plural))
    ]
    assert strays == []
