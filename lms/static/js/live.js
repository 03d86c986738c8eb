// Keeps the part marked data-live fresh while work is under way: the same page is fetched every
// data-refresh seconds and that part replaced. Without script the reader reloads.
const FAILURES_AT_MOST = 20;
let failures = 0;

async function refresh(old) {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(old.id);
  if (!fresh) return null;
  if (fresh.innerHTML === old.innerHTML) return old;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  // A reader who is about to press something keeps it under the finger.
  if (focused && focused.matches("button, a, input, select")) return old;
  old.replaceWith(fresh);
  return fresh;
}

function watch(part) {
  const seconds = Number(part.dataset.refresh);
  if (!seconds) return;
  window.setTimeout(async () => {
    let next = part;
    try {
      if (!document.hidden) next = await refresh(part);
      failures = 0;
    } catch {
      failures += 1;
    }
    if (next && failures < FAILURES_AT_MOST) watch(next);
  }, seconds * 1000);
}

document.querySelectorAll("[data-live]").forEach(watch);
