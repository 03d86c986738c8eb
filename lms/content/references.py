"""Law and contacts as data: texts carry tokens, readers see what is in force today.

Tokens: [[lag:CODE]] [[kontakt:CODE]] [[kommun]] [[kontrolleras]]. All codes of a request are
answered by one book, read from the database the first time a token is met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from asgiref.local import Local
from django.db import connection
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lms.content.models import Certainty, ContactPoint, LegalReference, SiteSettings
from lms.lib.dates import today

TOKEN = re.compile(r"\[\[(?:(lag|kontakt):([a-z0-9-]+)|(kommun)|(kontrolleras))\]\]")
_NUMBERED = re.compile(r"(?<=\d) (?=kap\.|§|[a-z] (?:kap\.|§))|(?<=kap\.) (?=\d)|(?<=[a-z]) (?=§)")


_numbers = count(1)


@dataclass(frozen=True)
class ReferenceBook:
    """What the tokens stand for on one day. Two books with one `edition` say the same, as long as
    this process lives."""

    day: date
    laws: Mapping[str, LegalReference]
    contacts: Mapping[str, ContactPoint]
    municipality: str
    edition: int = field(default_factory=_numbers.__next__, compare=False)

    @classmethod
    def load(cls, day: date, municipality: str | None = None) -> ReferenceBook:
        laws = {law.code: law for law in LegalReference.objects.all()}
        by_pk = {law.pk: law for law in laws.values()}
        for law in laws.values():
            if law.replaced_by_id:
                law.replaced_by = by_pk[law.replaced_by_id]
        return cls(
            day=day,
            laws=laws,
            contacts={contact.code: contact for contact in ContactPoint.objects.all()},
            municipality=(
                SiteSettings.load().municipality_name if municipality is None else municipality
            ),
        )

    def in_force(self, law: LegalReference) -> LegalReference:
        """The section itself, or the one that has replaced it by now."""
        seen = {law.pk}
        while law.replaced_by and law.valid_until and law.valid_until < self.day:
            if law.replaced_by.pk in seen:
                break
            law = law.replaced_by
            seen.add(law.pk)
        return law


def unknown_codes(text: str, book: ReferenceBook) -> list[str]:
    """The tokens in `text` that stand for nothing, in order."""
    return [
        match.group()
        for match in TOKEN.finditer(text)
        if (match[1] == "lag" and match[2] not in book.laws)
        or (match[1] == "kontakt" and match[2] not in book.contacts)
    ]


def check_mark() -> SafeString:
    return format_html('<span class="mark">{}</span>', _("being checked"))


def _unbroken(title: str) -> str:
    """Keep "19 kap. 1 §" on one line."""
    return _NUMBERED.sub("\N{NO-BREAK SPACE}", title)


def _linked(law: LegalReference) -> str:
    title = _unbroken(law.title)
    return format_html('<a href="{}">{}</a>', law.url, title) if law.url else title


def law_html(law: LegalReference, book: ReferenceBook) -> SafeString:
    """The section, linked. One that has been replaced is named as the text means it, with its
    successor in a note: true in a sentence about today as in one about the past."""
    current = book.in_force(law)
    html = _linked(current)
    if current is not law:
        now = format_html(conditional_escape(_("now %(law)s")).replace("%(law)s", "{}"), html)
        html = format_html('{} <span class="editorial-note">({})</span>', _unbroken(law.title), now)
    return mark_safe(conditional_escape(html))


def dialled(phone: str) -> str:
    """A number as a tel: address has it."""
    return re.sub(r"[^\d+]", "", phone)


def contact_html(contact: ContactPoint, book: ReferenceBook, *, public: bool) -> SafeString:
    hidden = public and contact.audience == ContactPoint.Audience.INTERNAL
    name: str = contact.name
    if contact.url and not hidden:
        name = format_html('<a href="{}">{}</a>', contact.url, contact.name)
    phone = "" if hidden else contact.phone_on(book.day)
    if phone:
        shown = phone.replace(" ", "\N{NO-BREAK SPACE}")
        return format_html(
            '{} (<a class="nowrap" href="tel:{}">{}</a>)', name, dialled(phone), shown
        )
    return mark_safe(conditional_escape(name))


def plain_text(text: str, book: ReferenceBook) -> str:
    """`text` with names in the place of tokens, and never a number: what is stored elsewhere
    must not outlive a contact's verification."""

    def replace(match: re.Match[str]) -> str:
        kind, code, is_municipality, _is_mark = match.groups()
        if is_municipality:
            return book.municipality
        if kind == "lag" and (law := book.laws.get(code)):
            return book.in_force(law).title
        if kind == "kontakt" and (contact := book.contacts.get(code)):
            return contact.name
        return ""

    return TOKEN.sub(replace, text)


