"""The demo's organisation: units, posts and who held them, as HR would export them on a day.

Pure and deterministic: the same number of people and the same last day give the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.demo.names import FAMILY, GIVEN

JOBS = {
    "FSK": "Förskollärare",
    "BSK": "Barnskötare",
    "LFH": "Lärare i fritidshem",
    "LGR": "Lärare grundskola",
    "LAS": "Lärarassistent",
    "ELC": "Elevcoach",
    "MOD": "Modersmålslärare",
    "REK": "Rektor",
    "BRE": "Biträdande rektor",
    "SKU": "Skolkurator",
    "SSK": "Skolsköterska",
    "PSY": "Skolpsykolog",
    "SPE": "Specialpedagog",
    "VUX": "Lärare vuxenutbildning",
    "SYV": "Studie- och yrkesvägledare",
    "FRI": "Fritidsledare",
    "FAL": "Fältarbetare",
    "AKT": "Aktivitetsledare",
    "BIB": "Bibliotekarie",
    "KPE": "Kulturpedagog",
    "FOK": "Föreningskonsulent",
    "BID": "Bidragshandläggare",
    "LOK": "Lokalbokare",
    "SOC": "Socialsekreterare",
    "SO1": "Förste socialsekreterare",
    "BEH": "Behandlare",
    "SOP": "Socialpedagog",
    "HEK": "Handläggare ekonomiskt bistånd",
    "COA": "Arbetsmarknadscoach",
    "USK": "Undersköterska",
    "STA": "Stödassistent",
    "BOS": "Boendestödjare",
    "TRV": "Trygghetsvärd",
    "ORD": "Kommunal ordningsvakt",
    "KOV": "Kommunvägledare",
    "REC": "Receptionist",
    "JUR": "Jurist",
    "HRK": "HR-konsult",
    "REG": "Registrator",
    "KOM": "Kommunikatör",
    "STR": "Brottsförebyggande strateg",
    "SAK": "Säkerhetssamordnare",
    "ECH": "Enhetschef",
    "VCH": "Verksamhetschef",
    "FCH": "Förvaltningschef",
    "FTV": "Förtroendevald",
    "MAL": "Måltidsbiträde",
    "PLA": "Planarkitekt",
}


@dataclass(frozen=True)
class UnitRow:
    code: str
    name: str
    parent_code: str
    kind: str


@dataclass(frozen=True)
class Post:
    """One person's period in one post, as it really was. `ends_on` None: still there."""

    person_id: str
    given_name: str
    family_name: str
    email: str
    unit_code: str
    job_code: str
    is_manager: bool
    starts_on: date
    ends_on: date | None
    form: str


@dataclass(frozen=True)
class Absence:
    person_id: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class World:
    """Two years of an organisation. `cast` gives the demo accounts' person ids by login."""

    units: tuple[UnitRow, ...]
    posts: tuple[Post, ...]
    absences: tuple[Absence, ...]
    cast: dict[str, str]


@dataclass(frozen=True)
class _Operation:
    code: str
    name: str
    units: tuple[str, ...]
    staff: dict[str, int]  # job code → relative number in a unit
    manager: str = "ECH"
    kind: str = "enhet"
    weight: float = 1.0  # size of a unit against the others


def _names(pattern: str, words: str) -> tuple[str, ...]:
    return tuple(pattern.format(word) for word in words.split())


_PRESCHOOL = {"FSK": 10, "BSK": 11}
_SCHOOL = {"LGR": 24, "LFH": 5, "LAS": 4, "ELC": 2, "MOD": 1, "BRE": 1}
_CARE = {"USK": 20, "BOS": 1}
_SUPPORT = {"STA": 13, "BOS": 8}

