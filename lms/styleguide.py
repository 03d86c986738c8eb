"""Every component alone, with examples: /stilguide/. For those who build and edit the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.safestring import SafeString

from competence.engine.timeline import Renewal, Timeline
from competence.figures.drawing import drawing_of
from lms.content.charts import (
    Amount,
    Bars,
    HeatCell,
    HeatColumn,
    Series,
    bar_chart,
    heat_chart,
    line_chart,
    sparkline,
)
from lms.lib.forms import Form

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
DAY = date(2027, 9, 16)
EXAMPLE_LINE = Timeline(
    day=DAY,
    member_since=date(2025, 8, 1),
    achieved=date(2025, 10, 12),
    valid_until=date(2027, 10, 11),
    opens=date(2027, 7, 13),
    due=date(2027, 10, 11),
    today=Renewal(DAY, date(2029, 10, 11), joined=True),
    when_it_opens=None,
    leaves=((date(2026, 6, 1), date(2026, 12, 31)),),
    window_days=90,
    grace_days=90,
    renewal_months=24,
)


class ExampleForm(Form):
    """A field of each kind, in Swedish since the guide's examples are."""

    course = forms.CharField(label="Kursens namn", help_text="Som det står på intyget.")
    finished = forms.DateField(
        label="När blev du klar?",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Ange den dag som står på intyget."},
    )
    hours = forms.IntegerField(label="Timmar", required=False)
    area = forms.ChoiceField(
        label="Kompetensområde",
        choices=[("", "Välj"), ("oro", "Orosanmälan och sekretess"), ("tt", "Tidiga tecken")],
    )
    level = forms.ChoiceField(
        label="Nivå",
        choices=[("1", "Grund"), ("2", "Fördjupning")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label="Vad lärde du dig?", widget=forms.Textarea, required=False)
    file = forms.FileField(label="Intyget", required=False, help_text="PDF, högst 10 MB.")
    kept = forms.BooleanField(label="Jag har med mig intyget i original")


class FilterForm(Form):
    unit = forms.ChoiceField(label="Förvaltning", choices=[("1", "Barn och utbildning")])
    area = forms.ChoiceField(label="Kompetensområde", choices=[("", "Alla områden")])
    on = forms.DateField(label="Dag", initial=DAY, widget=forms.DateInput(attrs={"type": "date"}))


@dataclass(frozen=True, slots=True)
class Example:
    """One way to use a component; `frame` puts a table cell where a table cell belongs."""

    context: Mapping[str, Any]
    note: str = ""
    frame: str = "{}"


ROW = "<table class='table heat'><tbody><tr>{}</tr></tbody></table>"
HEAD = "<table class='table'><thead><tr>{}</tr></thead></table>"


def _unsaved() -> ExampleForm:
    form = ExampleForm(data={"course": "Barn som far illa", "area": "", "level": "1"})
    form.is_valid()
    return form


def _statuses(template_adds: Mapping[str, Any] | None = None) -> list[Example]:
    days = {
        "expiring": date(2027, 12, 8),
        "pending": date(2027, 9, 30),
        "expired": date(2027, 8, 12),
        "overdue": date(2027, 8, 31),
        "exempt": date(2027, 12, 31),
    }
    codes = ("met", "expiring", "pending", "expired", "overdue", "exempt", "paused", "none")
    return [
        Example({"status": code, "on": days.get(code), "as_of": DAY, **(template_adds or {})})
        for code in codes
    ]


def examples(request: HttpRequest) -> dict[str, list[Example]]:
    """Component name → how it is used. A test finds the component that is missing here."""
    coverage = {"label": "Centrum", "threshold": 5}
    chart = line_chart(
        summary="Täckningsgraden har ökat från 41 till 77 procent på två år, målet är 80. "
        "Orosanmälan har ökat från 22 till 67 procent.",
        unit="Procent",
        labels=["sept. 25", "dec. 25", "mars 26", "juni 26", "sept. 26", "dec. 26"]
        + ["mars 27", "juni 27", "sept. 27"],
        series=[
            Series("Alla krav", (41, 47, 52, 58, 61, 66, 70, 74, 77)),
            Series("Orosanmälan", (22, 30, 41, None, 50, 59, 63, 66, 67)),
        ],
        target=80,
        target_label="Målet, 80 procent",
    )
    bars = bar_chart(
        summary="Tjugoåtta förfrågningar under tredje kvartalet, de flesta från skolor.",
        unit="Förfrågningar",
        categories=["Kvartal 1", "Kvartal 2", "Kvartal 3"],
        series=[
            Bars("Verksamheter", (Amount(9, "9"), Amount(14, "14"), Amount(20, "20"))),
            Bars("Föreningar", (Amount(6, "6"), Amount(None, "färre än 5"), Amount(8, "8"))),
        ],
    )
    stack = bar_chart(
        summary="Av 44 har 28 giltigt, 9 går det ut för och 7 saknar.",
        unit="Personer",
        categories=["Barn och utbildning", "Social omsorg"],
        series=[
            Bars("Giltigt", (Amount(28, "28"), Amount(19, "19"))),
            Bars("Går ut inom 90 dagar", (Amount(9, "9"), Amount(12, "12"))),
            Bars("Saknas", (Amount(7, "7"), Amount(5, "5"))),
        ],
        stacked=True,
        totals=["44 personer", "36 personer"],
    )
    heat = heat_chart(
        summary="Lägst täckning har Skola i Samtal, 41 procent.",
        corner="Nyckelgrupp",
        columns=[
            HeatColumn("OM3", "Tidiga tecken"),
            HeatColumn("OM4", "Orosanmälan"),
            HeatColumn("OM5", "Samtal"),
        ],
        rows=[
            (
                "Skola",
                [
                    HeatCell("62", "62 procent", 2),
                    HeatCell("86", "86 procent", 4),
                    HeatCell("41", "41 procent", 1),
                ],
            ),
            (
                "Fritid",
                [
                    HeatCell("94", "94 procent", 5),
                    HeatCell("<5", "färre än 5", hidden=True),
                    HeatCell("–", "inget krav"),
                ],
            ),
        ],
    )
    return {
        "status": _statuses(),
        "status_cell": _statuses(),
        "status_legend": [Example({"statuses": ["met", "expiring", "pending", "overdue"]})],
        "progress": [
            Example(
                {"value": 3, "max": 7, "label": "3 av 7 lektioner klara",
                 "rest": "ungefär 25 minuter kvar"}
            )
        ],
        "notice": [
            Example({"tone": "met", "role": "status", "title": "Du är bokad 5 oktober.",
                     "text": "Kallelsen finns i din e-post och på Min sida."}),
            Example({"tone": "expiring", "title": "Du är utan nät.",
                     "text": "Det du skriver sparas i webbläsaren och skickas när nätet är "
                             "tillbaka."}),
            Example({"tone": "gap", "title": "Bokningen gick inte igenom.",
                     "text": "Sista platsen togs 10.41. Inget har sparats.",
                     "url": "#", "link_text": "Ställ dig på reservplats"}),
            Example({"tone": "paused", "title": "Du kan inte se den här planen än.",
                     "text": "Den blir öppen när den är beslutad."}),
            Example({"tone": "info", "text": "Versionen är låst medan den är på remiss."}),
        ],
        "empty": [
            Example({"title": "Inga bokade kurser",
                     "text": "När du eller din chef bokar en plats står tid och lokal här.",
                     "url": "#", "link_text": "Se kurser med lediga platser"})
        ],
        "contributes": [
            Example({"contributions": [
                {"code": "S14", "title": "Utbildningar för första linjens personal", "url": "#"},
            ]})
        ],
        "breadcrumbs": [Example({"crumbs": [("Arenan", "#"), ("Rutiner", "#")]})],
        "page_head": [
            Example({"kicker": "Förskolan Vitsippan · 24 medarbetare · 16 september 2027",
                     "title": "Tre i teamet behöver din hjälp.",
                     "lead": "Två är påminda, en är inte nådd."})
        ],
        "section_head": [
            Example({"id": "stil-rubrik", "title": "Behöver dig", "url": "#",
                     "link_text": "Allt som väntar (4)"})
        ],
        "pagination": [
            Example({"page": Paginator(range(240), 24).page(4), "request": request})
        ],
        "choice": [
            Example({"type": "radio", "name": "s", "value": "a", "id": "stil-a",
                     "label": "Väntar till utvecklingssamtalet och tar upp det då"}),
            Example({"type": "radio", "name": "s", "value": "b", "id": "stil-b", "checked": True,
                     "tone": "met", "label": "Lyssnar, frågar lugnt och pratar med min chef i dag",
                     "reply": "Ett bra första steg. Du får veta mer utan att förhöra."}),
        ],
        "field": [Example({"field": _unsaved()["course"]}), Example({"field": _unsaved()["area"]})],
        "form": [Example({"form": _unsaved()})],
        "error_summary": [Example({"form": _unsaved()})],
        "filter_bar": [Example({"form": FilterForm(auto_id="filter_%s"), "request": request})],
        "numbers": [
            Example({"numbers": [
                {"figure": 3, "label": "saknar något eller har något som gått ut", "url": "#",
                 "note": "Två är påminda, en är inte nådd", "tone": "gap"},
                {"figure": 5, "label": "har något som går ut inom 90 dagar", "url": "#",
                 "note": "Senast 15 december", "tone": "expiring"},
                {"figure": 86, "unit": "%", "label": "täckningsgrad, 18 av 21", "tone": "met",
                 "note": "Utanför räkningen: 2 i introduktion, 1 pausad"},
            ]})
        ],
        "tabs": [
            Example({"label": "Visa", "tabs": [
                {"label": "Alla", "count": 24, "url": "#", "current": True},
                {"label": "Saknas eller gått ut", "count": 3, "url": "#"},
                {"label": "I introduktion", "count": 2, "url": "#"},
            ]})
        ],
        "sort_header": [
            Example({"label": "Namn", "key": "namn", "current": "namn", "request": request},
                    frame=HEAD),
            Example({"label": "Täckning", "key": "tackning", "current": "namn",
                     "request": request, "numeric": True}, frame=HEAD),
        ],
        "bulk_bar": [
            Example(
                {"actions": [
                    {"label": "Boka plats", "name": "gor", "value": "boka"},
                    {"label": "Påminn", "name": "gor", "value": "paminn", "style": "second"},
                ]},
                frame="<form><label class='choice'><input type='checkbox' data-bulk-item checked>"
                "<span>Johan Berglund</span></label>{}</form>",
            )
        ],
        "confirm": [
            Example(
                {"id": "stil-fraga", "title": "Ta bort undantaget för Olof Nyström?",
                 "text": "Kravet gäller igen från i dag. Det syns i loggen att du tog bort det.",
                 "action": "#", "button": "Ta bort undantaget", "danger": True},
                frame="<p><a class='button button-second' href='#stil-fraga' "
                "data-dialog='stil-fraga'>Ta bort undantaget</a></p>{}",
            )
        ],
        "why": [
            Example({"question": "Varför ska jag göra den?",
                     "text": "Du behöver Grund i Orosanmälan och sekretess senast 30 september "
                             "2027, eftersom du är förskollärare på Förskolan Vitsippan."})
        ],
        "timeline": [
            Example({"day": DAY, "drawing": drawing_of(EXAMPLE_LINE)})
        ],
        "chart_line": [Example({"chart": chart, "id": "stil-diagram"})],
        "chart_line_drawing": [
            Example({"drawing": chart.narrow},
                    frame="<svg class='chart' viewBox='0 0 360 340' role='img' "
                    "aria-label='En teckning ur diagrammet'>{}</svg>")
        ],
        "chart_bar": [
            Example({"chart": bars, "id": "stil-staplar"}, note="Sida vid sida"),
            Example({"chart": stack, "id": "stil-staplat"}, note="Staplade"),
        ],
        "chart_heat": [Example({"chart": heat, "id": "stil-varmekarta"})],
        "chart_picture": [
            Example({"picture": bars.narrow},
                    frame="<svg class='chart' viewBox='0 0 360 240' role='img' "
                    "aria-label='En teckning ur diagrammet'>{}</svg>")
        ],
        "spark": [Example({"spark": sparkline(
            summary="Täckning: sept. 25 41 %, mars 26 58 %, sept. 26 77 %",
            places=[0, 0.5, 1],
            values=(41, 58, 77),
        )})],
        "coverage_cell": [
            Example({**coverage, "value": 47, "met": 17, "counted": 36}, frame=ROW),
            Example({**coverage, "value": 86, "met": 38, "counted": 44, "url": "#"}, frame=ROW),
            Example({**coverage, "value": None}, frame=ROW),
            Example({**coverage, "hidden": "small"}, frame=ROW),
            Example({**coverage, "hidden": "neighbour"}, frame=ROW),
        ],
        "coverage_legend": [Example({"target": 80})],
        "facts": [Example({"facts": [("Ansvarig", "Socialförvaltningen"),
                                     ("Granskad", "2 september 2027")], "row": True})],
        "path": [
            Example({"label": "Var planen är i processen", "steps": [
                {"name": "Utkast", "note": "Klart 30 augusti", "state": "done"},
                {"name": "Remiss", "note": "Pågår till 15 oktober", "state": "now"},
                {"name": "Beslutad", "note": "Kommunstyrelsen 16 november", "state": "later"},
            ]})
        ],
        "date_block": [Example({"on": date(2027, 10, 5)}), Example({"on": date(2027, 9, 28)})],
        "avatar": [Example({"who": "Sara Lindqvist"})],
        "stop_notice": [Example({"id": "stil-stopp"})],
        "loading": [Example({}), Example({"text": "Räknar täckningsgraden …"})],
    }  # fmt: skip


def _drawn(name: str, made: list[Example], request: HttpRequest) -> list[SafeString]:
    return [
        SafeString(one.frame.format(render_to_string(f"components/{name}.html", dict(one.context))))
        for one in made
    ]


def _intent(name: str) -> str:
    """The component's header comment: what it is and what it takes."""
    text = (COMPONENTS / f"{name}.html").read_text()
    return text.partition("{#")[2].partition("#}")[0].strip()


def overview(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Så ser ett besked ut efter att något har sparats.")
    parts = [
        {"name": name, "intent": _intent(name), "examples": _drawn(name, made, request)}
        for name, made in examples(request).items()
    ]
    return render(request, "styleguide/overview.html", {"parts": parts})


def component(request: HttpRequest, name: str) -> HttpResponse:
    made = examples(request).get(name)
    if made is None:
        raise Http404
    return render(
        request,
        "styleguide/component.html",
        {"name": name, "intent": _intent(name), "examples": _drawn(name, made, request)},
    )


app_name = "styleguide"
urlpatterns = [
    path("", overview, name="overview"),
    path("<slug:name>/", component, name="component"),
]
