// A session in a frame that keeps no cookies. The secret stays in this module's memory: no address, no storage and no page has
// it. So the document that proved the launch stays, and every page of the tool is fetched with the secret in a header and
// written in its place. What the browser does by itself elsewhere is done here: links, forms, downloads, the back button.
//
// document.open() takes every listener of the last page away, so each page starts clean; what a page needs of us is put back by
// `listen`. A module is evaluated once for each address, so that of a page gets a fragment of its own.
const SECRET = "ICC-Session";
const LOCATION = "ICC-Location";
const MODULE = /(<script type="module" src=")([^"#]+)"/g;
const MOST_HOPS = 10;

const words = document.querySelector("template[data-frame-session]")?.content;
let secret = null;
let pages = 0;
let shown = new URL(window.location.href);
let place = 0; // of this page among those that the back button leads to
const scrolled = new Map();
let underWay = null; // { controller, sends }
let goingBackTo = null;

// Shows the first page of a session.
export async function begin(session, address) {
  secret = session;
  window.history.scrollRestoration = "manual";
  await go(new URL(address, window.location.href), { history: "replace" });
}

// Shows a page: its HTML in place of what is there.
export function show(html, url, { history = "keep", scroll = 0 } = {}) {
  pages += 1;
  if (history === "push") place += 1;
  if (history !== "keep") window.history[`${history}State`]({ place }, "", url);
  document.open();
  document.write(html.replace(MODULE, `$1$2#${pages}"`));
  document.close();
  if (history !== "keep") shown = url;
  // document.open() has cleared it
  window.history.replaceState({ place }, "", window.location.href);
  listen();
  arrive(url.hash, scroll);
}

function listen() {
  if (secret === null) return;
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("icc:ask", onAsk);
  window.addEventListener("popstate", onPopState);
}

// As after a page load: the focus at the beginning or on what the page opened for, the part that the address names in sight.
function arrive(hash, scroll) {
  const message = document.querySelector("[data-focus]");
  if (message !== null) message.focus();
  else document.querySelector("main")?.focus({ preventScroll: true });
  if (hash) goTo(hash);
  else window.scrollTo(0, scroll);
}

function goTo(hash) {
  document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
}

async function go(url, { history = url.href === shown.href ? "replace" : "push", scroll = 0 } = {}) {
  await request(url, {}, { history, scroll });
}

// Asks for a page and shows it; says so when there is no connection, and leaves the page as it is.
async function request(url, options, how, sender = null) {
  if (underWay?.sends) return;
  underWay?.controller.abort();
  const own = { controller: new AbortController(), sends: options.method === "POST" };
  underWay = own;
  document.documentElement.setAttribute("aria-busy", "true");
  try {
    const found = await ask(url, { ...options, signal: own.controller.signal }, how);
    if (found === null || underWay !== own) return;
    underWay = null;
    document.documentElement.removeAttribute("aria-busy");
    await receive(found);
  } catch (error) {
    if (error.name === "AbortError") return;
    sayOffline();
    // what was typed is not sent, so leaving the page asks again
    sender?.dispatchEvent(new Event("input", { bubbles: true }));
  } finally {
    if (underWay === own) underWay = null;
    if (underWay === null) document.documentElement.removeAttribute("aria-busy");
  }
}

async function ask(url, options, how) {
  let [address, sent, then] = [url, options, how];
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    const headers = { [SECRET]: secret, Accept: "text/html" };
    const answer = await fetch(address, { ...sent, headers, cache: "no-store", redirect: "error" });
    const next = answer.headers.get(LOCATION);
    if (next === null) return { answer, url: address, how: then };
    address = new URL(next, address);
    if (address.origin !== window.location.origin) {
      window.location.assign(address);
      return null;
    }
    sent = { signal: options.signal };
    then = { history: then.history === "keep" ? hereOrNew(address) : then.history, scroll: 0 };
  }
  throw new Error("the page leads in circles");
}

async function receive({ answer, url, how }) {
  const disposition = answer.headers.get("Content-Disposition") ?? "";
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("text/html") && !disposition.startsWith("attachment")) {
    scrolled.set(place, window.scrollY);
    show(await answer.text(), url, how);
  } else {
    keepFile(await answer.blob(), disposition);
  }
}

function keepFile(blob, disposition) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(disposition);
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The name of a file (RFC 6266): the extended form, else the plain one.
function fileName(disposition) {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition);
  return extended ? decodeURIComponent(extended[1]) : (/filename="([^"]*)"/i.exec(disposition)?.[1] ?? "");
}

const hereOrNew = (url) => (samePage(url, shown) ? "replace" : "push");
const samePage = (one, other) => one.pathname === other.pathname && one.search === other.search;
const ours = (url) => url.origin === window.location.origin;
const elsewhere = (target) => Boolean(target) && target !== "_self";

function onClick(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || elsewhere(link.getAttribute("target"))) return;
  const url = new URL(link.href);
  if (!ours(url) || (url.hash && samePage(url, window.location))) return;
  event.preventDefault();
  ifSaved(() => go(url));
}

function onSubmit(event) {
  if (event.defaultPrevented) return;
  const { target: form, submitter: button } = event;
  // attributes, because a field may be named "action"
  const said = (name) => button?.getAttribute(`form${name}`) ?? form.getAttribute(name);
  const method = (said("method") ?? "get").toLowerCase();
  const url = new URL(said("action") || window.location.href, window.location.href);
  if (method === "dialog" || !ours(url) || elsewhere(said("target"))) return;
  event.preventDefault();
  url.hash = "";
  const values = new FormData(form, button);
  if (method !== "post") {
    url.search = new URLSearchParams(values);
    ifSaved(() => go(url));
    return;
  }
  const body = said("enctype") === "multipart/form-data" ? values : new URLSearchParams(values);
  request(url, { method: "POST", body }, { history: "keep" }, form);
}

// A module of the page asks for something of ours without showing it; `options` are those of fetch.
function onAsk(event) {
  const { url: address, options = {} } = event.detail;
  const url = new URL(address, window.location.href);
  if (!ours(url)) return;
  const headers = { Accept: "text/html", ...options.headers, [SECRET]: secret };
  event.detail.answer = fetch(url, { ...options, headers, cache: "no-store" });
}

function onPopState(event) {
  if (event.state?.place === undefined) {
    // a link within the page was followed: its own entry
    place += 1;
    window.history.replaceState({ place }, "", window.location.href);
    return;
  }
  if (goingBackTo === event.state.place) {
    goingBackTo = null;
    return;
  }
  const [from, to] = [place, event.state.place];
  const url = new URL(window.location.href);
  if (samePage(url, shown)) {
    place = to;
    if (url.hash) goTo(url.hash);
    return;
  }
  ifSaved(
    () => {
      scrolled.set(from, window.scrollY);
      place = to;
      shown = url;
      return go(url, { history: "keep", scroll: scrolled.get(to) ?? 0 });
    },
    () => {
      goingBackTo = from;
      window.history.go(from - to);
    },
  );
}

// Goes on unless the page has something that is not saved (as it would say when it is closed) and the person wants to stay.
function ifSaved(leave, stay = () => {}) {
  if (window.dispatchEvent(new Event("beforeunload", { cancelable: true })) || !words) {
    leave();
    return;
  }
  const dialog = document.importNode(words.querySelector("dialog"), true);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "leave") leave();
    else stay();
  });
  dialog.showModal();
}

function sayOffline() {
  document.querySelector("[data-offline]")?.remove();
  const note = document.importNode(words.querySelector("[data-offline]"), true);
  document.querySelector("main").prepend(note);
  note.focus();
}
