/* Steps to put in order are moved up and down in a list. The rows to choose in stay underneath: they
   are what is saved, what an answer given elsewhere is put into, and what the list is drawn from. */

const choicesIn = (rows) => [...rows.querySelectorAll("[data-choosing] select")];
const stepsIn = (rows) => [...rows.querySelectorAll(".order-step")];

/* Chosen steps where they were chosen; the others fill the places left, as the page has them. */
function orderOf(selects) {
  const chosen = selects.map((select) => select.value);
  const order = chosen.map((value, place) => (chosen.indexOf(value) === place ? value : ""));
  const values = [...selects[0].options].map((option) => option.value);
  const left = values.filter((value) => value && !order.includes(value));
  return order.map((value) => value || left.shift());
}

/* Nothing chosen, or only some of it, is no answer. */
function isAnswered(selects) {
  const chosen = new Set(selects.map((select) => select.value));
  return chosen.size === selects.length && !chosen.has("");
}

export function showOrder(rows) {
  const selects = choicesIn(rows);
  const steps = stepsIn(rows);
  const order = orderOf(selects);
  if (order.join() !== steps.map((step) => step.dataset.value).join()) {
    const focused = document.activeElement;
    const list = rows.querySelector(".order-steps");
    list.append(...order.map((value) => steps.find((step) => step.dataset.value === value)));
    if (list.contains(focused)) focused.focus({ preventScroll: true });
  }
  stepsIn(rows).forEach((step, place) => {
    for (const [move, edge] of [["up", 0], ["down", steps.length - 1]]) {
      step.querySelector(`[data-move=${move}]`).setAttribute("aria-disabled", String(place === edge));
    }
  });
  const answered = isAnswered(selects);
  rows.querySelector("[data-order]").classList.toggle("is-answered", answered);
  rows.querySelector("[data-order-open]").hidden = answered;
  rows.querySelector("[data-order-answered]").hidden = !answered;
}

function answer(rows) {
  const selects = choicesIn(rows);
  stepsIn(rows).forEach((step, place) => { selects[place].value = step.dataset.value; });
  selects[0].dispatchEvent(new Event("change", { bubbles: true }));
}

/* The step beside is what is lifted over: the button pressed never leaves the page, nor its focus. */
function move(rows, button) {
  const step = button.closest(".order-step");
  const isUp = button.dataset.move === "up";
  const beside = isUp ? step.previousElementSibling : step.nextElementSibling;
  if (beside) {
    if (isUp) step.after(beside);
    else step.before(beside);
    answer(rows);
  }
  button.focus({ preventScroll: true });
  step.scrollIntoView({ block: "nearest" });
  const said = rows.querySelector("[data-order-said]");
  const steps = stepsIn(rows);
  const words = { place: steps.indexOf(step) + 1, total: steps.length, text: step.querySelector(".order-text").textContent };
  said.textContent = said.dataset.words.replace(/{(\w+)}/g, (_, name) => words[name]);
}

export function setUpOrder(rows) {
  const order = rows.querySelector("[data-order]");
  order.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.move) {
      move(rows, button);
    } else if (button) {
      answer(rows);
      rows.querySelector("[data-order-answered]").focus();
    }
  });
  rows.addEventListener("change", () => showOrder(rows));
  rows.querySelector("[data-choosing]").hidden = true;
  order.hidden = false;
  showOrder(rows);
}
