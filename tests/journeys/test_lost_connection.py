"""A learner in the real world: two tabs, an impatient thumb, a slow train and a tunnel of ten
minutes. However it goes there is one result, and it is the right one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from playwright.sync_api import APIResponse, Dialog, Page, Route, expect

from tests.journeys.conftest import signed_in
from tests.journeys.knowledge import put_in_order
from tests.running import Site, Visitor


def question(page: Page, letter: str) -> str:
    """The section of the question whose key begins so."""
    return f"[data-question^={letter}]"


def choose(page: Page, letter: str, text: str) -> None:
    page.locator(question(page, letter)).locator("label.choice").filter(
        has=page.get_by_text(text, exact=True)
    ).click()


def answer_everything_rightly(page: Page) -> None:
    choose(page, "s", "Rätt")
    choose(page, "m", "Svar 0")
    choose(page, "m", "Svar 2")
    choose(page, "t", "Sant")
    put_in_order(page.locator(question(page, "o")), ("ett", "två", "tre"))
    for left, right in (("a", "A"), ("b", "B"), ("c", "C")):
        page.locator(question(page, "p")).get_by_label(left, exact=True).select_option(label=right)
    page.locator(question(page, "n")).locator("input").fill("12,5")
    page.locator(question(page, "k")).locator("input").fill("socialtjänsten")
    page.locator(question(page, "l")).locator("select").select_option(label="genast")
    page.locator(question(page, "l")).locator("input").fill("Rektorn")
    choose(page, "b", "Svara")
    choose(page, "b", "Lyssna")
    page.locator(question(page, "h")).locator("rect.picture-place").first.click()
    # The first place in the picture may be any of them: the name is sure.
    choose(page, "h", "Dörren")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_be_visible()
    # What the server wrote on the page may speak of an earlier answer.
    ends = time.monotonic() + 5
    while page.evaluate("Object.keys(localStorage)") and time.monotonic() < ends:
        time.sleep(0.05)
    assert page.evaluate("Object.keys(localStorage)") == []


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Rätta mina svar").click()


# The lesson reads otherwise in a version that has to be taken again.
RETAKE = (
    "from django.utils import timezone; from courses.models import LessonPage;"
    "from courses.services.publishing import publish_course_version as publish;"
    "from courses.models import CoursePage;"
    "course = CoursePage.objects.get(title='Frågor på resan');"
    "page = LessonPage.objects.descendant_of(course).get(slug='SLUG');"
    "page.summary = 'Ny text.'; page.save_revision().publish();"
    "publish(course=course, by=None, change='retake', note='Ny lag.', at=timezone.now())"
)


def chosen_in(site: Site, lesson_slug: str) -> dict[str, object]:
    """What is stored of the open enrolment's answers, by the first letter of the question."""
    code = (
        "import json; from courses.models import Answer, CourseVersion;"
        "version = CourseVersion.objects.filter(title='Frågor på resan').latest('number');"
        f"key = next(e['key'] for e in version.lessons if e['slug'] == {lesson_slug!r});"
        "rows = Answer.objects.filter(attempt__lesson_key=key,"
        " attempt__enrolment__version=version);"
        "print(json.dumps({r.question_key[0]: r.response for r in rows}))"
    )
    found: dict[str, object] = json.loads(site.manage("shell", "-v0", "-c", code).splitlines()[-1])
    return found


def attempts(site: Site, slug: str) -> list[list[object]]:
    """What is stored of a lesson's attempts: number and score."""
    code = (
        "import json; from courses.models import Attempt, CourseVersion, LessonCompletion;"
        "version = CourseVersion.objects.get(title='Frågor på resan');"
        f"key = next(e['key'] for e in version.lessons if e['slug'] == {slug.split('/')[-2]!r});"
        "rows = Attempt.objects.filter(lesson_key=key, submitted_at__isnull=False);"
        "print(json.dumps([list(r) for r in rows.values_list('number', 'score')]"
        " + [['done', LessonCompletion.objects.filter(lesson_key=key).count()]]))"
    )
    found: list[list[object]] = json.loads(site.manage("shell", "-v0", "-c", code).splitlines()[-1])
    return found


