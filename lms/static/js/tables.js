/* A table drawn as a list on a phone keeps its table roles for a screen reader; wide tables
   that scroll can be reached with the keyboard; the tab that is shown is in sight; choosing rows
   drives the bulk bar. */
const ROLES = [
  ["thead, tbody, tfoot", "rowgroup"],
  ["tr", "row"],
  ["thead th", "columnheader"],
  ["tbody th, tfoot th", "rowheader"],
  ["td", "cell"],
];

for (const table of document.querySelectorAll("table.table-list")) {
  if (!table.hasAttribute("role")) table.setAttribute("role", "table");
  for (const [selector, role] of ROLES) {
    for (const part of table.querySelectorAll(selector)) {
      if (!part.hasAttribute("role")) part.setAttribute("role", role);
    }
  }
}

function makeScrollable(wrap) {
  const scrolls = wrap.scrollWidth > wrap.clientWidth + 1;
  if (!scrolls) {
    wrap.removeAttribute("tabindex");
    wrap.removeAttribute("role");
    return;
  }
  wrap.tabIndex = 0;
  const caption = wrap.querySelector("caption");
  if (caption && !wrap.hasAttribute("aria-label")) wrap.setAttribute("aria-label", caption.textContent.trim());
  wrap.setAttribute("role", "region");
}
const sizes = new ResizeObserver((entries) => entries.forEach((entry) => makeScrollable(entry.target)));
document.querySelectorAll(".table-wrap, .table-wrap-desk").forEach((wrap) => sizes.observe(wrap));

/* Where the tabs go on to the side, the one that is shown comes into sight. */
for (const current of document.querySelectorAll(".tabs [aria-current]")) {
  const tabs = current.closest(".tabs");
  const past = current.getBoundingClientRect().right - tabs.getBoundingClientRect().right;
  if (past > 0) tabs.scrollLeft += past;
}

for (const form of document.querySelectorAll("form:has([data-bulk-item])")) {
  const items = () => [...form.querySelectorAll("[data-bulk-item]")];
  const all = form.querySelector("[data-bulk-all]");
  const tell = form.querySelector("[data-bulk-count]");
  const update = () => {
    const chosen = items().filter((item) => item.checked).length;
    if (tell) {
      tell.textContent = (chosen === 1 ? tell.dataset.one : tell.dataset.many).replace("{n}", chosen);
    }
    if (all) {
      all.checked = chosen > 0 && chosen === items().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) items().forEach((item) => { item.checked = all.checked; });
    update();
  });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-bulk-clear]")) return;
    event.preventDefault();
    items().forEach((item) => { item.checked = false; });
    update();
    (all ?? items()[0])?.focus();
  });
  update();
}
