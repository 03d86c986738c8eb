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