def test_two_tabs_end_in_one_result_with_what_was_answered_last(
    learner: Visitor, lessons: list[str]
) -> None:
    first, second = learner.page, learner.page.context.new_page()
    learner.open(lessons[0])
    answer_everything_rightly(first)
    choose(first, "s", "Fel")
    saved(first)
    second.goto(learner.site.url + lessons[0])
    expect(second.locator(question(second, "n")).locator("input")).to_have_value("12,5")
    choose(second, "s", "Rätt")
    saved(second)
    first.bring_to_front()
    first.evaluate("window.dispatchEvent(new Event('focus'))")
    right = first.locator(question(first, "s")).locator("label.choice", has_text="Rätt")
    expect(right.locator("input")).to_be_checked()
    hand_in(first)
    hand_in(second)
    for page in (first, second):
        expect(page.locator("#resultat")).to_contain_text("10 av 10 rätt")
    assert attempts(learner.site, lessons[0]) == [[1, 100], ["done", 1]]


def test_an_impatient_thumb_hands_in_once(learner: Visitor, lessons: list[str]) -> None:
    page = learner.page
    learner.open(lessons[1])
    answer_everything_rightly(page)
    page.evaluate(
        "const b = document.querySelector('[name=submit]'); b.click(); b.click(); b.click()"
    )
    expect(page.locator("#resultat")).to_contain_text("10 av 10 rätt")
    page.reload()
    expect(page.locator("#resultat")).to_contain_text("10 av 10 rätt")
    assert attempts(learner.site, lessons[1]) == [[1, 100], ["done", 1]]


def test_on_a_slow_train_the_last_answer_is_the_one_that_counts(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[2])

    def slowly(route: Route) -> None:
        time.sleep(0.4)
        route.continue_()

    page.route("**/svar/", slowly)
    answer_everything_rightly(page)
    for text in ("Fel", "Också fel", "Fel", "Rätt"):
        choose(page, "s", text)
    expect(page.locator("[data-when=saving]")).to_be_visible()
    hand_in(page)
    expect(page.locator("#resultat")).to_contain_text("10 av 10 rätt")
    assert attempts(learner.site, lessons[2]) == [[1, 100], ["done", 1]]


def test_ten_minutes_in_a_tunnel_cost_nothing(
    learner: Visitor, visit: Callable[..., Visitor], lessons: list[str]
) -> None:
    page = learner.page
    page.clock.install()
    learner.open(lessons[3])
    choose(page, "s", "Fel")
    saved(page)
    page.context.set_offline(True)
    answer_everything_rightly(page)
    page.locator("textarea").fill("Det tänkte jag i tunneln.")
    page.clock.run_for(2000)
    notice = page.locator("[data-when=waiting]")
    expect(notice).to_contain_text("Svaren ligger kvar på den här enheten")
    expect(notice).to_contain_text(re.compile(r"Väntar på att sparas: 1[01]"))
    page.clock.fast_forward("10:00")

    # Meanwhile, on a computer in another place: a newer answer to one of the questions.
    other = signed_in(visit, lessons)
    other.open(lessons[3])
    choose(other.page, "t", "Falskt")
    saved(other.page)

    hand_in(page)
    page.clock.run_for(1000)
    expect(page.locator("[data-when=handing-in]")).to_contain_text("Inte inlämnat än.")
    page.get_by_role("button", name="Lämna inte in än").click()
    expect(notice).to_be_visible()
    hand_in(page)
    page.clock.run_for(1000)
    expect(page).to_have_url(re.compile(re.escape(lessons[3])))

    page.context.set_offline(False)
    # Not what she saw when she handed in: she is shown it first. The page's clock is left alone
    # while requests are on their way, as their patience is counted by it too.
    changed = page.locator("[data-when=changed]")
    expect(changed).to_be_visible(timeout=20_000)
    expect(changed).to_contain_text("Svar har ändrats på en annan sida eller enhet.")
    button = page.get_by_role("button", name="Rätta mina svar")
    expect(button).not_to_have_attribute("aria-busy", "true")
    hand_in(page)
    result = page.locator("#resultat")
    expect(result).to_contain_text("9 av 10 rätt")
    assert page.evaluate("Object.keys(localStorage)") == []
    expect(page.locator("textarea")).to_have_value("Det tänkte jag i tunneln.")
    assert attempts(learner.site, lessons[3]) == [[1, 90], ["done", 1]]


