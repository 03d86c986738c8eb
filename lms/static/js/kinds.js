/* Kinds of question that show more with script: places in a picture to point at, and a case where
   the next step appears when the choice before it is made. */

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
  branch.addEventListener("change", () => {
    const before = [...branch.querySelectorAll("[data-step]:not(.is-ahead)")];
    const last = showWay(branch).at(-1);
    if (!before.includes(last)) last.scrollIntoView({ block: "nearest" });
  });
}

export function setUpKinds() {
  for (const picture of document.querySelectorAll("[data-picture]")) {
    setUpPicture(picture.closest("[data-question]"), picture);
  }
  document.querySelectorAll("[data-branch]").forEach(setUpBranch);
}

/* After values were put in from elsewhere. */
export function refreshKind(section) {
  const picture = section.querySelector("[data-picture]");
  const branch = section.querySelector("[data-branch]");
  if (picture) showChosen(picture);
  if (branch) showWay(branch);
}
