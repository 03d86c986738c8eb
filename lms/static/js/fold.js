/* Long tables ([data-fold], open as they come) are folded on a phone, and opened where there is room,
   for print, and when a link leads to them. Without script they stand open. */
const wide = window.matchMedia("(min-width: 48rem)");
const folds = [...document.querySelectorAll("[data-fold]")];
let before = [];

function aimed() {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  const fold = target?.querySelector(":scope > [data-fold]");
  if (fold) fold.open = true;
}

function fit() {
  for (const fold of folds) fold.open = wide.matches;
  aimed();
}

wide.addEventListener("change", fit);
window.addEventListener("hashchange", aimed);
window.addEventListener("beforeprint", () => {
  before = folds.map((fold) => fold.open);
  for (const fold of folds) fold.open = true;
});
window.addEventListener("afterprint", () => folds.forEach((fold, at) => { fold.open = before[at]; }));
fit();
