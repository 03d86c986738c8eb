/* Kinds of question that show more with script: places in a picture to point at, a case where the
   next step appears when the choice before it is made, steps that are moved into their order, and
   rows that say when the same is chosen in two of them. */
import { setUpOrder, showOrder } from "./order.js";

function showChosen(picture) {
  for (const place of picture.querySelectorAll("[data-for]")) {
    const radio = document.getElementById(place.dataset.for);
    place.classList.toggle("is-chosen", radio.checked);
    place.classList.toggle("is-focused", radio.matches(":focus-visible"));
  }
}

function setUpPicture(section, picture) {
  picture.addEventListener("click", (event) => {
    const place = event.target.closest("[data-for]");
    const radio = place && document.getElementById(place.dataset.for);
    if (!radio || radio.matches(":disabled")) return;
    radio.focus({ preventScroll: true });
    radio.click();
  });
  for (const name of ["change", "focusin", "focusout"]) {
    section.addEventListener(name, () => window.setTimeout(() => showChosen(picture)));
  }
  showChosen(picture);
}

/* The steps on the way stand in its order; the others wait out of sight. */
function showWay(branch) {
  const steps = [...branch.querySelectorAll("[data-step]")];
  const way = [];
  for (let step = steps[0]; step && !way.includes(step); ) {
    if (way.length) way.at(-1).after(step);
    way.push(step);
    const chosen = step.querySelector("input:checked");
    step = chosen && document.getElementById(chosen.dataset.leadsTo);
  }
  for (const step of steps) step.classList.toggle("is-ahead", !way.includes(step));
  return way;
}

function setUpBranch(branch) {
  if (branch.closest("fieldset:disabled")) return;
  showWay(branch);
  const said = branch.parentElement.querySelector("[data-branch-said]");
  branch.addEventListener("change", () => {
    const before = [...branch.querySelectorAll("[data-step]:not(.is-ahead)")];
    const last = showWay(branch).at(-1);
    if (before.includes(last)) return;
    last.scrollIntoView({ block: "nearest" });
    /* Only the step that was added is read out, not the whole case. */
    if (said) said.textContent = last.querySelector(".prose").textContent.trim();
  });
}

/* Said and never stopped: it may be on the way to something else. */
function showTwice(rows) {
  const given = [...rows.querySelectorAll("[data-choosing] option:checked")].filter((option) => option.value);
  const times = (option) => given.filter((other) => other.value === option.value).length;
  const texts = new Set(given.filter((option) => times(option) > 1).map((option) => option.textContent));
  const said = rows.querySelector("[data-twice-texts]");
  const text = [...texts].join(" / ");
  if (said.textContent === text) return;
  rows.querySelector("[data-twice-words]").hidden = !text;
  said.textContent = text;
}

export function setUpKinds() {
  for (const picture of document.querySelectorAll("[data-picture]")) {
    setUpPicture(picture.closest("[data-question]"), picture);
  }
  document.querySelectorAll("[data-branch]").forEach(setUpBranch);
  for (const rows of document.querySelectorAll("[data-rows]")) {
    if (rows.querySelector("[data-order]")) setUpOrder(rows);
    rows.addEventListener("change", () => showTwice(rows));
    showTwice(rows);
  }
}

/* After values were put in from elsewhere. */
export function refreshKind(section) {
  const picture = section.querySelector("[data-picture]");
  const branch = section.querySelector("[data-branch]");
  if (picture) showChosen(picture);
  if (branch) showWay(branch);
  const rows = section.querySelector("[data-rows]");
  if (!rows) return;
  showTwice(rows);
  if (rows.querySelector("[data-order]")) showOrder(rows);
}
