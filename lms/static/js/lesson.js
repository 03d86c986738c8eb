/* A lesson: answers, texts and ticks are saved as they are made (outbox.js), handed in only when
   everything has arrived, and shown as they were left on another device. Without script, forms
   and links do the same. */
import { Outbox, Refused, SignedOut } from "./outbox.js";
import { refreshKind, setUpKinds } from "./kinds.js";
import { followPlace } from "./place.js";
import "./scenario.js";

document.documentElement.classList.add("scripted");

const TEXT_PAUSE = 800;
const WISH_LASTS = 24 * 60 * 60 * 1000;
const TIME_TO_TAKE_BACK = 4000;
const SEEMS_PERSONAL = /\d{6}/;

const lesson = document.querySelector("[data-lesson]");
const form = document.querySelector("form[data-answers]");
const attempt = Number(form?.elements.attempt.value ?? 0);
// The order in which this page shows what can be chosen: it tells what a field's value means.
const shuffle = form?.elements.shuffle.value;
const earlier = lesson.dataset.goesOnFrom?.split(" ").filter(Boolean) ?? [];
const here = `${lesson.dataset.enrolment}:${lesson.dataset.lesson}`;
let formToken = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

/* Signed in again elsewhere, the page needs a fresh token; only the same person gets it. */
async function renew() {
  const answer = await fetch(window.location.pathname, { redirect: "manual" });
  if (!answer.ok) throw new SignedOut();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.querySelector("[data-lesson]")?.dataset;
  const goesOn = there?.goesOnFrom?.split(" ").includes(lesson.dataset.enrolment);
  if (there?.enrolment !== lesson.dataset.enrolment && !goesOn) throw new SignedOut();
  formToken = page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

const outbox = new Outbox(`svar:${lesson.dataset.enrolment}:`, {
  earlier: earlier.map((each) => `svar:${each}:`),
  token: () => formToken,
  renew,
});
const place = lesson.dataset.placeUrl ? followPlace(outbox, lesson.dataset.placeUrl) : null;

/* What is said about saving: one thing at a time, the gravest. */
const keeping = document.querySelector("[data-keeping]");
const said = {};

function say(changes = {}) {
  Object.assign(said, changes);
  const number = outbox.waiting().length;
  said.stuck = outbox.stuck;
  said.refused = Boolean(document.querySelector("form[data-keep] [data-error]:not([hidden])"));
  said["no-number"] = Boolean(form?.querySelector("[data-no-number]:not([hidden])"));
  const showing = ["signed-out", "final", "stuck", "changed", "handing-in", "waiting", "refused", "no-number"].find((name) => said[name] && (name !== "waiting" || number))
    ?? (number ? "saving" : "saved");
  for (const element of keeping.querySelectorAll("[data-when]")) {
    const shown = element.dataset.when === showing && (showing !== "saved" || Boolean(said.time));
    if (element.hidden === shown) element.hidden = !shown;
    const put = (name, text) => {
      const target = element.querySelector(`[data-${name}]`);
      if (target && target.textContent !== text) target.textContent = text;
    };
    if (!shown) continue;
    put("number", String(number));
    put("time", said.time);
    put("message", said.final ?? "");
    for (const button of element.querySelectorAll("[data-reload]")) button.hidden = showing === "final" && Boolean(said.gone);
    for (const words of element.querySelectorAll("[data-kept-here], [data-only-here]")) {
      words.hidden = outbox.onlyHere === words.matches("[data-kept-here]");
    }
    const waits = element.querySelector("[data-waits]");
    if (waits) waits.hidden = !number;
  }
  fall(showing === "saved" ? said.time : null);
}

/* That all is saved is said over the page for a while; then the word fades and stands, quiet, at
   the foot of the lesson, where it covers nothing. */
const FALLS_AFTER = 4000;
const FADES_FOR = 400;
let fallen = keeping.querySelector("[data-time]").textContent;
let fallTimer = 0;

function fall(time) {
  if (time !== null && time === fallen) return;
  fallen = time;
  window.clearTimeout(fallTimer);
  keeping.classList.remove("is-quiet", "is-fading");
  if (time === null) return;
  fallTimer = window.setTimeout(() => {
    keeping.classList.add("is-fading");
    fallTimer = window.setTimeout(() => keeping.classList.replace("is-fading", "is-quiet"), FADES_FOR);
  }, FALLS_AFTER);
}
said.time = keeping.querySelector("[data-time]").textContent;

/* Questions. */
const sections = new Map(
  [...(form?.querySelectorAll("[data-question]") ?? [])].map((section) => [section.dataset.question, section]),
);
// When each thing was last changed here, or had its change saved.
const touched = new Map();

function put(thing, change, options) {
  touched.set(thing, Date.now());
  outbox.put(thing, change, options);
}

function controls(section) {
  return [...section.querySelectorAll("input[name], select[name], textarea[name]")];
}

function fieldsOf(section) {
  return controls(section)
    .filter((control) => !/^(radio|checkbox)$/.test(control.type) || control.checked)
    .map((control) => [control.name, control.value]);
}

function putIn(section, fields) {
  for (const control of controls(section)) {
    const values = fields[control.name] ?? [];
    if (/^(radio|checkbox)$/.test(control.type)) control.checked = values.includes(control.value);
    else if (control.value.trim() !== (values[0] ?? "")) control.value = values[0] ?? "";
  }
  refreshKind(section);
}

function isTyping(control) {
  return control.matches("textarea, input:not([type=radio], [type=checkbox])");
}

function questionChanged(event) {
  const section = event.target.closest("[data-question]");
  if (!section) return;
  const typing = event.type === "input" && isTyping(event.target);
  if (event.type === "input" && !typing) return;
  const key = section.dataset.question;
  said.changed = false;
  put(
    `${here}:q:${key}`,
    { kind: "answer", url: form.action, attempt, shuffle, question: key, fields: fieldsOf(section) },
    { delay: typing ? TEXT_PAUSE : 0 },
  );
  place?.answered(section.dataset.block);
}
form?.addEventListener("input", questionChanged);
form?.addEventListener("change", questionChanged);

/* What is typed where a number is asked for is kept, and is no answer until it is one. */
function noNumber(key, among = []) {
  const words = sections.get(key)?.querySelector("[data-no-number]");
  if (!words) return;
  words.hidden = !among.includes(key);
  const field = sections.get(key).querySelector(".input-number");
  if (words.hidden) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
}

/* Texts and ticks, each saved by itself and each with its own word about it. */
const tasks = [...document.querySelectorAll("form[data-keep]")];

function taskError(task, text) {
  const problem = task.querySelector("[data-error]");
  if (!problem) return;
  problem.hidden = !text;
  if (text) problem.textContent = text;
}

for (const task of tasks) {
  const block = task.dataset.keep;
  const listen = (event) => {
    if (isTyping(event.target)) {
      const text = event.target.value;
      put(
        `${here}:r:${block}`,
        { kind: "text", url: task.action, block, fields: [["text", text]] },
        { delay: event.type === "input" ? TEXT_PAUSE : 0, apart: SEEMS_PERSONAL.test(text) },
      );
    } else if (event.type === "change") {
      const { value, checked } = event.target;
      const fields = [["touched", value], ...(checked ? [["item", value]] : [])];
      put(`${here}:c:${block}:${value}`, { kind: "tick", url: task.action, block, fields });
    }
  };
  task.addEventListener("input", listen);
  task.addEventListener("change", listen);
  task.addEventListener("submit", (event) => {
    event.preventDefault();
    outbox.flush();
  });
}

function putInTask(task, entry) {
  const fields = new URLSearchParams(entry.fields);
  const text = task.querySelector("textarea");
  if (entry.kind === "text" && text) text.value = fields.get("text");
  const item = task.querySelector(`input[value="${CSS.escape(fields.get("touched"))}"]`);
  if (entry.kind === "tick" && item) item.checked = fields.has("item");
}

/* What was refused, or could not be kept by the browser, is only on the screen: ask before the
   reader leaves it. */
window.addEventListener("beforeunload", (event) => {
  const refused = document.querySelector("form[data-keep] [data-error]:not([hidden])");
  const unsent = said.waiting || said["signed-out"] || said.stuck;
  if (refused || (outbox.onlyHere && unsent)) event.preventDefault();
});

/* What an earlier page could not send is put back over what the server has. */
for (const entry of outbox.waiting()) {
  const section = entry.kind === "answer" && entry.attempt === attempt && sections.get(entry.question);
  if (section && entry.thing.startsWith(`${here}:`)) {
    const fields = {};
    for (const [name, value] of entry.fields) (fields[name] ??= []).push(value);
    putIn(section, fields);
  }
  const task = tasks.find((each) => each.dataset.keep === entry.block);
  if (task) putInTask(task, entry);
}
const foundUnsent = outbox.waiting().length > 0;

outbox.addEventListener("changed", () => say());
outbox.addEventListener("saved", ({ detail: { entries, data } }) => {
  for (const entry of entries) {
    const task = tasks.find((each) => each.dataset.keep === entry.block);
    if (task && !outbox.has(entry.thing)) {
      taskError(task, "");
      task.querySelector("[data-kept]").textContent = data.text;
    }
    if (entry.kind === "answer" && !outbox.has(entry.thing)) noNumber(entry.question, data.no_number);
    touched.set(entry.thing, Date.now());
  }
  say({ waiting: false, "signed-out": false, ...(data.saved ? { time: data.saved } : {}) });
  if (wish()) handIn();
});
outbox.addEventListener("refused", ({ detail: { entries, error } }) => {
  const task = tasks.find((each) => each.dataset.keep === entries[0].block);
  if (task && !error.final) {
    taskError(task, error.message);
    task.querySelector("[data-kept]").textContent = "";
  } else if (entries[0].kind !== "place") {
    say({ final: error.message, gone: error.gone });
  }
  say({ waiting: false, "signed-out": false });
});
outbox.addEventListener("unreachable", () => {
  for (const entry of outbox.waiting()) {
    const kept = tasks.find((each) => each.dataset.keep === entry.block)?.querySelector("[data-kept]");
    if (kept) kept.textContent = "";
  }
  say({ waiting: true });
});
outbox.addEventListener("signed-out", () => say({ "signed-out": true }));

/* Handing in: first everything given arrives, then the attempt ends. The wish is remembered until
   the server has answered, and can be taken back. */
const wishKey = `lamna-in:${here}`;
let handingIn = false;
let handTimer = 0;

function wish(value) {
  try {
    if (value) localStorage.setItem(wishKey, JSON.stringify({ attempt, given: Date.now() }));
    else if (value === null) localStorage.removeItem(wishKey);
    const found = JSON.parse(localStorage.getItem(wishKey));
    if (found && (found.attempt !== attempt || Date.now() - found.given > WISH_LASTS)) localStorage.removeItem(wishKey);
    else return Boolean(found);
  } catch {
    if (value !== undefined) wish.kept = Boolean(value);
  }
  return Boolean(wish.kept);
}

function go(address) {
  const url = new URL(address, window.location.href);
  if (url.pathname + url.search !== window.location.pathname + window.location.search) {
    window.location.assign(url);
    return;
  }
  window.history.scrollRestoration = "manual";
  window.history.replaceState(null, "", url);
  window.location.reload();
}

function takeBack() {
  window.clearTimeout(handTimer);
  wish(null);
  say({ "handing-in": false });
}

async function handIn() {
  if (handingIn || !wish()) return;
  handingIn = true;
  window.clearTimeout(handTimer);
  const button = form.querySelector("[name=submit]");
  button.setAttribute("aria-busy", "true");
  try {
    if (!(await outbox.flush())) throw new Error("unsent");
    /* What is handed in is what the learner sees: an answer given elsewhere is shown first. What
       was handed in elsewhere meanwhile has its result already. */
    if (!said.final) await catchUp({ surely: true });
    if (said.final === keeping.dataset.elsewhere) {
      wish(null);
      go(`${window.location.pathname}#resultat`);
      return;
    }
    if (said.final || !wish() || said.changed) {
      takeBack();
    } else {
      const body = new URLSearchParams({ attempt, shuffle, submit: "1" });
      const data = await outbox.ask(form.action, body);
      wish(null);
      go(data.next);
      return;
    }
  } catch (error) {
    if (error instanceof Refused) {
      takeBack();
      say({ final: error.message, gone: error.gone });
    } else if (outbox.stuck) {
      takeBack();
    } else if (wish()) {
      say({ "handing-in": true, ...(error instanceof SignedOut ? { "signed-out": true } : {}) });
      handTimer = window.setTimeout(handIn, 5000);
    }
  }
  handingIn = false;
  button.removeAttribute("aria-busy");
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  said.changed = false;
  wish(true);
  handIn();
});
keeping.querySelector("[data-take-back]").addEventListener("click", takeBack);
for (const button of keeping.querySelectorAll("[data-reload]")) {
  button.addEventListener("click", () => window.location.reload());
}
window.addEventListener("online", () => wish() && handIn());

