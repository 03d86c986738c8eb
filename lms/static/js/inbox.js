// The reviewer's inbox by keyboard. Without this script it is a form with boxes and two buttons.

const form = document.querySelector("[data-inbox]");
if (form) {
  const rows = [...form.querySelectorAll("[data-case]")];
  const box = (row) => row.querySelector("[type=checkbox]");
  const keys = document.querySelector("[data-keys]");
  const help = form.querySelector("[data-help]");
  const status = form.querySelector("[data-chosen]");
  const current = () => rows.find((row) => row.contains(document.activeElement));

  const count = () => {
    const chosen = rows.filter((row) => box(row).checked).length;
    status.textContent = chosen ? `${status.dataset.some} ${chosen}` : status.dataset.none;
  };
  const go = (step) => {
    const row = current();
    const at = row ? rows.indexOf(row) + step : step > 0 ? 0 : rows.length - 1;
    box(rows[Math.min(Math.max(at, 0), rows.length - 1)]).focus();
  };
  const send = (name) => {
    if (!rows.some((row) => box(row).checked) && current()) box(current()).checked = true;
    form.requestSubmit(form.querySelector(name));
  };

  help.hidden = false;
  help.addEventListener("click", () => keys.showModal());
  form.addEventListener("change", count);
  count();
  for (const group of form.querySelectorAll("[data-group]")) {
    const ready = [...group.querySelectorAll("[data-ready]")];
    const mark = group.querySelector("[data-mark]");
    mark.hidden = ready.length < 2;
    mark.addEventListener("click", () => {
      for (const row of ready) box(row).checked = true;
      count();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const at = event.target;
    if (at.matches("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
    const row = current();
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "x" && row) box(row).click();
    else if (event.key === "a") send("[data-approve]");
    else if (event.key === "r") send("[data-refuse]");
    else if (event.key === "?") keys.showModal();
    else if (event.key === "Enter" && row && at.matches("[type=checkbox]")) {
      row.querySelector("[data-open]")?.click();
    } else return;
    event.preventDefault();
  });
}
