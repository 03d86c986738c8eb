from lms import snapshot


def test_the_snapshot_is_what_the_migrations_make() -> None:
    assert snapshot.fits(), "The migrations have changed: run `manage.py snapshot`."
