// The team page: the reason behind a cell in a dialog. Without this script a cell leads to a
// page of its own.

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
