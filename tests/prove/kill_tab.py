"""python -m tests.prove.kill_tab: kill the tab at a random moment, and nothing saved is lost.

A hundred times a learner answers, writes and ticks at random in a lesson with a reflection, a
checklist and every kind of question, with a quick, a slow or a broken connection, until the tab is
closed, its process crashes, or the whole browser is killed. Then, on another device: everything
that the server had acknowledged is there, and "Fortsätt" leads to the lesson and the question
acknowledged last. Where only the tab went, the same device is opened again as well, and brings what
it could not send. ROUNDS and SEED say how often and which chances.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    sync_playwright,
)
from playwright.sync_api import Error as BrowserError

from tests import running
from tests.run import browser as find_browser
from tests.running import CHROMIUM_ARGS, PHONE, Site, Visitor, open_screen, running_site

ROUNDS = int(os.environ.get("ROUNDS", "100"))
SEED = int(os.environ.get("SEED", "1"))
PEOPLE = 40
PATIENCE = 15.0
# What the page puts in its outbox is told here, so that the proof knows what was made.
TELL_WHAT_IS_MADE = """
const put = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  put.call(this, key, value);
  if (key.startsWith("svar:")) console.debug("made " + value);
};
"""
WHAT_IS_THERE = """() => {
  const found = {};
  for (const section of document.querySelectorAll("[data-question]")) {
    const fields = {};
    for (const control of section.querySelectorAll("input[name], select[name]")) {
      const chosen = !/^(radio|checkbox)$/.test(control.type) || control.checked;
      fields[control.name] ??= [];
      if (chosen && control.value) fields[control.name].push(control.value);
    }
    found["q:" + section.dataset.question] = fields;
  }
  for (const task of document.querySelectorAll("[data-keep]")) {
    const block = task.dataset.keep;
    const text = task.querySelector("textarea");
    if (text) found["r:" + block] = text.value;
    for (const box of task.querySelectorAll("[name=item]")) {
      found[`c:${block}:${box.value}`] = box.checked;
    }
  }
  return found;
}"""


class Lost(AssertionError):
    """Something acknowledged is not there, or "Fortsätt" leads elsewhere."""


@dataclass(frozen=True)
class Change:
    """One thing made on one page; `value` as the page will show it."""

    thing: str
    value: Any
    place: str


def _answer(question: str, fields: list[list[str]]) -> Change:
    value: dict[str, list[str]] = {}
    for name, each in fields:
        value.setdefault(name, [])
        if each:
            value[name].append(each)
    return Change(f"q:{question}", value, f"q-{question}")


def _from_entry(entry: dict[str, Any]) -> Change:
    fields = entry["fields"]
    match entry["kind"]:
        case "answer":
            return _answer(entry["question"], fields)
        case "text":
            return Change(f"r:{entry['block']}", fields[0][1], "")
        case "tick":
            item = dict(fields)["touched"]
            return Change(f"c:{entry['block']}:{item}", len(fields) == 2, "")
    return Change("place", fields[0][1], fields[0][1])


def _from_request(url: str, body: str) -> list[tuple[int, Change]]:
    parts = urlsplit(url).path.strip("/").split("/")
    if parts[-1] == "svar":
        return [
            (each["sequence"], _answer(each["question"], each["fields"]))
            for each in json.loads(body)["changes"]
        ]
    fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    sequence = int(fields["sequence"])
    if parts[-1] == "plats":
        return [(sequence, Change("place", fields["block"], fields["block"]))]
    if parts[-2] == "reflektion":
        return [(sequence, Change(f"r:{parts[-1]}", fields["text"], ""))]
    return [(sequence, Change(f"c:{parts[-1]}:{fields['touched']}", "item" in fields, ""))]


@dataclass
class Witness:
    """What one page made, and what of it the server acknowledged."""

    made: dict[int, Change] = field(default_factory=dict)
    acknowledged: dict[int, Change] = field(default_factory=dict)

    def watch(self, page: Page) -> None:
        page.add_init_script(TELL_WHAT_IS_MADE)
        page.on("console", self._made)
        page.on("response", self._acknowledged)

    def _made(self, message: ConsoleMessage) -> None:
        if message.text.startswith("made "):
            entry = json.loads(message.text[5:])
            self.made[entry["sequence"]] = _from_entry(entry)

    def _acknowledged(self, response: Response) -> None:
        request = response.request
        if (
            request.method != "POST"
            or response.status not in (200, 204)
            or "/kurser/" not in response.url
        ):
            return
        body = request.post_data or ""
        if "sequence" in body:
            self.acknowledged.update(_from_request(response.url, body))

    def all_made(self) -> dict[int, Change]:
        return self.made | self.acknowledged


def _is_shown(value: Any, shown: Any) -> bool:
    if not isinstance(value, dict):
        return bool(value == shown)
    # A step of a case that the way no longer passes is not kept, and nothing where nothing is
    # chosen.
    return all(
        shown.get(name, []) == values for name, values in value.items() if not _is_step(name)
    )


def _is_step(name: str) -> bool:
    return name.startswith("q-b")


@dataclass
class Learner:
    """What must be there, by lesson and thing, and where "Fortsätt" must lead."""

    expected: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    lesson: str = ""
    places: list[str] = field(default_factory=lambda: [""])

    def open(self, lesson: str) -> None:
        if lesson != self.lesson:
            self.lesson, self.places = lesson, [""]

    def note(self, made: dict[int, Change], acknowledged: dict[int, Change]) -> None:
        """What is acknowledged must be there, unless something made after it has come as well."""
        here = self.expected.setdefault(self.lesson, {})
        for thing in {change.thing for change in made.values()}:
            mine = {number: change for number, change in made.items() if change.thing == thing}
            sure = max((n for n in acknowledged if acknowledged[n].thing == thing), default=0)
            possible = [change.value for number, change in mine.items() if number >= sure]
            # Without an acknowledgement what was there before may still be.
            here[thing] = possible if sure else [*here.get(thing, [None]), *possible]
        sure = max((n for n, change in acknowledged.items() if change.place), default=0)
        possible = [change.place for n, change in made.items() if change.place and n >= sure]
        self.places = possible if sure else [*self.places, *possible]

    def check(self, page: Page) -> None:
        shown = page.evaluate(WHAT_IS_THERE)
        for thing, values in self.expected.get(self.lesson, {}).items():
            if thing == "place" or None in values:
                continue
            if not any(_is_shown(value, shown[thing]) for value in values):
                raise Lost(f"{self.lesson}: {thing} shows {shown[thing]!r}, not one of {values!r}")


class Machine:
    """A browser process of our own, which can be killed, and signed-in screens in it."""

    def __init__(self, playwright: Playwright) -> None:
        self.playwright = playwright
        self.cookies: list[Any] = []
        self.start()

    def start(self) -> None:
        self.mark = f"--kill-tab={random.SystemRandom().getrandbits(64):x}"
        self.browser: Browser = self.playwright.chromium.launch(
            executable_path=find_browser(), args=[*CHROMIUM_ARGS, self.mark]
        )

    def kill(self) -> None:
        for folder in Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except (OSError, NotADirectoryError):
                continue
            if self.mark.encode() in words and not any(w.startswith(b"--type=") for w in words):
                os.kill(int(folder.name), signal.SIGKILL)
        self.start()

    def device(self) -> BrowserContext:
        context = open_screen(self.browser, PHONE, "light")
        context.add_cookies(self.cookies)
        return context


def _act(page: Page, chance: random.Random) -> None:
    """One thing that a learner does."""
    kind = chance.choice(["question"] * 6 + ["write", "tick", "tick", "scroll"])
    if kind == "scroll":
        page.mouse.wheel(0, chance.randint(-900, 1400))
    elif kind == "write":
        page.locator("textarea").press_sequentially(chance.choice(["Jag ", "tänker ", "så här "]))
    elif kind == "tick":
        page.locator("[name=item]").nth(chance.randrange(3)).click()
    else:
        section = page.locator("[data-question]").nth(chance.randrange(10))
        controls = section.locator(
            "label.choice:visible, select:visible, input.input, "
            "[data-order] button:visible:not([aria-disabled=true])"
        )
        control = controls.nth(chance.randrange(controls.count()))
        match control.evaluate("element => element.localName"):
            case "select":
                options = control.locator("option").count()
                control.select_option(index=chance.randrange(options))
            case "input":
                control.fill(chance.choice(["12,5", "socialtjänsten", "rektorn", "åäö", "7"]))
            case _:
                control.click()


def _connection(context: BrowserContext, page: Page, kind: str) -> Callable[[], None]:
    """Make the connection quick or slow; what breaks it on the way."""
    if kind == "slow":
        session = context.new_cdp_session(page)
        conditions = {
            "offline": False,
            "latency": 400,
            "downloadThroughput": 50_000,
            "uploadThroughput": 50_000,
        }
        session.send("Network.emulateNetworkConditions", conditions)
    if kind == "broken":
        return lambda: context.set_offline(True)
    return lambda: None


def _crash(page: Page) -> None:
    """End the tab's own process, with no word to what runs in it."""
    with suppress(BrowserError):
        page.goto("chrome://crash", timeout=3000)


