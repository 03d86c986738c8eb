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
  if (table.closest(".own-scroll")) continue;
  const region = document.createElement("div");
  region.className = "own-scroll";
  table.before(region);
  region.append(table);
  sizes.observe(region);
}
