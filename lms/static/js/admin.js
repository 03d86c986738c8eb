/* A long form above a list is folded on a phone until it is asked for. */
for (const fold of document.querySelectorAll("details[data-fold-narrow]")) {
  if (matchMedia("(max-width: 50rem)").matches) fold.open = false;
}

/* On a phone each row of our own tables is a card (css/admin.css): a cell then says its heading, and
   the table keeps its roles for a screen reader. Wagtail's own lists stay as Wagtail made them. */
const ROLES = [
  ["thead, tbody, tfoot", "rowgroup"],
  ["tr", "row"],
  ["thead th", "columnheader"],
  ["tbody th, tfoot th", "rowheader"],
  ["td", "cell"],
];

function makeCards(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const fits = (row) => row.cells.length === heads.length;
  if (table.closest("#listing-results") || table.tHead?.rows.length !== 1 || !rows.every(fits)) return;
  table.classList.add("own-cards");
  table.setAttribute("role", "table");
  for (const [selector, role] of ROLES) {
    for (const part of table.querySelectorAll(selector)) part.setAttribute("role", role);
  }
  for (const row of rows) {
    [...row.cells].forEach((cell, at) => {
      const words = heads[at].textContent.trim();
      // The first cell is the card's name, unless it is only a number.
      if (words && (at || /^\d+$/.test(cell.textContent.trim()))) cell.dataset.label = words;
    });
  }
}

/* A table that is wider than the screen stands in a region of its own, which says what it is, can
   be drawn sideways with the keyboard and shows that there is more. */
function nameOf(table) {
  const caption = table.caption?.textContent.trim();
  if (caption) return caption;
  const headings = [...document.querySelectorAll("main :is(h1, h2, h3)")].filter(
    (each) => each.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return headings.at(-1)?.textContent.trim() ?? document.title;
}

function follow(region) {
  const scrolls = region.scrollWidth > region.clientWidth + 1;
  region.classList.toggle("is-wide", scrolls);
  if (scrolls) {
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", nameOf(region.querySelector("table")));
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) region.removeAttribute(name);
  }
}

const sizes = new ResizeObserver((entries) => entries.forEach((entry) => follow(entry.target)));
for (const table of document.querySelectorAll("main table.listing:not(.own-list)")) {
  makeCards(table);
  if (table.closest(".own-scroll")) continue;
  const region = document.createElement("div");
  region.className = "own-scroll";
  table.before(region);
  region.append(table);
  sizes.observe(region);
}