def test_a_reader_comes_back_on_another_device_to_the_same_question(
    learner: Visitor, visit: Callable[..., Visitor], lessons: list[str]
) -> None:
    learner.open(lessons[4])
    choose(learner.page, "b", "Svara")
    saved(learner.page)
    other = signed_in(visit, lessons)
    other.page.get_by_role("link", name="Fortsätt").first.click()
    expect(other.page).to_have_url(re.compile(re.escape(lessons[4]) + "#q-b"))
    expect(other.page.locator(question(other.page, "b"))).to_be_in_viewport()
    expect(other.page.get_by_label("Svara")).to_be_checked()
    expect(other.page.get_by_text("Och vad säger du?")).to_be_visible()


def test_what_could_not_be_sent_is_there_after_a_restart_and_after_signing_in_again(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[5])
    page.context.set_offline(True)
    page.locator(question(page, "k")).locator("input").fill("socialtjänsten")
    page.wait_for_timeout(300)
    page.close()
    page.context.set_offline(False)
    page.context.clear_cookies()
    again = page.context.new_page()
    visitor = Visitor(page=again, site=learner.site)
    visitor.sign_in("medarbetare")
    visitor.open(lessons[5])
    expect(again.locator(question(again, "k")).locator("input")).to_have_value("socialtjänsten")
    saved(again)

    again.context.clear_cookies()
    choose(again, "s", "Rätt")
    notice = again.locator("[data-when=signed-out]")
    expect(notice).to_contain_text("Du är utloggad.")
    notice.get_by_role("link", name="Logga in igen").click()
    again.get_by_label("E-post").fill("medarbetare@example.se")
    again.get_by_label("Lösenord", exact=True).fill("demo")
    again.get_by_role("button", name="Logga in").click()
    expect(again).to_have_url(re.compile(re.escape(lessons[5])))
    saved(again)
    right = again.locator(question(again, "s")).locator("label.choice", has_text="Rätt")
    expect(right.locator("input")).to_be_checked()


def stored(page: Page) -> list[dict[str, object]]:
    """What the browser keeps for sending."""
    read = "Object.entries(localStorage).filter(([k]) => k.startsWith('svar:')).map(([, v]) => v)"
    return [json.loads(value) for value in page.evaluate(read)]