def resolve(html: SafeString, book: ReferenceBook, *, public: bool | None = None) -> SafeString:
    """`html` with every token replaced. An unknown code shows the mark "being checked". Internal
    contacts show their name alone to a `public` reader; None asks who reads this request."""
    if public is None:
        public = read_by_public()

    def replace(match: re.Match[str]) -> str:
        kind, code, is_municipality, _is_mark = match.groups()
        if is_municipality:
            return conditional_escape(book.municipality)
        if kind == "lag" and (law := book.laws.get(code)):
            open_mark = book.in_force(law).certainty == Certainty.OPEN
            followed = html[match.end() :].lstrip().startswith("[[kontrolleras]]")
            shown = law_html(law, book)
            return f"{shown} {check_mark()}" if open_mark and not followed else shown
        if kind == "kontakt" and (contact := book.contacts.get(code)):
            return contact_html(contact, book, public=public)
        return check_mark()

    return mark_safe(TOKEN.sub(replace, html))


# One book per request: `opened` says that a request is being answered in this thread, so that
# a render outside a request never sees yesterday's book.
_request = Local()


def open_request(**_kwargs: object) -> None:
    _request.opened, _request.book, _request.reader = True, None, None


def close_request(**_kwargs: object) -> None:
    _request.opened, _request.book, _request.reader = False, None, None


def read_for(request: HttpRequest) -> None:
    """Says who reads what is rendered from now on in this request."""
    if getattr(_request, "opened", False):
        _request.reader = request


def read_by_public() -> bool:
    """Whether the reader is not signed in. Outside a request (mail, a frozen version) the text
    is for those who are."""
    request: HttpRequest | None = getattr(_request, "reader", None)
    return request is not None and not request.user.is_authenticated


def current_book() -> ReferenceBook:
    """Today's book, looked up once per request."""
    if not getattr(_request, "opened", False):
        return ReferenceBook.load(today())
    if _request.book is None:
        # The settings are read once per request, by whoever comes first.
        settings = SiteSettings.load(request_or_site=_request.reader)
        _request.book = _latest_edition(today(), settings.municipality_name)
    return _request.book


_Written = tuple[date, str, list[tuple[object, ...]]]
_latest: tuple[_Written, ReferenceBook] | None = None


def _latest_edition(day: date, municipality: str) -> ReferenceBook:
    """The book of the request before, where every row is still the same, however it was changed
    and by whichever process; else a new one. Comparing rows as the database gives them costs a
    tenth of making a book of them, and what was rendered from an edition may be kept."""
    global _latest
    written = (day, municipality, _rows())
    latest = _latest
    if latest is None or latest[0] != written:
        latest = (written, ReferenceBook.load(day, municipality))
        _latest = latest
    return latest[1]


def _rows() -> list[tuple[object, ...]]:
    """Every law and contact as it lies in the database. Two queries."""
    rows = []
    with connection.cursor() as cursor:
        for model in (LegalReference, ContactPoint):
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows += cursor.fetchall()
    return rows