def _resume(machine: Machine, site: Site, learner: Learner, course: str) -> None:
    """Another device: "Fortsätt" from the course, and everything is there."""
    device = machine.device()
    page = device.new_page()
    page.goto(f"{site.url}{course}")
    page.get_by_role("link", name="Fortsätt").first.click()
    page.wait_for_load_state()
    address = urlsplit(page.url)
    landed = address.fragment.removeprefix("b-")
    if address.path != f"{course}{learner.lesson}/" or landed not in learner.places:
        raise Lost(f"Fortsätt leads to {page.url}, not {learner.lesson} {learner.places!r}")
    learner.check(page)
    device.close()


def until_sent(page: Page) -> None:
    """Wait until the page has nothing left that waits."""
    deadline = time.monotonic() + PATIENCE
    while True:
        page.wait_for_timeout(50)
        left = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('svar:'))")
        if not left:
            return
        if time.monotonic() > deadline:
            raise Lost(f"never sent: {left}")


def _one_round(
    machine: Machine, site: Site, learner: Learner, course: str, lessons: list[str], number: int
) -> Counter[str]:
    chance = random.Random(SEED * 100_000 + number)
    way = chance.choices(["tab closed", "tab crashed", "browser killed"], [6, 2, 2])[0]
    kind = chance.choices(["quick", "slow", "broken"], [5, 3, 2])[0]
    lesson = chance.choice(lessons)
    device, witness = machine.device(), Witness()
    page = device.new_page()
    witness.watch(page)
    page.goto(f"{site.url}{course}{lesson}/")
    learner.open(lesson)
    learner.check(page)
    break_now = _connection(device, page, kind)
    ends = time.monotonic() + chance.uniform(0.2, 3.0)
    breaks = time.monotonic() + chance.uniform(0.1, 1.5)
    page.set_default_timeout(5000)
    while time.monotonic() < ends:
        _act(page, chance)
        if time.monotonic() > breaks:
            break_now()
        page.wait_for_timeout(chance.uniform(0, 250))
    comes_back = way == "tab closed" and chance.random() < 0.5
    if way == "browser killed":
        machine.kill()
    elif way == "tab crashed":
        _crash(page)
    else:
        page.close()
    made, acknowledged = witness.all_made(), dict(witness.acknowledged)
    learner.note(made, acknowledged)
    if comes_back:
        # The same device has what it could not send.
        device.set_offline(False)
        again = device.new_page()
        again.goto(f"{site.url}{course}{lesson}/")
        until_sent(again)
        learner.note(made, made)
    if way != "browser killed":
        device.close()
    _resume(machine, site, learner, course)
    return Counter(
        {
            "made": len(made),
            "acknowledged": len(acknowledged),
            way: 1,
            f"connection {kind}": 1,
            "brought by the same device": int(comes_back),
        }
    )


