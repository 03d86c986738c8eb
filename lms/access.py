"""Who may open the addresses of the composition root itself."""

from lms.people.access import Obj, Rule

URLS: dict[str, Rule] = {"styleguide:*": Rule(Obj.ADMIN)}
