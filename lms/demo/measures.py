"""The demo's measure register: how each obligation stands, said year by year, and some evidence."""

from __future__ import annotations

from datetime import date, timedelta

from competence.models import Passage, PassageLink
from competence.services.measures import end_passage_link, join_to_passage, set_obligation_status
from competence.services.starter import load_governing_document
from lms.people.models import User

# Passage, days before today, status, comment.
_STATUSES = (
    ("S4", 700, "done", "Samordning ingår i en tjänst på kommunledningskontoret."),
    ("S9", 690, "not_started", ""),
    ("S9", 200, "ongoing", "Villkor för bidrag är beslutade. Rutinen för prövning återstår."),
    ("S10", 690, "not_started", ""),
    ("S11", 400, "dormant", "Väntar på medel till ledarutbildningen."),
    ("S12", 690, "ongoing", "Behoven har gåtts igenom med varje förvaltning."),
    ("S13", 640, "done", "Kompetensplanen är beslutad."),
    ("S14", 600, "ongoing", "Grundkursen och kursen om orosanmälan ges löpande."),
    ("S15", 300, "ongoing", "Länsstyrelsen och polisen är tillfrågade."),
    ("S16", 500, "ongoing", ""),
    ("S17", 620, "done", "Arenan är öppen för alla medarbetare."),
    ("S18", 600, "ongoing", ""),
    ("S19", 420, "ongoing", "Rådet informeras två gånger om året."),
    ("S20", 650, "done", "Stödfunktionen är inrättad."),
    ("S21", 180, "ongoing", ""),
    ("S23", 560, "ongoing", ""),
    ("S26", 480, "ongoing", ""),
    ("S27", 300, "not_started", ""),
    ("S28", 610, "done", "Sidan för den som är orolig är publicerad."),
    ("S31", 150, "ongoing", "Kursen om lägesbilden är publicerad."),
    ("S34", 430, "ongoing", "Ny struktur prövas på två skolor."),
    ("S35", 590, "done", ""),
    ("S36", 350, "ongoing", "Rutinen finns. Alla verksamheter har inte gått igenom den."),
    ("S37", 590, "done", ""),
)
# Passage, days before today, kind, what, what it shows.
_EVIDENCE = (
    ("S9", 200, "course", "K6", "Kursen om bidrag och lokaler"),
    ("S14", 580, "course", "K1", "Grundkursen är publicerad"),
    ("S14", 570, "course", "K3", "Kursen om orosanmälan är publicerad"),
    ("S17", 620, "page", "arenan", "Arenan"),
    ("S20", 640, "page", "arenan/stodfunktionen", "Sidan om stödfunktionen"),
    ("S28", 610, "page", "orolig-for-nagon", "Den öppna sidan"),
    ("S35", 590, "course", "K3", "Kursen om orosanmälan"),
    ("S37", 590, "page", "anmal-oro-for-ett-barn", "Den öppna sidan"),
)


def fill_register(today: date, *, by: User | None) -> None:
    """The document read in, and what has been said of it since."""
    load_governing_document(on=today - timedelta(days=720), by=by)
    passages = {each.code: each for each in Passage.objects.all()}
    for code, days, status, comment in _STATUSES:
        set_obligation_status(
            passage=passages[code],
            status=status,
            on=today - timedelta(days=days),
            comment=comment,
            today=today,
            by=by,
        )
    for code, days, kind, key, title in _EVIDENCE:
        join_to_passage(
            passage=passages[code],
            role=PassageLink.Role.EVIDENCE,
            kind=kind,
            key=key,
            title=title,
            on=today - timedelta(days=days),
            by=by,
        )
    replaced = join_to_passage(
        passage=passages["S19"],
        role=PassageLink.Role.EVIDENCE,
        kind=PassageLink.Kind.ADDRESS,
        url="https://example.se/diariet/bra-underlag",
        title="Underlag till rådet",
        on=today - timedelta(days=400),
        by=by,
    )
    end_passage_link(
        link=replaced, on=today - timedelta(days=60), reason="Ersatt av ett nyare underlag", by=by
    )
