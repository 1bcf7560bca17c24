// Shows how far something is that runs on the server: <div data-progress="address" data-running>. While the page is in sight it asks
// for itself anew, every second and a half at first and then ever more patiently, until data-running is gone.
const FIRST = 1_500;
const LONGEST = 10_000;

for (const part of document.querySelectorAll("[data-progress][data-running]")) {
  const said = document.querySelector("[data-progress-said]");
  let pause = FIRST;
  let told = heading(part);
  const again = () => { window.setTimeout(look, pause); };

  async function look() {
    if (document.hidden) return again();
    try {
      const answer = await fetch(part.dataset.progress, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-progress]"));
    } catch {
      // no connection: the next try is a little later
    }
    pause = Math.min(pause * 1.15, LONGEST);
    if (part.dataset.running !== undefined) again();
  }

  function renew(fresh) {
    if (fresh === null) return;
    const focused = part.contains(document.activeElement) && fresh.querySelector("form") !== null;
    if (!focused) part.replaceChildren(...document.importNode(fresh, true).childNodes);
    else for (const place of ["h2", "progress", "p"]) part.querySelector(place)?.replaceWith(document.importNode(fresh.querySelector(place), true));
    if (fresh.dataset.running === undefined) delete part.dataset.running;
    // a screen reader hears every tenth change, and the end
    const now = heading(part);
    const [before, after] = [told, now].map((text) => Number(text.match(/\d+/)?.[0] ?? 0));
    if (now !== told && (part.dataset.running === undefined || after - before >= 10)) said.textContent = told = now;
  }

  again();
}

function heading(part) { return part.querySelector("h2").textContent.trim(); }
