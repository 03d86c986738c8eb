// The team page: the reason behind a cell in a dialog, and the matrix as a grid for the keyboard.
// Without this script a cell leads to a page of its own, and the matrix is a plain table.

const dialog = document.getElementById("varfor-dialog");
if (dialog) {
  const body = dialog.querySelector("[data-dialog-body]");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-why]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    try {
      const response = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const why = page.getElementById("varfor");
      if (!response.ok || !why) throw new Error("no reason in the answer");
      body.replaceChildren(document.adoptNode(why));
      dialog.showModal();
    } catch {
      location.assign(link.href);
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

const tick = (box, checked) => {
  if (!box || box.checked === checked) return;
  box.checked = checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose]");
  if (!link) return;
  event.preventDefault();
  for (const row of document.querySelectorAll("table[data-grid] tbody tr")) {
    tick(row.querySelector("[data-bulk-item]"), link.dataset.choose === "all" || "gaps" in row.dataset);
  }
});

const PAGE = 10;
const INSIDE = "a, input";

class Grid {
  constructor(table) {
    this.table = table;
    this.wrap = table.parentElement;
    this.rows = [...table.rows].map((row) => [...row.cells]);
    this.at = null;
    this.anchor = null;
    table.addEventListener("keydown", (event) => this.press(event));
    table.addEventListener("focusin", (event) => this.enter(event));
    table.addEventListener("change", () => this.mark());
  }

  // A list on a phone is no grid: the roles and the one tab stop come and go with the width.
  turn(on) {
    const { table, wrap } = this;
    table.setAttribute("role", on ? "grid" : "table");
    const choosable = on && table.querySelector("[data-bulk-item]");
    choosable ? table.setAttribute("aria-multiselectable", "true") : table.removeAttribute("aria-multiselectable");
    for (const cell of this.rows.flat()) {
      if (cell.tagName === "TD") cell.setAttribute("role", on ? "gridcell" : "cell");
      on ? (cell.tabIndex = -1) : cell.removeAttribute("tabindex");
      for (const inside of cell.querySelectorAll(INSIDE)) on ? (inside.tabIndex = -1) : inside.removeAttribute("tabindex");
    }
    // The region need not be reached by itself where every cell can.
    on ? wrap.removeAttribute("tabindex") : (wrap.tabIndex = 0);
    this.on = on;
    this.at = null;
    if (on) this.stop(this.rows[1]?.[0] ?? this.rows[0][0]);
    this.mark();
  }

  stop(cell) {
    if (this.at) this.at.tabIndex = -1;
    this.at = cell;
    cell.tabIndex = 0;
  }

  enter(event) {
    const cell = event.target.closest("th, td");
    if (this.on && cell && cell !== this.at) this.stop(cell);
  }

  mark() {
    for (const [head] of this.rows.slice(1)) {
      const box = head.querySelector("[data-bulk-item]");
      if (this.on && box) head.parentElement.setAttribute("aria-selected", String(box.checked));
      else head.parentElement.removeAttribute("aria-selected");
    }
  }

  box(row) {
    return this.rows[row]?.[0].querySelector("[data-bulk-item]");
  }

  go(row, column) {
    const cells = this.rows[Math.min(Math.max(row, 0), this.rows.length - 1)];
    const cell = cells[Math.min(Math.max(column, 0), cells.length - 1)];
    this.stop(cell);
    cell.focus({ preventScroll: true });
    this.show(cell);
  }

  // Names and heads stay in place while the rest scrolls under them: a cell is not shown until
  // it is clear of both.
  show(cell) {
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    const head = this.rows[0][0];
    if (cell.cellIndex > 0) {
      const hidden = this.rows[1][0].getBoundingClientRect().right - cell.getBoundingClientRect().left;
      if (hidden > 0) this.wrap.scrollLeft -= hidden;
    }
    if (cell.parentElement.rowIndex > 0) {
      const hidden = head.getBoundingClientRect().bottom - cell.getBoundingClientRect().top;
      if (hidden > 0) this.wrap.scrollTop -= hidden;
    }
  }

  choose(from, to) {
    const [first, last] = from < to ? [from, to] : [to, from];
    for (let row = Math.max(first, 1); row <= last; row += 1) tick(this.box(row), true);
  }

  press(event) {
    const cell = event.target.closest("th, td");
    if (!this.on || !cell || event.altKey) return;
    const row = cell.parentElement.rowIndex;
    const column = cell.cellIndex;
    const control = event.ctrlKey || event.metaKey;
    const last = this.rows.length - 1;
    const end = this.rows[0].length - 1;
    const places = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [control ? 0 : row, 0],
      End: [control ? last : row, end],
      PageUp: [Math.max(row - PAGE, Math.min(row, 1)), column],
      PageDown: [row + PAGE, column],
    };
    if (event.key in places) {
      event.preventDefault();
      const [to, side] = places[event.key];
      if (event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) this.choose(row, Math.min(Math.max(to, 1), last));
      this.go(to, side);
    } else if (event.key === " ") {
      event.preventDefault();
      const box = this.box(row);
      if (!box) return;
      if (event.shiftKey && this.anchor) this.choose(this.anchor, row);
      else tick(box, !box.checked);
      this.anchor = row;
    } else if (control && event.key.toLowerCase() === "a") {
      event.preventDefault();
      this.choose(1, last);
    } else if (event.key === "Enter" && event.target === cell) {
      event.preventDefault();
      cell.querySelector("a")?.click();
    }
  }
}

for (const table of document.querySelectorAll("table[data-grid]")) {
  const grid = new Grid(table);
  const desk = matchMedia("(min-width: 48rem)");
  const keys = document.querySelector("[data-grid-keys]");
  const turn = () => {
    grid.turn(desk.matches);
    if (keys) keys.hidden = !desk.matches;
  };
  desk.addEventListener("change", turn);
  turn();
}
