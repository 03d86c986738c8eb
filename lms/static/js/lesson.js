/* A lesson: answers, reflections and ticks are saved as they are made; the place is remembered;
   scenarios go on without leaving the page. Without script, forms and links do the same. */
document.documentElement.classList.add("scripted");

const WAIT_AGAIN = 3000;
const saved = document.querySelector("[data-saved]");
const unsaved = document.querySelector("[data-unsaved]");

function say(element, text) {
  if (!element) return;
  element.hidden = false;
  const place = element.querySelector("span") ?? element;
  if (place.textContent !== text) place.textContent = text;
}

async function post(form, url = form.action) {
  const answer = await fetch(url, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    keepalive: true,
    redirect: "error",
  });
  const data = await answer.json();
  if (!answer.ok && answer.status !== 422 && answer.status !== 409) throw new Error(String(answer.status));
  return data;
}

/* Saves a form soon after each change, one request at a time; tries again while there is no
   connection. */
function keep(form, delay, done) {
  let timer = 0;
  let sending = false;
  let again = false;
  const send = async () => {
    timer = 0;
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    try {
      done(await post(form), null);
    } catch (error) {
      done(null, error);
      again = false;
      timer = window.setTimeout(send, WAIT_AGAIN);
    }
    sending = false;
    if (again) {
      again = false;
      send();
    }
  };
  const soon = (wait) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, wait);
  };
  form.addEventListener("change", () => soon(Math.min(delay, 300)));
  form.addEventListener("input", () => soon(delay));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && timer) {
      window.clearTimeout(timer);
      send();
    }
  });
  window.addEventListener("online", () => timer && soon(0));
  form.addEventListener("submit", () => window.clearTimeout(timer));
}

for (const form of document.querySelectorAll("form[data-answers]")) {
  keep(form, 300, (data, error) => {
    if (error || data.error) {
      if (saved) saved.hidden = true;
      if (error) unsaved.hidden = false;
      else say(unsaved, data.error);
    } else {
      unsaved.hidden = true;
      say(saved, data.text);
    }
  });
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const kept = form.querySelector("[data-kept]");
  const problem = form.querySelector("[data-error]");
  keep(form, Number(form.dataset.keep), (data, error) => {
    if (problem) problem.hidden = !data?.error;
    if (data?.error) {
      if (problem) problem.textContent = data.error;
      kept.textContent = "";
    } else if (error) {
      kept.textContent = unsaved.textContent.trim();
    } else {
      kept.textContent = data.text;
    }
  });
}

/* A text that was refused is only on the screen: ask before the reader leaves it. */
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-keep] [data-error]:not([hidden])")) event.preventDefault();
});

/* A scenario's next step is fetched from the same address and put in its place. */
document.addEventListener("submit", async (event) => {
  const scenario = event.target.closest("[data-scenario]");
  if (!scenario) return;
  event.preventDefault();
  const url = new URL(window.location.href);
  url.hash = "";
  url.searchParams.set(event.submitter.name, event.submitter.value);
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(scenario.id);
    scenario.replaceWith(fresh);
    window.history.replaceState(null, "", url);
    fresh.querySelector("[data-current]")?.focus();
  } catch {
    event.target.append(event.submitter);
    url.hash = scenario.id;
    window.location.assign(url);
  }
});

/* The block at the top of the window is where "Fortsätt" leads. */
const lesson = document.querySelector("[data-place-url]");
if (lesson) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  let here = "";
  let told = "";
  let timer = 0;
  const tell = () => {
    if (!here || here === told || !token) return;
    told = here;
    fetch(lesson.dataset.placeUrl, {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: token, block: here }),
      keepalive: true,
    }).catch(() => { told = ""; });
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) here = entry.target.dataset.block;
      window.clearTimeout(timer);
      timer = window.setTimeout(tell, 1200);
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const block of document.querySelectorAll("[data-block]")) watcher.observe(block);
  document.addEventListener("visibilitychange", () => document.hidden && tell());
}

if (window.location.hash === "#resultat") document.getElementById("resultat")?.focus();
