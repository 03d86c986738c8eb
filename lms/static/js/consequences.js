/* The panel of a draft's consequences follows what is being written: it is counted when the writer
   pauses, and only the latest answer is shown. Without script a button does the same. */
const PAUSE = 600;

function follow(panel) {
  const form = document.getElementById(panel.dataset.form);
  const result = panel.querySelector("[data-result]");
  const counting = panel.querySelector("[data-counting]");
  const failed = panel.querySelector("[data-failed]");
  let timer = 0;
  let asked = null;

  async function count() {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    failed.hidden = true;
    counting.hidden = false;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(panel.dataset.address, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "text/html" },
        signal: mine.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const html = await answer.text();
      if (asked === mine) result.innerHTML = html;
    } catch {
      if (asked === mine) failed.hidden = false;
    }
    if (asked === mine) {
      counting.hidden = true;
      panel.removeAttribute("aria-busy");
    }
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(count, PAUSE);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "consequences") return;
    event.preventDefault();
    count();
  });
  if ("atOnce" in panel.dataset) count();
}

document.querySelectorAll("[data-consequences]").forEach(follow);
