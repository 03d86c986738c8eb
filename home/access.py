"""What it takes to open each of the app's addresses, and to read the arena."""

from lms.lib.dates import today
from lms.people.access import PUBLIC, SIGNED_IN, Action, Obj, Rule, can
from lms.people.models import User

URLS: dict[str, Rule] = {
    "home:my_page": SIGNED_IN,
    "home:worried": PUBLIC,
    "home:search": PUBLIC,
    "home:help": PUBLIC,
    "home:accessibility": PUBLIC,
    "home:privacy": PUBLIC,
    # Inside Wagtail's admin.
    "home_admin:first_steps": Rule(Obj.SETTINGS, Action.UPDATE),
    "home_admin:load_starter": Rule(Obj.SETTINGS, Action.UPDATE),
    "home_admin:begin_figures": Rule(Obj.SETTINGS, Action.UPDATE),
    "home_admin:test_mail": Rule(Obj.SETTINGS, Action.UPDATE),
    # The view asks who may publish the page.
    "home_admin:reviewed": Rule(Obj.ARENA_PAGE, Action.UPDATE),
    # The view asks who may read a page that shows the file.
    "content:media": PUBLIC,
}


def reads_arena(user: User) -> bool:
    """Whether the account reads internal pages today (a partner's guest does not)."""
    return can(user, Action.READ, Obj.ARENA_PAGE, day=today())