_DEPARTMENTS: tuple[tuple[str, str, tuple[_Operation, ...]], ...] = (
    (
        "KLK",
        "Kommunledningskontoret",
        (
            _Operation("KLK-TS", "Trygghet och säkerhet", ("Brottsförebyggande arbete", "Säkerhet och beredskap"), {"STR": 1, "SAK": 2, "TRV": 3}, weight=0.5),
            _Operation("KLK-ST", "Stab", ("HR", "Kommunikation", "Kansli och juridik"), {"HRK": 4, "KOM": 4, "JUR": 3, "REG": 4}, weight=0.8),
            _Operation("KLK-KC", "Kontaktcenter", ("Kontaktcenter", "Reception Stadshuset"), {"KOV": 5, "REC": 4}),
        ),
    ),
    (
        "BUF",
        "Barn- och ungdomsförvaltningen",
        (
            _Operation("BUF-F1", "Förskola norr", _names("Förskolan {}", "Vitsippan Blåklockan Tallkotten Ekorren Solrosen Norrskenet Myran Smultronet Lärkan Regnbågen Gläntan Skogsgläntan"), _PRESCHOOL, "REK", weight=0.65),
            _Operation("BUF-F2", "Förskola centrum", _names("Förskolan {}", "Hamnen Torget Kastanjen Fyren Segelbåten Lekatten Kullen Månstrålen Bryggan Stjärnan Pärlan"), _PRESCHOOL, "REK", weight=0.65),
            _Operation("BUF-F3", "Förskola söder", _names("Förskolan {}", "Åkern Kornet Humlan Näktergalen Hästhoven Lövet Kvarnen Bäcken Ängen Rönnen Tranan Hasseln"), _PRESCHOOL, "REK", weight=0.65),
            _Operation("BUF-G1", "Grundskola norr", _names("{}skolan", "Björk Norrängs Berg Sjö Skogs Vång Lund Ask"), _SCHOOL, "REK", weight=1.7),
            _Operation("BUF-G2", "Grundskola centrum", _names("{}skolan", "Kvarnholms Domprosts Hamn Slotts Malm Park Stads"), _SCHOOL, "REK", weight=1.9),
            _Operation("BUF-G3", "Grundskola söder", _names("{}skolan", "Åkerby Tallhags Dörby Hagby Ekbacks Strand Ljung Ro"), _SCHOOL, "REK", weight=1.6),
            _Operation("BUF-EH", "Elevhälsan", _names("Elevhälsoteam {}", "norr centrum söder förskola"), {"SKU": 5, "SSK": 5, "PSY": 3, "SPE": 8}),
            _Operation("BUF-VU", "Vuxenutbildning", ("Sfi", "Grundläggande vuxenutbildning", "Yrkesvux"), {"VUX": 12, "SYV": 2}, "REK"),
        ),
    ),
    (
        "KFF",
        "Kultur- och fritidsförvaltningen",
        (
            _Operation("KFF-UF", "Öppen ungdomsverksamhet", ("Ungdomens hus", *_names("Fritidsgården {}", "Norr Berga Funk Lind Smedjan Kajen"), "Fältgruppen"), {"FRI": 9, "AKT": 4, "FAL": 4}, weight=0.7),
            _Operation("KFF-BI", "Bibliotek och kultur", ("Stadsbiblioteket", "Biblioteket norr", "Biblioteket söder", "Kulturskolan", "Konsthallen"), {"BIB": 9, "KPE": 4, "REC": 2}),
            _Operation("KFF-FO", "Förening och anläggning", ("Föreningsstöd", "Lokalbokningen", "Idrottshallarna"), {"FOK": 4, "BID": 4, "LOK": 9}),
        ),
    ),
    (
        "SOF",
        "Socialförvaltningen",
        (
            _Operation("SOF-BU", "Barn och unga", ("Mottagningen barn och unga", "Utredning norr", "Utredning söder", "Familjehem", "Socialjouren"), {"SOC": 16, "SO1": 3}),
            _Operation("SOF-FÖ", "Förebyggande och öppenvård", ("Förebyggandeteamet", "Familjebehandling", "Ungdomsmottagning och öppenvård"), {"BEH": 8, "SOP": 8}),
            _Operation("SOF-VU", "Vuxen", ("Vuxenenheten", "Missbruk och beroende", "Våld i nära relation"), {"SOC": 12, "BEH": 4}),
            _Operation("SOF-EK", "Ekonomiskt bistånd", ("Mottagning ekonomi", "Ekonomi norr", "Ekonomi söder"), {"HEK": 17}),
            _Operation("SOF-AI", "Arbetsmarknad och integration", ("Arbetsmarknadsenheten", "Integrationsenheten", "Ungdomstorget"), {"COA": 12, "HEK": 3}),
        ),
    ),
    (
        "OMF",
        "Omsorgsförvaltningen",
        (
            _Operation("OMF-H1", "Hemtjänst", _names("Hemtjänst {}", "Norrliden Berga Lindsdal Rockneby Läckeby Malmen Kvarnholmen Ängö Oxhagen Funkabo Smedby Trekanten Påryd Hagby"), _CARE, weight=1.2),
            _Operation("OMF-SB", "Särskilt boende", _names("{} äldreboende", "Lärkans Enliden Björkens Rinkabo Hammars Tallhöjdens Smedängs Vasa Lindens Fjölebo Jungmans Torpets"), _CARE, weight=1.3),
            _Operation("OMF-FS", "Funktionsstöd", _names("Gruppbostad {}", "Asken Boken Cedern Draken Eken Furan Granen Hagtornet Idegranen Jasminen Kastanjen Linden Malvan"), _SUPPORT, weight=0.9),
            _Operation("OMF-SP", "Socialpsykiatri", ("Boendestöd norr", "Boendestöd söder", "Träffpunkten"), {"BOS": 14, "STA": 3}),
        ),
    ),
    (
        "SBK",
        "Samhällsbyggnadskontoret",
        (
            _Operation("SBK-PB", "Plan och bygg", ("Planenheten", "Byggenheten", "Gata och park"), {"PLA": 12, "REC": 2}),
            _Operation("SBK-TR", "Trygga offentliga miljöer", ("Ordningsvaktsenheten", "Trygghetsvärdarna"), {"ORD": 10, "TRV": 11}),
        ),
    ),
    (
        "SEF",
        "Serviceförvaltningen",
        (
            _Operation("SEF-MÅ", "Måltid", _names("Köket {}", "norr centrum söder väster"), {"MAL": 20}),
            _Operation("SEF-LO", "Lokaler och larm", ("Larmcentralen", "Fastighetsvärdarna"), {"TRV": 14, "LOK": 4}),
        ),
    ),
    (
        "SMK",
        "Söderängs kommundel",
        (
            _Operation("SMK-SK", "Skola och förskola", ("Förskolan Havregrynet", "Söderängsskolan", "Förskolan Lindallén"), {"FSK": 6, "BSK": 6, "LGR": 8, "LFH": 2}, "REK"),
            _Operation("SMK-OM", "Omsorg och fritid", ("Hemtjänst Söderäng", "Fritidsgården Söderäng"), {"USK": 12, "FRI": 3}),
        ),
    ),
)  # fmt: skip