def test_one_answer_that_cannot_be_saved_holds_no_other_back_and_is_told_of(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[6])
    asked: list[int] = []

    def fail_on_one(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if any(change["question"].startswith("s") for change in body["changes"]):
            asked.append(len(body["changes"]))
            route.fulfill(status=500, content_type="text/html", body="<h1>Fel</h1>")
        else:
            route.continue_()

    page.context.set_offline(True)
    choose(page, "s", "Rätt")
    choose(page, "t", "Sant")
    choose(page, "m", "Svar 0")
    page.route("**/svar/", fail_on_one)
    page.context.set_offline(False)
    notice = page.locator("[data-when=stuck]")
    expect(notice).to_be_visible(timeout=20_000)
    expect(notice).to_contain_text("kunde inte sparas")
    assert [str(entry["question"])[0] for entry in stored(page)] == ["s"]
    tried = len(asked)
    assert 2 < tried < 10
    page.wait_for_timeout(3000)
    assert len(asked) == tried
    hand_in(page)
    expect(notice).to_be_visible()
    page.unroute("**/svar/")
    notice.get_by_role("button", name="Ladda om sidan").click()
    saved(page)
    for letter in "stm":
        assert page.locator(question(page, letter)).locator("input:checked").count() == 1


def test_another_tab_takes_nothing_newer_than_what_it_sent(
    learner: Visitor, lessons: list[str]
) -> None:
    first, second = learner.page, learner.page.context.new_page()
    learner.open(lessons[7])
    first.route("**/svar/", lambda route: route.abort())
    choose(first, "s", "Fel")
    expect(first.locator("[data-when=waiting]")).to_be_visible()
    held: list[Route] = []
    second.route("**/svar/", lambda route: held.append(route))
    second.goto(learner.site.url + lessons[7])
    second.wait_for_function("document.documentElement.classList.contains('scripted')")
    while not held:
        second.wait_for_timeout(50)
    choose(first, "s", "Rätt")
    newest = max(int(str(entry["sequence"])) for entry in stored(first))
    with second.expect_response("**/svar/"):
        held[0].continue_()
    second.wait_for_timeout(500)
    assert [entry["sequence"] for entry in stored(first)] == [newest]


def test_a_late_word_from_the_server_undoes_no_newer_tick_or_text(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[8])
    state = str(page.locator("[data-lesson]").get_attribute("data-state-url"))
    late: list[tuple[Route, APIResponse]] = []
    page.route(f"**{state}", lambda route: late.append((route, route.fetch())))
    page.wait_for_timeout(1100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    while not late:
        page.wait_for_timeout(50)
    box = page.locator("form[data-keep] input[name=item]").first
    box.check()
    page.locator("textarea").fill("Det nya.")
    page.locator("textarea").blur()
    saved(page)
    page.wait_for_timeout(300)
    assert not stored(page)
    for route, answer in late:
        route.fulfill(response=answer)
    page.wait_for_timeout(500)
    expect(box).to_be_checked()
    expect(page.locator("textarea")).to_have_value("Det nya.")


def test_a_text_that_was_refused_stays_on_the_page(learner: Visitor, lessons: list[str]) -> None:
    page = learner.page
    learner.open(lessons[2])
    written = "Ring mig på 070-174 06 58."
    page.locator("textarea").fill(written)
    page.locator("textarea").blur()
    expect(page.locator("form[data-keep] [data-error]").first).to_be_visible()
    page.wait_for_timeout(1100)
    with page.expect_response(lambda answer: "/sparat/" in answer.url):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(300)
    expect(page.locator("textarea")).to_have_value(written)


def test_nobody_hands_in_answers_that_the_screen_does_not_show(
    visit: Callable[..., Visitor], learner: Visitor, lessons: list[str]
) -> None:
    page, other = learner.page, signed_in(visit, lessons)
    learner.open(lessons[9])
    answer_everything_rightly(page)
    saved(page)
    other.open(lessons[9])
    choose(other.page, "s", "Fel")
    saved(other.page)
    hand_in(page)
    expect(page.get_by_text("Svar har ändrats på en annan sida eller enhet.")).to_be_visible()
    wrong = page.locator(question(page, "s")).locator("label.choice")
    wrong = wrong.filter(has=page.get_by_text("Fel", exact=True))
    expect(wrong.locator("input")).to_be_checked()
    button = page.get_by_role("button", name="Rätta mina svar")
    expect(button).not_to_have_attribute("aria-busy", "true")
    choose(page, "s", "Rätt")
    saved(page)
    hand_in(page)
    expect(page.locator("#resultat")).to_contain_text("10 av 10 rätt")


def test_a_device_that_keeps_nothing_says_so_and_asks_before_the_page_is_left(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    learner.open(lessons[12])
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.context.set_offline(True)
    choose(page, "s", "Rätt")
    notice = page.locator("[data-when=waiting]")
    expect(notice).to_contain_text("Låt sidan vara öppen tills du har kontakt igen.")
    expect(notice.get_by_text("Svaren ligger kvar på den här enheten")).to_be_hidden()
    page.evaluate("window.location.assign('/kurser/')")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    saved(page)


def test_a_page_left_open_over_a_new_version_stores_what_its_reader_chose(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[13])
    changed, same = lessons[13].split("/")[-2], lessons[14].split("/")[-2]
    other = learner.page.context.new_page()
    other.goto(learner.site.url + lessons[14])
    learner.site.manage("shell", "-v0", "-c", RETAKE.replace("SLUG", changed))

    choose(other, "s", "Rätt")
    choose(other, "t", "Sant")
    saved(other)
    assert chosen_in(learner.site, same) == {"s": 1, "t": True}

    choose(page, "s", "Rätt")
    notice = page.locator("[data-when=final]")
    expect(notice).to_contain_text("Kursen har fått en ny version")
    hand_in(page)
    page.wait_for_timeout(1500)
    expect(notice).to_be_visible()
    assert chosen_in(learner.site, changed) == {}
    notice.get_by_role("button", name="Ladda om sidan").click()
    choose(page, "s", "Rätt")
    saved(page)
    assert chosen_in(learner.site, changed) == {"s": 1}
