/* Where "Fortsätt" leads: the question last answered or come to, or the block that the reader has
   scrolled to. A jump that the page makes by itself moves nobody. */
const READING_LINE = 0.3;
const STILL = 900;
const AFTER_JUMP = 700;

export function followPlace(outbox, url) {
  const blocks = [...document.querySelectorAll("[data-block]")];
  let here = "";
  let quietUntil = Date.now() + AFTER_JUMP;
  let timer = 0;
  const come = (block, delay) => {
    if (!block || block === here) return;
    here = block;
    outbox.put("place", { kind: "place", url, fields: [["block", block]] }, { delay });
  };
  const quiet = () => { quietUntil = Date.now() + AFTER_JUMP; };
  const look = () => {
    const line = window.innerHeight * READING_LINE;
    come(blocks.filter((block) => block.getBoundingClientRect().top <= line).at(-1)?.dataset.block, 0);
  };
  window.addEventListener("scroll", () => {
    window.clearTimeout(timer);
    if (Date.now() > quietUntil) timer = window.setTimeout(look, STILL);
  }, { passive: true });
  for (const name of ["load", "pageshow", "hashchange"]) window.addEventListener(name, quiet);
  document.addEventListener("focusin", (event) => {
    quiet();
    come(event.target.closest?.("[data-question]")?.dataset.block, STILL);
  });
  return {
    /* An answer says by itself where it was given. */
    answered(block) {
      quiet();
      window.clearTimeout(timer);
      here = block;
      outbox.drop("place");
    },
  };
}
