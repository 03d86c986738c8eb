/* The lesson editor's panel "what is left to do": read again each time the draft has been saved. */
const panel = document.querySelector("[data-studio-checks]");

if (panel) {
  document.addEventListener("w-autosave:success", async () => {
    try {
      const answer = await fetch(panel.dataset.studioChecks, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      panel.replaceChildren(...page.body.childNodes);
    } catch {
      // Without a connection the panel goes on showing the draft last read.
    }
  });
}

/* A rich text hands its words to the form a moment after the last key (Wagtail waits 250 ms). Whoever
   saves before that has the form sent once the words are in it. */
const HANDED_OVER = 400;
let written = 0;
let held = 0;
for (const kind of ["keydown", "input", "paste", "drop", "click"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target.closest?.("[data-draftail-editor-wrapper]")) written = Date.now();
  }, true);
}
window.addEventListener("submit", (event) => {
  const left = written + HANDED_OVER - Date.now();
  if (left <= 0 || !event.target.querySelector("[data-draftail-editor-wrapper]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target: form, submitter } = event;
  window.clearTimeout(held);
  held = window.setTimeout(() => {
    // A button that shows that it works is disabled, and what it stands for would not be sent.
    const isOff = submitter?.disabled;
    if (isOff) submitter.disabled = false;
    form.requestSubmit(submitter);
    if (isOff) submitter.disabled = true;
  }, left);
}, true);

/* Lines end where they do for who reads them (courses/pasting.py): a text from a document may hold
   soft breaks. Each is one character here, for a box never holds a carriage return. */
const LINE_BREAK = /[\n\v\f\x1c-\x1e\x85\u2028\u2029]/;

/* A line that cannot be read is chosen in the box it stands in, the first one at once. */
function chooseLine(link) {
  const box = document.getElementById(link.hash.slice(1));
  if (!box) return;
  const lines = box.value.split(LINE_BREAK);
  const line = Number(link.dataset.line) - 1;
  const start = lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
  box.focus();
  box.setSelectionRange(start, start + (lines[line] ?? "").length);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-line]");
  if (!link) return;
  event.preventDefault();
  chooseLine(link);
});

const faulty = document.querySelector("a[data-line]");
if (faulty) chooseLine(faulty);

/* What was written in a box and not sent is asked about before the page is left. */
let sending = false;
document.addEventListener("submit", () => { sending = true; });
window.addEventListener("beforeunload", (event) => {
  if (sending) return;
  const boxes = [...document.querySelectorAll("form[data-paste] textarea")];
  const refused = document.querySelector("a[data-line]");
  if (boxes.some((box) => box.value.trim() && (refused || box.value !== box.defaultValue))) event.preventDefault();
});

/* Whoever moved a page goes on from the same button, where the page now stands. */
const MOVED = "studio-moved";
document.addEventListener("submit", (event) => {
  const step = event.submitter?.closest(".studio-steps button");
  if (step) sessionStorage.setItem(MOVED, `${step.closest("[id^=sida-]").id} ${step.value}`);
});
const moved = sessionStorage.getItem(MOVED)?.split(" ");
sessionStorage.removeItem(MOVED);

function goOnFromMoved() {
  const steps = [...document.querySelectorAll(`#${moved[0]} .studio-steps button`)];
  const open = steps.filter((step) => !step.disabled && step.closest("[id^=sida-]").id === moved[0]);
  (open.find((step) => step.value === moved[1]) ?? open[0])?.focus();
}

/* Coming to the place that the address names, the browser takes the focus away. */
if (moved && document.readyState === "complete") goOnFromMoved();
else if (moved) window.addEventListener("load", () => window.setTimeout(goOnFromMoved));
