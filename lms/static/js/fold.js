/* Long tables ([data-fold], open as they come) are folded on a phone and opened where there is room.
   Whatever is folded opens for print, and when a link leads to it; [data-open-all] opens all parts
   of its section, and shuts them. Without script these stand open; the longest, which come shut, and
   a part open by themselves. */
const wide = window.matchMedia("(min-width: 48rem)");
const folds = [...document.querySelectorAll("[data-fold]")];
const all = [...document.querySelectorAll("main details")];
let before = [];

function aimed() {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  const fold = target?.querySelector(":scope > .table-fold");
  if (fold) fold.open = true;
}

function fit() {
  for (const fold of folds) fold.open = wide.matches;
  aimed();
}

wide.addEventListener("change", fit);
window.addEventListener("hashchange", aimed);
window.addEventListener("beforeprint", () => {
  before = all.map((fold) => fold.open);
  for (const fold of all) fold.open = true;
});
window.addEventListener("afterprint", () => all.forEach((fold, at) => { fold.open = before[at]; }));
fit();

for (const button of document.querySelectorAll("[data-open-all]")) {
  const parts = [...button.closest("section").querySelectorAll(".document-parts > details")];
  const words = [button.dataset.shut, button.textContent];
  const tell = () => { button.textContent = words[parts.every((part) => part.open) ? 0 : 1]; };
  button.addEventListener("click", () => {
    const open = !parts.every((part) => part.open);
    for (const part of parts) part.open = open;
  });
  for (const part of parts) part.addEventListener("toggle", tell);
  button.hidden = false;
}
