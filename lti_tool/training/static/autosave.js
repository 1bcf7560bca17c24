// Saves a draft while somebody writes: <form data-autosave="address" data-owner="…">, with fields text and link and the hidden
// fields revision and page. With each letter the draft is kept on this device, until the server says that it has it; what is
// left of an earlier visit is offered back. What happened stands in [data-autosave-said], in words.
//
// It comes before dirty.js and takes its place: text that is kept somewhere need not stop anybody from leaving.
import { drop, found, keep } from "./device-drafts.js";

const PAUSE = 2_000;
const LONGEST_PAUSE = 20_000; // while somebody writes on and on
const RETRY = 5_000;
const LONGEST_RETRY = 60_000;
const KEEPALIVE_MOST = 60_000; // browsers refuse more than 64 kB of what outlives its page

for (const form of document.querySelectorAll("form[data-autosave]")) start(form);

function start(form) {
  const { autosave: address, owner } = form.dataset;
  const { text, link, revision, page, files } = form.elements;
  const said = form.querySelector("[data-autosave-said]");
  const words = document.querySelector("template[data-autosave-words]").content;
  // what the page was sent with: somebody may have typed before this module was there
  let saved = { text: text?.defaultValue ?? "", link: link?.defaultValue ?? "", html: form.elements.html?.defaultValue ?? null };
  if ("unsaved" in form.dataset) saved = null;
  let typedAt = Date.now();
  let keptHere = true;
  let timer = 0;
  let dueAt = 0;
  let retry = RETRY;
  let underWay = null;
  let sending = false;
  let expired = false;
  delete form.dataset.dirty;

  function typed() {
    // the field html is there once editor.js has made it
    return { text: text?.value ?? "", link: link?.value ?? "", html: form.elements.html?.value ?? null };
  }
  const isDirty = () => saved === null || ["text", "link", "html"].some((part) => typed()[part] !== saved[part]);

  function keepHere() {
    keptHere = keep(owner, page.value, { ...typed(), revision: revision.value, at: typedAt });
  }

  function onInput(event) {
    sending = false;
    if (event.target === files || event.target.isContentEditable) return;
    typedAt = Date.now();
    if (!isDirty()) {
      drop(owner, page.value);
      return;
    }
    keepHere();
    if (underWay === null && said.querySelector("[data-words=saved]")) say(null);
    const now = Date.now();
    dueAt = dueAt || now + LONGEST_PAUSE;
    again(Math.max(0, Math.min(PAUSE, dueAt - now)));
  }

  function again(pause) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, pause);
  }

  async function save({ leaves = false } = {}) {
    window.clearTimeout(timer);
    if (!form.isConnected || sending || !isDirty()) return;
    if (underWay !== null && !leaves) return again(PAUSE);
    underWay?.abort();
    const own = new AbortController();
    underWay = own;
    dueAt = 0;
    try {
      if (expired && !(await renew())) return again(LONGEST_RETRY);
      const sent = typed();
      const age = String((Date.now() - typedAt) / 1000);
      const csrf = form.elements.csrf_token.value;
      const body = new URLSearchParams({ csrf_token: csrf, ...sent, revision: revision.value, page: page.value, age });
      if (sent.html === null) body.delete("html");
      const keepalive = leaves && body.toString().length < KEEPALIVE_MOST;
      const answer = await ask(address, { method: "POST", body, keepalive, signal: own.signal });
      await take(answer, sent);
    } catch (error) {
      if (error.name !== "AbortError") trouble("offline");
    } finally {
      if (underWay === own) underWay = null;
    }
  }

  async function take(answer, sent) {
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return received(told, sent);
    if (answer.status === 401 || told.code === "R-FORM") {
      expired = true;
      keepHere();
      say(keptHere ? "expired" : "expired-open");
    } else if (answer.status === 429 || answer.status >= 500) {
      trouble("away");
    } else {
      keepHere();
      say("refused", told.detail ?? "");
    }
  }

  function received(told, sent) {
    retry = RETRY;
    expired = false;
    giveToken(told.csrf_token);
    if (!told.saved) return say("refused", told.said);
    saved = sent;
    if (!told.newer) revision.value = told.revision;
    if (isDirty()) {
      keepHere();
      again(PAUSE);
    } else {
      drop(owner, page.value);
    }
    say(told.newer || told.beside ? "look" : "saved", told.said);
  }

  function trouble(what) {
    keepHere();
    say(keptHere ? what : `${what}-open`);
    again(retry);
    retry = Math.min(2 * retry, LONGEST_RETRY);
  }

  // The session has ended; perhaps the same person has opened the training again in another window.
  async function renew() {
    const answer = await ask(address, {});
    const told = answer.ok ? await answer.json() : {};
    if (told.owner !== owner) return false;
    giveToken(told.csrf_token);
    expired = false;
    return true;
  }

  function giveToken(token) {
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  }

  function say(what, sentence = "") {
    const wanted = what === null ? null : words.querySelector(`[data-words="${what}"]`).cloneNode(true);
    wanted?.querySelector("[data-text]")?.replaceChildren(sentence);
    // the same words again would be read out again
    if (wanted !== null && said.textContent.trim() === wanted.textContent.trim()) return;
    said.replaceChildren(...(wanted === null || (what === "saved" && !sentence) ? [] : [wanted]));
  }

  // Back at this page: has another tab saved something since?
  async function look() {
    if (document.hidden || !form.isConnected || sending) return;
    if (isDirty()) return save();
    try {
      const answer = await ask(`${address}?${new URLSearchParams({ revision: revision.value, page: page.value })}`, {});
      const told = answer.ok ? await answer.json() : {};
      if (told.newer && told.owner === owner && !isDirty()) say("look", told.said);
    } catch {
      // it is said as soon as there is something to save
    }
  }

  function offer(draft) {
    const offers = form.querySelector("[data-autosave-offers]");
    const note = document.querySelector("template[data-autosave-offer]").content.firstElementChild.cloneNode(true);
    const moment = new Date(draft.at);
    const { lang } = document.documentElement;
    note.querySelector("[data-when]").textContent = moment.toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
    note.querySelector("[data-kept-text]").textContent = draft.text;
    note.querySelector("[data-kept-link]").textContent = draft.link;
    note.querySelector("[data-put-back]").addEventListener("click", async () => {
      await save();
      // as a page that began where that one did: the server then keeps beside the draft what came in between
      page.value = fresh();
      revision.value = draft.revision;
      for (const [field, value] of [[text, draft.text], [link, draft.link]]) {
        if (field) field.value = value;
      }
      note.remove();
      form.dispatchEvent(new CustomEvent("icc:put", { detail: draft }));
      (text ?? link)?.dispatchEvent(new Event("input", { bubbles: true }));
      focusOnText();
      if (keptHere) drop(owner, draft.page);
      await save();
    });
    note.querySelector("[data-throw-away]").addEventListener("click", () => {
      drop(owner, draft.page);
      note.remove();
      focusOnText();
    });
    offers.append(note);
    const folded = form.closest("details");
    if (folded) folded.open = true;
  }

  function focusOnText() {
    (form.querySelector("[role=textbox]") ?? text ?? link)?.focus();
  }

  form.addEventListener("input", onInput);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sending = true;
    window.clearTimeout(timer);
    underWay?.abort();
    if (isDirty()) keepHere();
  });
  window.addEventListener("online", () => save());
  window.addEventListener("pagehide", () => save({ leaves: true }));
  document.addEventListener("visibilitychange", () => (document.hidden ? save({ leaves: true }) : look()));
  window.addEventListener("beforeunload", (event) => {
    if (sending) return;
    const textAtRisk = isDirty() && !keptHere;
    save({ leaves: true });
    if (textAtRisk || files?.files?.length > 0) event.preventDefault();
  });

  for (const draft of found(owner)) {
    if (plain(draft) === plain(typed())) drop(owner, draft.page);
    else offer(draft);
  }
  if (isDirty()) {
    keepHere();
    again(PAUSE);
  }
}

// What the server leaves as it is: the letters of the text, and an address without what may be put before it.
function plain({ text, link, html }) {
  const letters = html ? new DOMParser().parseFromString(html, "text/html").body.textContent : text;
  return `${letters.replace(/[\s\p{Cc}]/gu, "")}\n${link.trim().replace(/^https?:\/\//i, "")}`;
}

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(11)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// A session without cookies asks for us (frame-session.js); else the browser's cookie goes along.
function ask(url, options) {
  const asked = { url, options: { ...options, headers: { Accept: "application/json" } }, answer: null };
  document.dispatchEvent(new CustomEvent("icc:ask", { detail: asked }));
  return asked.answer ?? fetch(url, { ...asked.options, credentials: "same-origin", cache: "no-store" });
}
