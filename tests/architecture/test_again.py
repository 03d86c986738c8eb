"""When `make run` only starts, and when it makes ready first."""

from lms import again


def test_a_site_is_started_again_only_while_nothing_it_depends_on_has_changed(
    tmp_path, settings, monkeypatch
):
    settings.VAR_DIR = tmp_path
    database = tmp_path / "db.sqlite3"
    database.touch()
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(database))
    assert again._ready() is None
    again.mark_ready("Logins: medarbetare")
    assert again._ready() == "Logins: medarbetare"
    with monkeypatch.context() as changed:
        changed.setattr(again, "stamp", lambda: "another migration")
        assert again._ready() is None
    (tmp_path / "ready.json").write_text("half a fi")
    assert again._ready() is None
