// Reporting a course: the list narrows as one types. Without this script the whole list is there.

const search = document.querySelector("[data-filter-list]");
if (search) {
  const list = document.getElementById(search.dataset.filterList);
  const nothing = document.querySelector("[data-nothing-found]");
  search.closest("[hidden]").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
    let found = 0;
    for (const choice of list.querySelectorAll(".choice:not([data-always])")) {
      const text = choice.textContent.toLocaleLowerCase("sv");
      const shown = words.every((word) => text.includes(word)) || choice.querySelector(":checked");
      choice.hidden = !shown;
      if (shown) found += 1;
    }
    nothing.hidden = found > 0;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
