from tests.translations import untranslated


def test_every_text_in_the_source_has_a_swedish_translation() -> None:
    assert untranslated() == []