MUNICIPALITY = "Lindvalla kommun"
ROOT = UnitRow("EXK", MUNICIPALITY, "", "kommun")
COUNCIL = UnitRow("KF", "Kommunfullmäktige och nämnder", "EXK", "nämnd")
# Where the förskollärare and the rektor of the demo logins work.
CAST_UNIT = "BUF-F1-01"
TEAM = 18

_FORMS = (("tillsvidare", 78), ("visstid", 14), ("timavlönad", 8))
_YEAR = 365


class _Builder:
    def __init__(self, people: int, last_day: date) -> None:
        self.random = random.Random(f"demo-{people}-{last_day}")
        self.people = people
        self.last_day = last_day
        self.first_day = last_day - timedelta(days=2 * _YEAR)
        self.units: list[UnitRow] = [ROOT]
        self.posts: list[Post] = []
        self.absences: list[Absence] = []
        self.cast: dict[str, str] = {}
        self.count = 0

    def person(self, given: str = "", family: str = "", email: str = "") -> Post:
        """A new person, as a post yet to be filled in. One in fifty has no e-mail address."""
        self.count += 1
        person_id = f"E{self.count:05d}"
        if not email and self.random.random() > 0.02:
            email = f"{person_id.lower()}@example.se"
        return Post(
            person_id=person_id,
            given_name=given or self.random.choice(GIVEN),
            family_name=family or self.random.choice(FAMILY),
            email=email,
            unit_code="",
            job_code="",
            is_manager=False,
            starts_on=self.first_day,
            ends_on=None,
            form="tillsvidare",
        )

    def fill(self, unit: UnitRow, job: str, *, manager: bool = False) -> Iterator[Post]:
        """Everyone who held one post over the two years: now and then somebody leaves."""
        start = self.first_day - timedelta(days=self.random.randint(30, 9 * _YEAR))
        while True:
            years = self.random.expovariate(1 / 11.0)
            end = max(start, self.first_day) + timedelta(days=int(years * _YEAR) + 40)
            form = (
                "tillsvidare"
                if manager
                else self.random.choices([f for f, _w in _FORMS], [w for _f, w in _FORMS])[0]
            )
            post = replace(
                self.person(),
                unit_code=unit.code,
                job_code=job,
                is_manager=manager,
                starts_on=start,
                ends_on=end if end < self.last_day + timedelta(days=60) else None,
                form=form,
            )
            yield post
            if post.ends_on is None or post.ends_on >= self.last_day:
                return
            start = post.ends_on + timedelta(days=self.random.choice((1, 1, 1, 14, 45)))
            if start > self.last_day:
                return

    def add_units(self) -> list[tuple[UnitRow, _Operation]]:
        staffed = []
        for code, name, operations in _DEPARTMENTS:
            department = UnitRow(code, name, ROOT.code, "förvaltning")
            self.units.append(department)
            self.posts += self.fill(department, "FCH", manager=True)
            for operation in operations:
                above = UnitRow(operation.code, operation.name, code, "verksamhet")
                self.units.append(above)
                self.posts += self.fill(above, "VCH", manager=True)
                for number, unit_name in enumerate(operation.units, 1):
                    unit = UnitRow(
                        f"{operation.code}-{number:02d}", unit_name, operation.code, operation.kind
                    )
                    self.units.append(unit)
                    staffed.append((unit, operation))
        self.units.append(COUNCIL)
        return staffed

    def build(self) -> World:
        # First, so that they have the same ids whatever the size of the municipality.
        self.add_cast()
        staffed = self.add_units()
        self.add_team(staffed)
        council = max(8, self.people // 60)
        for _ in range(council):
            self.posts += [replace(p, form="uppdrag") for p in self.fill(COUNCIL, "FTV")]
        # One unit is left without a manager: an anomaly the coordinator should see.
        for unit, operation in staffed:
            if unit.name != "Träffpunkten" and unit.code != CAST_UNIT:
                self.posts += self.fill(unit, operation.manager, manager=True)
        total = sum(operation.weight for _unit, operation in staffed)
        while self.count < self.people:
            before = self.count
            per_weight = (self.people - self.count) / total / 1.19
            for unit, operation in staffed:
                if unit.code == CAST_UNIT:
                    continue
                for _ in range(max(1, round(per_weight * operation.weight))):
                    if self.count >= self.people:
                        break
                    job = self.random.choices(
                        list(operation.staff), list(operation.staff.values())
                    )[0]
                    self.posts += self.fill(unit, job)
            if self.count == before:
                break
        self.add_second_posts(staffed)
        self.add_absences()
        return World(
            units=tuple(self.units),
            posts=tuple(self.posts),
            absences=tuple(self.absences),
            cast=self.cast,
        )

    def add_cast(self) -> None:
        """The people behind the demo logins: a förskollärare who began ten weeks ago and has
        everything left to do, her rektor, and the others in their places."""

        def cast(
            login: str,
            given: str,
            family: str,
            unit: str,
            job: str,
            *,
            starts_on: date | None = None,
            is_manager: bool = False,
            form: str = "tillsvidare",
        ) -> None:
            post = replace(
                self.person(given, family, f"{login}@example.se"),
                unit_code=unit,
                job_code=job,
                is_manager=is_manager,
                form=form,
                starts_on=starts_on or self.first_day - timedelta(days=400),
            )
            self.cast[login] = post.person_id
            self.posts.append(post)

        new = self.last_day - timedelta(days=70)
        cast("medarbetare", "Sara", "Lindqvist", CAST_UNIT, "FSK", starts_on=new)
        cast("chef", "Maria", "Ekdahl", CAST_UNIT, "REK", is_manager=True)
        cast("samordnare", "Johan", "Norling", "KLK-TS-01", "STR")
        cast("redaktor", "Elin", "Åström", "KLK-ST-02", "KOM")
        cast("granskare", "Amina", "Rahimi", "SOF-BU-01", "SO1")
        cast("kursledare", "Petra", "Hedman", "SOF-FÖ-01", "BEH")
        cast("revisor", "Göran", "Falk", "KLK-ST-03", "REG")
        cast("hr", "Lena", "Forsmark", "KLK-ST-01", "HRK")
        cast("fortroendevald", "Farid", "Wallin", COUNCIL.code, "FTV", form="uppdrag")

    def add_team(self, staffed: list[tuple[UnitRow, _Operation]]) -> None:
        """The rektor's staff: as many in a small demo as in a large one, so that there is a team
        to look at."""
        unit, operation = next(each for each in staffed if each[0].code == CAST_UNIT)
        jobs, weights = list(operation.staff), list(operation.staff.values())
        for _ in range(TEAM):
            self.posts += self.fill(unit, self.random.choices(jobs, weights)[0])

    def add_second_posts(self, staffed: list[tuple[UnitRow, _Operation]]) -> None:
        """One in twenty-five holds two posts at once, in two units."""
        named = set(self.cast.values())
        holders = [p for p in self.posts if not p.is_manager and p.person_id not in named]
        for post in self.random.sample(holders, len(holders) // 25):
            unit, operation = self.random.choice(staffed)
            if unit.code == post.unit_code:
                continue
            job = self.random.choice(list(operation.staff))
            self.posts.append(replace(post, unit_code=unit.code, job_code=job, form="visstid"))

    def add_absences(self) -> None:
        """Leave: one in fourteen was away for some months; a third of them are away now."""
        named = set(self.cast.values())
        seen = set()
        for post in self.posts:
            if post.person_id in seen or post.person_id in named:
                continue
            seen.add(post.person_id)
            if self.random.random() > 1 / 14:
                continue
            days = self.random.randint(30, 330)
            latest = post.ends_on or self.last_day
            earliest = max(post.starts_on, self.first_day)
            if (latest - earliest).days < 60:
                continue
            start = earliest + timedelta(days=self.random.randint(0, (latest - earliest).days - 30))
            end: date | None = start + timedelta(days=days)
            if end and end > self.last_day and self.random.random() < 0.3:
                end = None
            self.absences.append(Absence(post.person_id, start, end))


def build_world(people: int, last_day: date) -> World:
    """The invented municipality: `people` persons in all over the two years up to `last_day`."""
    return _Builder(people, last_day).build()


def known_on(world: World, day: date) -> tuple[list[Post], list[Absence]]:
    """What HR's export says on `day`: posts that have begun or begin within a month, with a last
    day only where it is near enough to be known."""
    posts = [
        post
        if post.ends_on and post.ends_on <= day + timedelta(days=45)
        else replace(post, ends_on=None)
        for post in world.posts
        if post.starts_on <= day + timedelta(days=30)
        and (post.ends_on is None or post.ends_on >= day - timedelta(days=_YEAR))
    ]
    absences = [
        absence
        if absence.ends_on and absence.ends_on <= day + timedelta(days=120)
        else replace(absence, ends_on=None)
        for absence in world.absences
        if absence.starts_on <= day + timedelta(days=14)
    ]
    return posts, absences