/* What was done elsewhere meanwhile, never over something that is not sent or was just changed. */
let lastCatchUp = 0;

/* The answers on the page that were changed by it are shown as changed. */
async function catchUp({ surely = false } = {}) {
  const asked = Date.now();
  if (asked - lastCatchUp < 1000 && !surely) return;
  lastCatchUp = asked;
  let data;
  try {
    data = await outbox.ask(lesson.dataset.stateUrl);
  } catch (error) {
    if (error instanceof SignedOut) say({ "signed-out": true });
    if (surely) throw error;
    return;
  }
  if (data.enrolment !== Number(lesson.dataset.enrolment)) {
    if (data.others.includes(Number(lesson.dataset.enrolment))) {
      if (!said.final) say({ final: keeping.dataset.goesOn });
      return;
    }
    say({ "signed-out": true });
    if (surely) throw new SignedOut();
    return;
  }
  say({ "signed-out": false });
  outbox.retry();
  const unsaid = (thing) => !outbox.has(thing) && !((touched.get(thing) ?? 0) > asked);
  for (const [block, text] of Object.entries(data.texts)) {
    const task = tasks.find((each) => each.dataset.keep === block);
    const area = task?.querySelector("textarea");
    /* A text that was refused is only here. */
    const refused = task?.querySelector("[data-error]:not([hidden])");
    if (area && area !== document.activeElement && !refused && unsaid(`${here}:r:${block}`)) area.value = text;
  }
  for (const [block, ticked] of Object.entries(data.ticks)) {
    for (const box of tasks.find((task) => task.dataset.keep === block)?.querySelectorAll("[name=item]") ?? []) {
      if (unsaid(`${here}:c:${block}:${box.value}`)) box.checked = ticked.includes(Number(box.value));
    }
  }
  if (!form) return;
  if (data.submitted || data.attempt !== attempt || String(data.shuffle) !== shuffle) {
    say({ final: keeping.dataset.elsewhere });
    return;
  }
  let changed = false;
  for (const [key, section] of sections) {
    if (!unsaid(`${here}:q:${key}`)) continue;
    const before = JSON.stringify(fieldsOf(section));
    putIn(section, data.fields);
    const differs = JSON.stringify(fieldsOf(section)) !== before;
    section.classList.toggle("is-changed", differs || section.classList.contains("is-changed"));
    changed ||= differs;
  }
  if (changed) say({ changed: true });
}
document.addEventListener("visibilitychange", () => document.hidden || catchUp());
window.addEventListener("focus", () => catchUp());
window.addEventListener("pageshow", (event) => event.persisted && catchUp());

setUpKinds();
say();
if (foundUnsent) outbox.flush().then((sent) => sent && catchUp());
else outbox.retry();
if (form && wish()) {
  say({ "handing-in": true });
  handTimer = window.setTimeout(handIn, TIME_TO_TAKE_BACK);
}
if (window.location.hash === "#resultat") document.getElementById("resultat")?.focus();