MAKE = (
    "from tests.builders.every_kind import publish_every_kind as make;"
    "version = make();"
    "print(version.course.slug, *(lesson['slug'] for lesson in version.lessons))"
)


def main() -> int:
    running.PEOPLE = PEOPLE
    totals: Counter[str] = Counter()
    losses = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        slug, *lessons = site.manage("shell", "-v0", "-c", MAKE).split()[-4:]
        course = f"/kurser/{slug}/"
        machine, learner = Machine(playwright), Learner()
        first = open_screen(machine.browser, PHONE, "light")
        visitor = Visitor(first.new_page(), site)
        visitor.sign_in("medarbetare")
        visitor.open(course)
        visitor.page.get_by_role("button", name="Börja kursen").click()
        machine.cookies = first.cookies()
        learner.open(lessons[0])
        first.close()
        for number in range(ROUNDS):
            try:
                totals += _one_round(machine, site, learner, course, lessons, number)
                print(f"round {number} of {ROUNDS}", end="\r", flush=True)
            except Lost as loss:
                losses.append(f"round {number}: {loss}")
                learner.lesson = ""
                learner.expected.pop(learner.lesson, None)
        machine.browser.close()
    for name, count in sorted(totals.items()):
        print(f"{name}: {count}")
    print(f"rounds: {ROUNDS}, losses: {len(losses)}")
    for loss in losses:
        print(loss, file=sys.stderr)
    return bool(losses)


if __name__ == "__main__":
    sys.exit(main())
