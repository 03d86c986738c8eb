/* A needs form is saved as it is typed (outbox.js): what is written waits on this device while there
   is no connection, and whoever writes at the same time elsewhere is told of. Without script, the
   buttons save and hand in. */
import { Outbox, Refused, SignedOut } from "./outbox.js";

const TEXT_PAUSE = 800;
const SEEMS_PERSONAL = /\d{6}/;
const NEITHER = new Set(["csrfmiddlewaretoken", "hand_in", "save"]);

const form = document.querySelector("form[data-needs]");
const keeping = form.querySelector("[data-keeping]");
const thing = "form";
let formToken = form.elements.csrfmiddlewaretoken.value;

/* Signed in again elsewhere, the page needs a fresh token; only who may still write gets it. */
async function renew() {
  const answer = await fetch(window.location.pathname, { redirect: "manual" });
  if (answer.status === 403) throw new Refused(keeping.dataset.ended, { final: true });
  if (!answer.ok) throw new SignedOut();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.querySelector("form[data-needs]");
  if (there?.dataset.needs !== form.dataset.needs) throw new SignedOut();
  formToken = there.elements.csrfmiddlewaretoken.value;
}

const outbox = new Outbox(`behov:${form.dataset.needs}:`, { token: () => formToken, renew });

function say(name, message = "") {
  for (const element of keeping.querySelectorAll("[data-when]")) {
    element.hidden = element.dataset.when !== name;
    const target = element.querySelector("[data-message]");
    if (target && !element.hidden) target.textContent = message;
  }
}

function written() {
  return [...new FormData(form)].filter(([name, value]) => !NEITHER.has(name) && typeof value === "string");
}

let stopped = false;

function keep({ delay = 0, over = false } = {}) {
  if (stopped) return;
  const fields = written();
  if (over) fields.push(["over", "1"]);
  const apart = fields.some(([, value]) => SEEMS_PERSONAL.test(value) && !/^[0-9a-f-]{32,36}$/.test(value));
  outbox.put(thing, { kind: "needs", url: form.dataset.keepUrl, fields }, { delay, apart });
  say("saving");
}

form.addEventListener("input", (event) => keep({ delay: event.target.matches("textarea") ? TEXT_PAUSE : 0 }));

/* What is written is sent with the form itself. */
form.addEventListener("submit", () => outbox.drop(thing));

outbox.addEventListener("saved", ({ detail: { data } }) => {
  form.elements.revision.value = data.revision;
  const [fault] = Object.values(data.faults ?? {});
  if (outbox.has(thing)) return;
  if (fault) {
    say("fault", fault);
    return;
  }
  keeping.querySelector("[data-time]").textContent = data.saved;
  const refused = form.querySelector("[data-error-summary] h2");
  if (refused) refused.textContent = keeping.dataset.savedNotHandedIn;
  say("saved");
});

outbox.addEventListener("refused", ({ detail: { error } }) => {
  stopped = true;
  say(error.final ? "final" : "conflict", error.message);
});
outbox.addEventListener("unreachable", () => say("waiting"));
outbox.addEventListener("signed-out", () => say("signed-out"));

keeping.addEventListener("click", (event) => {
  if (event.target.closest("[data-reload]")) window.location.reload();
  if (event.target.closest("[data-over]")) {
    stopped = false;
    keep({ over: true });
  }
});

/* What an earlier page could not send is put back where it was written, and sent from here. */
const [unsent] = outbox.waiting().slice(-1);
if (unsent) {
  for (const control of form.elements) {
    if (!control.name || NEITHER.has(control.name) || ["revision", "client"].includes(control.name)) continue;
    const given = unsent.fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (/^(radio|checkbox)$/.test(control.type)) control.checked = given.includes(control.value);
    else if (given.length) [control.value] = given;
  }
  keep();
}
