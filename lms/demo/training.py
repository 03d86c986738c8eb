"""The demo's training plan: activities with partners, of this year as they came out and of the
three years to come as examples, and the standing programme of the support function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from competence.models import (
    ActivityExpense,
    ActivityStep,
    KeyGroup,
    PartnerStep,
    PlanActivity,
    ProgrammeTurn,
    TrainingPlanVersion,
)
from competence.services.activities import PartnerPart, create_activity, set_partners
from competence.services.activity_facts import (
    note_expense,
    note_partner_step,
    note_step,
    report_outcome,
)
from competence.services.programme import (
    add_member,
    add_topic,
    create_programme,
    mark_held,
    plan_year,
)
from competence.services.training_plan import adopt_training_plan, create_training_draft
from courses.models import CoursePage
from lms.demo.accounts import ADMIN
from lms.demo.clock import DemoClock
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import PartnerOrganisation, Unit, User
from lms.people.services.partners import add_organisation

_DECIDED, _FROM, _ASKED, _REPORTED = 85, 78, 60, 20
EXAMPLE = "exempel"
# Code, name, kind, function: in the directory only.
_DIRECTORY = (
    ("LPO", "Polisen, lokalpolisområdet", "polis", "Kommunpolis"),
    ("LST", "Länsstyrelsen", "myndighet", "Samordnaren mot våldsbejakande extremism"),
    ("CVE", "Center mot våldsbejakande extremism", "myndighet", "Stödteamet"),
    ("SKR", "Sveriges Kommuner och Regioner", "organisation", "Handläggare för trygghet"),
    ("SEG", "Segerstedtinstitutet", "lärosäte", "Utbildningssamordnaren"),
    ("UTV", "Extern utvärderare", "företag", "Uppdragsledaren"),
)
_FIRST_LINE = tuple(f"G{number:02}" for number in range(1, 14))
_MEETS_CHILDREN = tuple(f"G{number:02}" for number in range(1, 12))


@dataclass(frozen=True)
class _Example:
    """A row of the plan: the years are counted from the one that comes. `partners`: code, role,
    seats, part of the cost, answers."""

    title: str
    kind: str
    first: tuple[int, int]  # years ahead, month
    last: tuple[int, int]
    groups: tuple[str, ...]
    levels: tuple[int, ...]
    areas: tuple[str, ...]
    volume: tuple[int | None, int | None, int | None]
    form: str
    responsible: str
    unit: str
    measures: tuple[str, ...]
    kronor: tuple[int, int, int] = (0, 0, 0)
    partners: tuple[tuple[str, str, int | None, int | None, tuple[str, ...]], ...] = ()
    split: str = "alone"
    own_percent: int | None = None
    hours: str | None = None
    course: str = ""


_PLAN = (
    _Example(
        "Fördjupning i tidiga tecken, första omgången", "in_depth", (-1, 9), (-1, 10),
        ("G03", "G06", "G08"), (2,), ("OM3",), (2, 24, None), "Halvdag på plats",
        "samordnare", "KLK-TS", ("S15",), (0, 12000, 6000),
        (("CVE", "Föreläsare", None, None, ("asked", "confirmed", "done")),),
    ),
    _Example(
        "Övning med mottagningen: oro i flera led", "exercise", (-1, 11), (-1, 11),
        ("G08", "G09"), (3,), ("OM6",), (1, 20, None), "Halvdag på plats",
        "socialförvaltningens förebyggandeteam", "SOF", ("S15",), (0, 8000, 0),
    ),
    _Example(
        "Introduktion för nya förtroendevalda", "introduction", (0, 1), (0, 3),
        ("G17",), (1, 2), ("OM1", "OM7"), (4, 40, 160), "Två timmar på plats och på webben",
        "kommunledningskontoret", "KLK", ("S15",), (0, 15000, 0),
        (
            ("LPO", "Föreläser om hot och hat", None, None, ("asked", "confirmed")),
            ("SKR", "Material", None, None, ("asked", "intends")),
        ),
        hours="0",
    ),
    _Example(
        "Grundkurs i att förebygga våldsbejakande extremism", "basic", (0, 1), (0, 12),
        _FIRST_LINE, (1,), ("OM1", "OM2", "OM3", "OM5"), (None, None, 1800),
        "På webben, med samtal på APT", "förvaltningarna", "KLK-TS", ("S14",),
        hours="1.25", course="K1",
    ),
    _Example(
        "Orosanmälan och sekretess", "basic", (0, 1), (0, 12),
        _MEETS_CHILDREN, (1, 2), ("OM4",), (None, None, 1800), "På webben, med dialog",
        "socialförvaltningen", "SOF", ("S14", "S35"),
        partners=(("GYF", "Egna lärare går kursen", 5, None, ("asked", "confirmed")),),
        hours="1", course="K3",
    ),
    _Example(
        "Rutin- och kursdag om bidrag och lokaler", "in_depth", (0, 8), (0, 9),
        ("G14", "G21"), (3,), ("OM8",), (1, 25, None), "En dag på plats",
        "kultur- och fritidsförvaltningen och kommunjurist", "KFF", ("S9", "S10"),
        (0, 16000, 4000),
        (
            ("SKR", "Jurist medverkar", None, None, ("asked",)),
            ("GYF", "Granne med egna lokaler", 4, 4000, ("asked", "intends")),
        ),
        split="kronor",
    ),
    _Example(
        "Fördjupning i tecken och helhetsbedömning", "in_depth", (0, 2), (1, 11),
        ("G03", "G06", "G08", "G10"), (2,), ("OM3", "OM9"), (8, 24, None),
        "Halvdag på plats och på webben", "samordnare", "KLK-TS", ("S15",), (0, 28000, 12000),
        (
            ("CVE", "Stödteamet håller passen", None, None, ("asked", "intends", "confirmed")),
            ("LST", "Regional samordning", None, 20, ("asked", "intends")),
            ("GYF", "Elevhälsan deltar", 24, 20, ("asked", "confirmed")),
        ),
        split="percent", own_percent=60,
    ),
    _Example(
        "Samtal och bemötande", "in_depth", (0, 3), (1, 10),
        ("G03", "G06", "G08", "G09"), (2, 3), ("OM5",), (6, 20, None),
        "En dag på plats och handledning", "socialförvaltningen", "SOF", ("S15",),
        (60000, 20000, 10000),
        (("SEG", "Handledare", None, None, ("asked", "intends", "declined")),),
    ),
    _Example(
        "Gemensam utbildning för SSPF och SIG", "in_depth", (1, 2), (1, 4),
        ("G19",), (3,), ("OM6",), (2, 30, None), "En dag på plats", "socialförvaltningen", "SOF",
        ("S15", "S34"), (0, 20000, 5000),
        (("LPO", "Medarrangör", 10, None, ("asked", "confirmed")),),
    ),
    _Example(
        "Pilot: ledarutbildning i ett våldspreventivt program", "pilot", (1, 1), (1, 12),
        ("G02", "G06"), (2,), ("OM11",), (2, 10, None), "Två dagar på plats",
        "barn- och ungdomsförvaltningen", "BUF", ("S11",), (60000, 0, 0),
    ),
    _Example(
        "Länsövning: hot mot en förtroendevald", "exercise", (1, 9), (1, 10),
        ("G16", "G17", "G18"), (2, 3), ("OM7",), (1, 40, None), "Diskussion, en halvdag",
        "säkerhetssamordnare", "KLK-TS", ("S15",), (0, 10000, 5000),
        (
            ("LPO", "Medarrangör", None, None, ("asked",)),
            ("LST", "Leder övningen", None, 50, ("asked", "intends")),
        ),
        split="percent", own_percent=50,
    ),
    _Example(
        "Förnyelseomgång, utvärdering och ny behovsanalys", "renewal", (2, 1), (2, 12),
        _FIRST_LINE, (1, 2), ("OM1", "OM4"), (None, None, None), "På webben", "samordnare",
        "KLK-TS", ("S12", "S13"), (80000, 0, 0),
        (("UTV", "Utvärderar", None, None, ()),),
    ),
)  # fmt: skip

_TOPICS = (
    ("De tre miljöerna: läget nu", "OM2"),
    ("Digitala miljöer", "OM9"),
    ("Samtal i svåra lägen", "OM5"),
    ("Utträde och stöd till anhöriga", "OM10"),
    ("Hot mot förtroendevalda och tjänstepersoner", "OM7"),
    ("Samverkan i EST, SSPF och SIG", "OM6"),
)
# Function, how many, organisation.
_FUNCTIONS = (
    ("brottsförebyggande strateg", 1, ""),
    ("säkerhetssamordnare", 2, ""),
    ("socialförvaltningens förebyggandeteam", 6, ""),
    ("kommunpolis", 2, "LPO"),
)


def make_training_plan(today: date, clock: DemoClock) -> None:
    """The plan as it was decided this autumn, and what has come of it since."""
    decided = today - timedelta(days=_DECIDED)
    clock.set(decided, 9)
    admin = User.objects.get(email=ADMIN)
    for code, name, kind, function in _DIRECTORY:
        add_organisation(
            code=code,
            name=name,
            kind=kind,
            contact_function=function,
            takes_guests=False,
            starts_on=decided,
            by=admin,
        )
    version = create_training_draft(note="Tio aktiviteter är exempel.", by=admin)
    rows = [_add(example, version, today.year + 1, admin) for example in _PLAN]
    adopt_training_plan(
        version=version,
        in_force_from=today - timedelta(days=_FROM),
        adopted_on=decided,
        adopted_by="Kommunstyrelsen",
        by=admin,
    )
    _answers(rows, today, clock, admin)
    _outcomes(rows, today, clock, admin)
    _programme(today, clock, admin)


def _add(example: _Example, version: TrainingPlanVersion, year: int, admin: User) -> PlanActivity:
    last = date(year + example.last[0], example.last[1], 28)
    sessions, seats, people = example.volume
    external, trainer, venue = example.kronor
    planned = create_activity(
        version=version,
        title=example.title,
        kind=example.kind,
        starts_on=date(year + example.first[0], example.first[1], 1),
        ends_on=last,
        key_groups=KeyGroup.objects.filter(code__in=example.groups),
        levels=TrainingLevel.objects.filter(number__in=example.levels),
        areas=CompetenceArea.objects.filter(code__in=example.areas),
        measures=example.measures,
        sessions=sessions,
        seats=seats,
        people=people,
        form=example.form,
        responsible=example.responsible,
        responsible_unit=Unit.objects.get(code=example.unit),
        course=CoursePage.objects.filter(code=example.course).first() if example.course else None,
        cost_external=external,
        cost_trainer=trainer,
        cost_venue=venue,
        hours=Decimal(example.hours) if example.hours is not None else None,
        note=EXAMPLE,
        by=admin,
    )
    organisations = PartnerOrganisation.objects.in_bulk(
        [code for code, *_rest in example.partners], field_name="code"
    )
    set_partners(
        planned=planned,
        split=example.split,
        own_percent=example.own_percent,
        parts=[
            PartnerPart(organisations[code], role, seats, share)
            for code, role, seats, share, _answers in example.partners
        ],
        by=admin,
    )
    return planned


def _answers(rows: list[PlanActivity], today: date, clock: DemoClock, admin: User) -> None:
    """What the partners have answered since the decision, a week between the answers."""
    for example, planned in zip(_PLAN, rows, strict=True):
        for code, _role, _seats, _share, answers in example.partners:
            organisation = PartnerOrganisation.objects.get(code=code)
            for place, step in enumerate(answers):
                day = today - timedelta(days=_ASKED - 7 * place)
                clock.set(day, 10)
                note_partner_step(
                    activity=planned.activity,
                    organisation=organisation,
                    step=PartnerStep.Step(step),
                    on=day,
                    day=day,
                    by=admin,
                )


def _outcomes(rows: list[PlanActivity], today: date, clock: DemoClock, admin: User) -> None:
    """This year's: the first round was held, the exercise was cancelled."""
    day = today - timedelta(days=_REPORTED)
    clock.set(day, 11)
    held, cancelled = rows[0].activity, rows[1].activity
    note_step(activity=held, step=ActivityStep.Step.DONE, on=day, day=day, by=admin)
    report_outcome(
        activity=held,
        on=day,
        sessions=2,
        people=41,
        result="Deltagarna vill ha mer om digitala miljöer.",
        day=day,
        by=admin,
    )
    kinds = ActivityExpense.Kind
    for kind, kronor, hours in (
        (kinds.TRAINER, 10500, 0),
        (kinds.VENUE, 7200, 0),
        (kinds.STAFF, 0, 164),
        (kinds.COVER, 12600, 42),
    ):
        note_expense(
            activity=held, kind=kind, kronor=kronor, hours=hours, on=day, day=day, by=admin
        )
    note_step(
        activity=cancelled,
        step=ActivityStep.Step.CANCELLED,
        reason="Mottagningen bytte lokaler samma vecka. Hålls nästa år.",
        on=day,
        day=day,
        by=admin,
    )


def _programme(today: date, clock: DemoClock, admin: User) -> None:
    """The support function's own, this year and the next: what is over has been held but once."""
    first = date(today.year, 1, 1)
    clock.set(first, 9)
    programme = create_programme(
        key_group=KeyGroup.objects.get(code="G18"), name="Stödfunktionens fortbildning", by=admin
    )
    for title, area in _TOPICS:
        add_topic(
            programme=programme,
            title=title,
            area=CompetenceArea.objects.get(code=area),
            starts_on=first,
            by=admin,
        )
    for function, headcount, code in _FUNCTIONS:
        add_member(
            programme=programme,
            function=function,
            headcount=headcount,
            organisation=PartnerOrganisation.objects.get(code=code) if code else None,
            starts_on=first,
            by=admin,
        )
    for year in (today.year, today.year + 1):
        plan_year(programme=programme, year=year, day=first, by=admin)
    turns = ProgrammeTurn.objects.filter(member__programme=programme, year=today.year)
    for place, turn in enumerate(turns):
        day = date(turn.year, 3 * turn.quarter - 1, 12)
        if day < today and place != 1:
            clock.set(day, 15)
            mark_held(turn=turn, on=day, day=day, by=admin)
