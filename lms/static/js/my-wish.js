/* What one of the staff needs is saved as it is ticked. Nothing of it is kept on the device: it may
   be shared. Without script, the button saves. */
const form = document.querySelector("form[data-wishes]");
const keeping = form.querySelector("[data-keeping]");
const takeBack = document.querySelector("[data-take-back]");
let latest = 0;

function say(name, message = "") {
  for (const element of keeping.querySelectorAll("[data-when]")) {
    element.hidden = element.dataset.when !== name;
    const target = element.querySelector("[data-message]");
    if (target) target.textContent = message;
  }
}

form.addEventListener("change", async () => {
  latest += 1;
  const mine = latest;
  const offline = keeping.querySelector("[data-offline]").dataset.offline;
  try {
    const answer = await fetch(form.dataset.keepUrl, { method: "POST", body: new FormData(form), redirect: "manual" });
    const data = answer.ok ? {} : await answer.json().catch(() => ({ error: offline }));
    if (mine !== latest) return;
    if (data.error) say("unsaved", data.error);
    else {
      say("saved");
      takeBack.hidden = false;
    }
  } catch {
    if (mine === latest) say("unsaved", offline);
  }
});
