// Keeps a part of a page up to date without loading it anew: <div data-live="address">. It asks every ten seconds while the page
// is in sight, and changes nothing while somebody is reading or typing in it.
const PAUSE = 10_000;
const PATIENT_PAUSE = 60_000;

for (const part of document.querySelectorAll("[data-live]")) {
  const said = document.querySelector("[data-live-said]");
  let pause = PAUSE;
  const again = () => { window.setTimeout(look, pause); };
  const inUse = () => part.contains(document.activeElement) || part.querySelector("details[open]") !== null;

  async function look() {
    if (!part.isConnected) return;
    if (document.hidden || inUse()) return again();
    try {
      const answer = await ask(part.dataset.live);
      pause = answer.ok ? PAUSE : PATIENT_PAUSE;
      if (answer.ok) renew(await answer.text());
    } catch {
      pause = PATIENT_PAUSE;
    }
    again();
  }

  function renew(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
    if (fresh === null || inUse() || plain(fresh) === plain(part)) return;
    part.replaceChildren(...document.importNode(fresh, true).childNodes);
    if (said === null) return;
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    said.textContent = `${said.dataset.text} ${time}`;
    said.hidden = false;
  }

  again();
}

// What is shown, without what differs each time: the tokens of the forms.
function plain(part) {
  const copy = part.cloneNode(true);
  for (const field of copy.querySelectorAll("input[type=hidden]")) field.remove();
  return copy.innerHTML;
}

// A session without cookies asks for us (frame-session.js); else the browser's cookie goes along.
function ask(url) {
  const asked = new CustomEvent("icc:ask", { detail: { url, answer: null } });
  document.dispatchEvent(asked);
  return asked.detail.answer ?? fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
}
