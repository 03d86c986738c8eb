"""What a manager does for the team: enrol, take back, remind."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.services.reminders import REMINDER
from courses.models import Enrolment
from courses.services.enrolment import ENROLLED, withdraw
from lms.audit.models import AuditEvent
from lms.notifications.models import Delivery, Notice
from lms.people.roles import Role
from tests.builders.courses import LESSONS, NOON, enrol, publish_asking, publish_course
from tests.builders.people import account_with, employ, make_person


def test_manager_enrols_those_chosen_in_what_they_lack(school, client):
    version = publish_course(gives=(("OM1", 1, 12),))
    client.force_login(school.manager)
    page = client.get("/team/atgard/anmal/?person=Gap&person=Ny&person=Klar")
    assert [
        (s.offer.course_id, [p.person_id for p in s.people])
        for s in page.context["suggestions"].courses
    ] == [(version.course_id, ["Gap", "Ny"])]
    assert page.context["suggestions"].without_offer == (("Ny Test", "Område OM4, Grund"),)
    answer = client.post(
        "/team/atgard/anmal/",
        {"person": ["Gap", "Ny", "Klar"], "course": version.course_id},
        follow=True,
    )
    assert "Ta tillbaka" in answer.content.decode()
    assert sorted(Enrolment.objects.values_list("person__person_id", "origin", "by__email")) == [
        ("Gap", "manager", school.manager.email),
        ("Ny", "manager", school.manager.email),
    ]


def test_taking_back_withdraws_only_what_was_just_made(school, client):
    version = publish_course(gives=(("OM1", 1, 12),))
    before = enrol(school.people["Gap"], version)
    client.force_login(school.manager)
    client.post("/team/atgard/anmal/", {"person": ["Gap", "Ny"], "course": version.course_id})
    client.post("/team/atgard/angra/")
    before.refresh_from_db()
    assert before.withdrawn_at is None
    assert Enrolment.objects.get(person=school.people["Ny"]).withdrawn_at is not None


def test_fewest_courses_are_suggested(school, client):
    both = publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)), title="Båda")
    publish_course(gives=(("OM1", 1, 12),), title="Bara en")
    client.force_login(school.manager)
    suggestions = client.get("/team/atgard/anmal/?person=Ny&person=Gap").context["suggestions"]
    assert [s.offer.course_id for s in suggestions.courses] == [both.course_id]


def test_unit_contact_may_read_but_not_enrol(school, client):
    contact = account_with(Role.UNIT_CONTACT, school.unit)
    client.force_login(contact)
    page = client.get("/team/")
    assert page.status_code == 200
    assert "data-bulk-item" not in page.content.decode()
    assert client.get("/team/atgard/anmal/?person=Gap").status_code == 403


def test_reminder_tells_each_once_a_day_and_is_recorded(school, client):
    publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)))
    client.force_login(school.manager)
    for _time in range(2):
        client.post("/team/atgard/paminn/", {"person": ["Gap", "Ny", "Klar"]})
    notices = Notice.objects.filter(kind=REMINDER)
    assert sorted(
        (n.person.person_id, [t["area_code"] for t in n.context["things"]]) for n in notices
    ) == [("Gap", ["OM1"]), ("Ny", ["OM1", "OM4"])]
    assert AuditEvent.objects.filter(action="person.reminded").count() == 2
    page = client.get("/team/atgard/paminn/?person=Gap").content.decode()
    assert "Fick besked i dag" in page


def test_nobody_is_reminded_of_what_no_course_gives(school, client):
    publish_course(gives=(("OM1", 1, 12),))
    client.force_login(school.manager)
    page = client.get("/team/atgard/paminn/?person=Ny").content.decode()
    assert "Område OM1" in page
    assert "Område OM4" not in page
    client.post("/team/atgard/paminn/", {"person": ["Ny"]})
    (notice,) = Notice.objects.filter(kind=REMINDER)
    assert [thing["area_code"] for thing in notice.context["things"]] == ["OM1"]
    assert "utbildning planeras" in client.get("/team/").content.decode()


def test_nobody_chosen_leads_back_with_a_word(school, client):
    client.force_login(school.manager)
    page = client.get("/team/atgard/anmal/", follow=True)
    assert page.redirect_chain == [("/team/", 302)]


def _advanced(title: str = "Avancerat"):
    """A course that gives more than is asked, and asks for the first level itself."""
    return publish_asking(
        ("all", None, [LESSONS]), requires=("OM1", 1), gives=(("OM1", 2, 12),), title=title
    )


def _suggested(client) -> list[tuple[str, bool]]:
    page = client.get("/team/atgard/anmal/?person=Ny")
    return [(each.offer.title, each.locked) for each in page.context["suggestions"].courses]


def test_the_lowest_level_that_answers_is_suggested_also_after_the_course_was_left(school, client):
    _advanced()
    basic = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    withdraw(enrolment=enrol(school.people["Ny"], basic), by=None, at=NOON)
    client.force_login(school.manager)
    assert _suggested(client) == [("Grundkurs", False)]


def test_a_course_that_is_locked_is_said_to_be_and_not_chosen_beforehand(school, client):
    version = _advanced()
    client.force_login(school.manager)
    assert _suggested(client) == [("Avancerat", True)]
    page = client.get("/team/atgard/anmal/?person=Ny").content.decode()
    assert f'value="{version.course_id}-last"><span>' in page
    assert "Ny Test saknar Grund i Område OM1, och kan börja kursen först efter det." in page
    client.post("/team/atgard/anmal/", {"person": ["Ny"], "course": [f"{version.course_id}-last"]})
    assert Enrolment.objects.filter(person=school.people["Ny"]).exists()


def test_whom_a_manager_enrols_is_told(school, client):
    version = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    client.force_login(school.manager)
    client.post("/team/atgard/anmal/", {"person": ["Ny"], "course": version.course_id})
    (notice,) = Notice.objects.filter(kind=ENROLLED)
    assert (notice.person, notice.url) == (
        school.people["Ny"],
        f"/kurser/{version.course.slug}/",
    )


def test_nobody_is_told_of_what_they_began_themselves(school):
    enrol(school.people["Ny"], publish_course(gives=(("OM1", 1, 12),)))
    assert not Notice.objects.filter(kind=ENROLLED).exists()


def test_a_reminder_is_taken_back_until_somebody_has_read_it(school, client):
    publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)))
    client.force_login(school.manager)
    client.post("/team/atgard/paminn/", {"person": ["Gap", "Ny"]})
    Notice.objects.filter(person=school.people["Ny"]).update(read_at=NOON)
    assert "Ta tillbaka" in client.get("/team/").content.decode()
    page = client.post("/team/atgard/angra/", follow=True).content.decode()
    assert "1 av 2 påminnelser är tillbakatagna." in page
    assert [n.person.person_id for n in Notice.objects.filter(kind=REMINDER)] == ["Ny"]
    assert AuditEvent.objects.filter(action="person.reminder_taken_back").count() == 1
    client.post("/team/atgard/paminn/", {"person": ["Gap"]})
    assert Notice.objects.filter(kind=REMINDER).count() == 2


def test_what_a_mail_being_sent_carries_is_not_taken_back(school, client):
    publish_course(gives=(("OM1", 1, 12),))
    client.force_login(school.manager)
    client.post("/team/atgard/paminn/", {"person": ["Gap", "Ny"]})
    for name, state in (("Gap", Delivery.State.PENDING), ("Ny", Delivery.State.SENDING)):
        mail = Delivery.objects.create(
            person=school.people[name],
            category=Delivery.Category.REMINDER,
            kind="reminders",
            reason_key=name,
            state=state,
            created_at=NOON,
            not_before=NOON,
        )
        Notice.objects.filter(person=school.people[name]).update(delivery=mail)
    client.post("/team/atgard/angra/")
    assert [n.person.person_id for n in Notice.objects.filter(kind=REMINDER)] == ["Ny"]


def test_whoever_comes_from_a_unit_goes_back_to_it(school, client):
    publish_course(gives=(("OM1", 1, 12),))
    client.force_login(school.director)
    answer = client.post("/team/atgard/paminn/", {"person": ["Gap"], "enhet": "S1"})
    assert answer["Location"] == "/team/?enhet=S1"


def test_bulk_pages_ask_as_much_for_60_people_as_for_3(school, client):
    publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)))
    client.force_login(school.manager)
    for number in range(60):
        employ(make_person(f"M{number:03}"), school.unit)
    pages = ("anmal", "paminn", "undantag", "bekrafta")

    def queries(page: str, number: int) -> int:
        people = "&".join(f"person=M{each:03}" for each in range(number))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/team/atgard/{page}/?{people}").status_code == 200
        return len(seen)

    for page in pages:
        queries(page, 3)
    assert {page: queries(page, 60) - queries(page, 3) for page in pages} == dict.fromkeys(pages, 0)
