// Sends files while somebody goes on writing: <div data-uploads="address"> within a form, with the file field of the form in it.
// The protocol is tus 1.0.0 (https://tus.io/protocols/resumable-upload), so that what was received is never sent twice: after a
// lost connection, an ended session or another visit to the page it goes on where it stopped. Without this module the file field
// works as any other.
//
// It comes before autosave.js: a form that is sent while files are under way waits for them.
const VERSION = { "Tus-Resumable": "1.0.0" };
const FIRST_PART = 256 * 1024;
const MOST_PART = 4 * 1024 * 1024;
const PART_SECONDS = 1.5; // a part takes about so long: the bar moves, and little is sent again after a break
const RETRY = 2_000;
const LONGEST_RETRY = 60_000;
const SAY_EVERY = 10_000;

for (const box of document.querySelectorAll("[data-uploads]")) start(box);

function start(box) {
  const form = box.closest("form");
  const { uploads: address, filesUrl, largest, kinds } = box.dataset;
  const field = box.querySelector("input[type=file]");
  const list = box.querySelector("[data-sending]");
  const said = box.querySelector("[data-sending-said]");
  const formSaid = form.querySelector("[data-waiting-said]"); // not where autosave.js speaks: it would talk over this
  const words = box.querySelector("template[data-upload-words]").content;
  const rowOf = box.querySelector("template[data-upload-row]").content;
  const items = [];
  let busy = false;
  let held = null; // the button with which the form is sent once all is there
  let wake = () => {};
  let saidAt = 0;
  let overriding = false; // PATCH and DELETE do not get through here

  const underWay = () => items.filter((item) => !item.failed);
  const filesOf = () => box.querySelector("[data-files]");
  const free = () => Number(filesOf().dataset.free) - underWay().length;

  function add(files) {
    sayOfForm(held && "holds");
    for (const file of files) {
      const item = { file, url: null, received: 0, part: FIRST_PART, failed: false, stop: null, cancelled: false, row: null };
      item.row = showRow(item);
      const wrong = problemOf(file);
      items.push(item);
      if (wrong !== null) fail(item, wrong);
      else show(item, "queued");
    }
    list.hidden = items.length === 0;
    work();
  }

  // What can be known before anything is sent.
  function problemOf(file) {
    const kind = file.name.includes(".") ? file.name.split(".").pop().trim().toLowerCase() : "";
    if (!kinds.split(" ").includes(kind === "jpeg" ? "jpg" : kind)) return "kind";
    if (file.size === 0) return "empty";
    if (file.size > Number(largest)) return "too-large";
    return free() < 1 ? "no-room" : null;
  }

  function showRow(item) {
    const row = document.importNode(rowOf, true).firstElementChild;
    const bar = row.querySelector("progress");
    bar.id = `upload-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    row.querySelector("label").htmlFor = bar.id;
    row.querySelector("[data-name]").textContent = item.file.name;
    row.querySelector("[data-size]").textContent = sizeInWords(item.file.size);
    for (const of of row.querySelectorAll("[data-of]")) of.textContent = ` ${item.file.name}`;
    row.querySelector("[data-cancel]").addEventListener("click", () => cancel(item));
    row.querySelector("[data-retry]").addEventListener("click", () => again(item));
    list.append(row);
    return row;
  }

  function phrase(name, { file, percent, text } = {}) {
    const found = words.querySelector(`[data-words="${name}"]`).cloneNode(true);
    for (const node of found.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replace("{name}", () => file).replace("{percent}", () => String(percent));
    }
    found.querySelector("[data-text]")?.replaceChildren(text ?? "");
    return found;
  }

  function show(item, name, more = {}) {
    const percent = Math.floor((100 * item.received) / item.file.size);
    item.row.querySelector("progress").value = percent;
    const state = item.row.querySelector("[data-state]");
    const wanted = phrase(name, { percent, ...more });
    if (state.textContent !== wanted.textContent) state.replaceChildren(wanted);
  }

  function say(name, item, percent) {
    saidAt = Date.now();
    said.replaceChildren(phrase(name, { file: item.file.name, percent }));
  }

  // Of the form as a whole: that it waits for its files, or that it was not sent.
  function sayOfForm(name) {
    if (name === null) formSaid.replaceChildren();
    else if (formSaid.querySelector(`[data-words="${name}"]`) === null) formSaid.replaceChildren(phrase(name));
  }

  // One file after the other: so the first is there soonest.
  async function work() {
    if (busy) return;
    busy = true;
    for (let item = next(); item !== undefined && form.isConnected; item = next()) await send(item);
    busy = false;
    release();
  }
  const next = () => items.find((item) => !item.failed);

  async function send(item) {
    let retry = RETRY;
    say("say-begun", item);
    // a page that was left in a frame without cookies lives on: what it did not finish stands on the next page
    while (!item.cancelled && form.isConnected) {
      item.stop = new AbortController();
      try {
        if (item.url === null) await begin(item);
        else item.received = await ask(item, "HEAD").then(offsetOf);
        hideUnfinished();
        while (item.received < item.file.size && form.isConnected) {
          await sendPart(item);
          retry = RETRY;
        }
        if (form.isConnected) await done(item);
        return;
      } catch (error) {
        if (item.cancelled || !form.isConnected) return;
        if (error instanceof Refused) {
          if (error.again === "never") return fail(item, "failed", error.said);
          if (error.again === "anew") item.url = null;
          else if (error.again === "expired") {
            show(item, "expired");
            if (await renew()) continue;
          } else if (error.again === "later") show(item, "away");
          else continue;
        } else if (error.name === "NotReadableError" || error.name === "NotFoundError") {
          return fail(item, "unreadable");
        } else {
          show(item, "offline");
        }
        await pause(retry);
        retry = Math.min(2 * retry, LONGEST_RETRY);
      }
    }
  }

  // Goes on with what was received of this very file before, or begins.
  async function begin(item) {
    item.fingerprint ??= await fingerprintOf(item.file);
    await refresh();
    const before = item.fingerprint && filesOf().querySelector(`[data-fingerprint="${item.fingerprint}"]`)?.dataset.upload;
    if (before && !items.some((one) => one.url === before)) {
      const answer = await ask({ ...item, url: before }, "GET");
      const { received, parts } = await answer.json();
      if (await beginsWith(item.file, parts)) {
        item.url = before;
        item.received = received;
        return;
      }
      await ask({ ...item, url: before }, "DELETE");
    }
    const told = { filename: item.file.name, fingerprint: item.fingerprint };
    const metadata = Object.entries(told).filter(([, value]) => value).map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`);
    const headers = { "Upload-Length": String(item.file.size), "Upload-Metadata": metadata.join(",") };
    const answer = await ask({ ...item, url: address }, "POST", { headers });
    item.url = answer.headers.get("Location");
    item.received = 0;
  }

  async function sendPart(item) {
    show(item, "sending");
    const bytes = await item.file.slice(item.received, item.received + item.part).arrayBuffer();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(item.received) };
    const digest = await sha256(bytes);
    if (digest !== null) headers["Upload-Checksum"] = `sha256 ${base64(digest)}`;
    if (item.received + bytes.byteLength === item.file.size) show(item, "checking");
    const began = performance.now();
    item.received = offsetOf(await ask(item, "PATCH", { headers, body: bytes }));
    const seconds = Math.max((performance.now() - began) / 1000, 0.01);
    item.part = Math.round(Math.min(MOST_PART, Math.max(FIRST_PART / 4, (item.part * PART_SECONDS) / seconds), 2 * item.part));
    if (item.received < item.file.size) show(item, "sending");
    if (Date.now() - saidAt > SAY_EVERY) say("say-percent", item, Math.floor((100 * item.received) / item.file.size));
  }

  async function done(item) {
    forget(item);
    await refresh().catch(() => {});
    say("say-done", item);
  }

  function fail(item, name, text) {
    setFailed(item, true);
    show(item, name, { text });
    item.row.querySelector("[data-retry]").hidden = ["kind", "empty", "too-large"].includes(name);
    said.replaceChildren(document.createTextNode(`${item.file.name}: ${item.row.querySelector("[data-state]").textContent.trim()}`));
    if (held !== null) {
      held = null;
      sayOfForm("not-held");
    }
  }

  function setFailed(item, failed) {
    item.failed = failed;
    item.row.querySelector("progress").hidden = failed;
    item.row.querySelector("[data-sends]").hidden = failed;
    item.row.querySelector("[data-fails]").hidden = !failed;
  }

  function again(item) {
    setFailed(item, false);
    sayOfForm(held && "holds");
    if (free() < 0) return fail(item, "no-room");
    item.url = null;
    item.row.querySelector("[data-retry]").hidden = true;
    show(item, "queued");
    item.row.querySelector("[data-cancel]").focus();
    work();
  }

  async function cancel(item) {
    const { url } = item;
    item.cancelled = true;
    item.stop?.abort();
    wake();
    forget(item);
    sayOfForm(held && "holds");
    say("say-cancelled", item);
    if (url !== null) {
      await ask({ url, stop: new AbortController() }, "DELETE").catch(() => {});
      await refresh().catch(() => {});
    }
    release();
  }

  function forget(item) {
    const focused = item.row.contains(document.activeElement);
    items.splice(items.indexOf(item), 1);
    item.row.remove();
    list.hidden = items.length === 0;
    if (focused) (list.querySelector("[data-cancel]") ?? (roomLeft() ? field : box.querySelector("[data-full]")))?.focus();
  }

  const roomLeft = () => Number(filesOf().dataset.free) > 0;

  // Shows the files of the draft as the server has them now.
  async function refresh() {
    const answer = await ask({ url: filesUrl, stop: new AbortController() }, "GET", { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-files]");
    if (fresh === null) return;
    const shown = filesOf();
    const focused = shown.contains(document.activeElement) ? document.activeElement : null;
    shown.replaceWith(document.importNode(fresh, true));
    const reached = focused?.getAttribute("formaction") ?? focused?.getAttribute("href");
    if (reached) (filesOf().querySelector(`[formaction="${reached}"], [href="${reached}"]`) ?? field)?.focus();
    hideUnfinished();
    const room = box.querySelector("[data-room]");
    if (room === null) return;
    room.hidden = !roomLeft();
    box.querySelector("[data-full]").hidden = roomLeft();
  }

  // What is being sent stands in one list only.
  function hideUnfinished() {
    const part = filesOf().querySelector("[data-unfinished]");
    if (part === null) return;
    for (const row of part.querySelectorAll("[data-upload]")) row.hidden = items.some((item) => item.url === row.dataset.upload);
    part.hidden = part.querySelector("[data-upload]:not([hidden])") === null;
  }

  async function ask({ url, stop }, method, { headers = {}, body } = {}) {
    const options = { method, body, signal: stop.signal, headers: { Accept: "application/json", ...VERSION, ...headers } };
    if (!["GET", "HEAD"].includes(method)) options.headers["X-CSRFToken"] = form.elements.csrf_token.value;
    if (overriding && ["PATCH", "DELETE"].includes(method)) {
      options.method = "POST";
      options.headers["X-HTTP-Method-Override"] = method;
    }
    const answer = await fetched(url, options);
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    if ([405, 501].includes(answer.status) && ["PATCH", "DELETE"].includes(method) && !overriding) {
      overriding = true;
      throw new Refused("now");
    }
    throw new Refused(whatNow(answer.status, told.code), told.detail);
  }

  // The session has ended; perhaps the same person has opened the training again in another window.
  async function renew() {
    const answer = await fetched(form.dataset.autosave, { headers: { Accept: "application/json" } });
    const told = answer.ok ? await answer.json() : {};
    if (told.owner !== form.dataset.owner) return false;
    for (const token of document.querySelectorAll("input[name=csrf_token]")) token.value = told.csrf_token;
    return true;
  }

  function pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, milliseconds);
      wake = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });
  }

  // Sends the form that waited for its files.
  function release() {
    if (held === null || underWay().length > 0) return;
    const button = held;
    held = null;
    sayOfForm(null);
    if (form.isConnected) form.requestSubmit(button.isConnected ? button : null);
  }

  if (field) {
    field.addEventListener("change", () => {
      const chosen = [...field.files];
      field.value = "";
      add(chosen);
    });
    box.querySelector("[data-drop-hint]").hidden = false;
    box.classList.add("icc-drop", "mb-3");
    box.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      box.classList.add("is-over");
    });
    box.addEventListener("dragleave", (event) => {
      if (!box.contains(event.relatedTarget)) box.classList.remove("is-over");
    });
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("is-over");
      add([...event.dataTransfer.files]);
    });
  }
  form.addEventListener("submit", (event) => {
    if (underWay().length === 0 || event.defaultPrevented) return;
    event.preventDefault();
    held = event.submitter ?? form.querySelector("[type=submit]");
    sayOfForm("holds");
  });
  window.addEventListener("beforeunload", (event) => {
    if (form.isConnected && underWay().length > 0) event.preventDefault();
  });
  window.addEventListener("online", () => wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) wake();
  });
}

// An answer that says no. `again`: "now", "later", "anew" (the upload is gone), "expired" (the session is over) or "never".
class Refused extends Error {
  constructor(again, said = "") {
    super(said);
    this.again = again;
    this.said = said;
  }
}

function whatNow(status, code) {
  if (status === 401 || code === "R-FORM") return "expired";
  if (status === 404 || status === 410) return "anew";
  if (status === 409 || status === 460) return "now";
  return status === 423 || status === 429 || status >= 500 ? "later" : "never";
}

const offsetOf = (answer) => Number(answer.headers.get("Upload-Offset"));

// Whether a file begins with what was received of it: it may have been changed since.
async function beginsWith(file, parts) {
  let at = 0;
  for (const { size, sha256: wanted } of parts) {
    const digest = await sha256(await file.slice(at, at + size).arrayBuffer());
    if (digest === null || hex(digest) !== wanted) return false;
    at += size;
  }
  return true;
}

// As what a file is known again; empty where the browser has no digests (a page that is not secure).
async function fingerprintOf(file) {
  const digest = await sha256(new TextEncoder().encode(`${file.name}\n${file.size}\n${file.lastModified}`));
  return digest === null ? "" : hex(digest);
}

const sha256 = async (bytes) => (crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : null);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

function sizeInWords(size) {
  const { lang } = document.documentElement;
  const [amount, unit] = size < 1024 * 1024 ? [Math.max(1, Math.round(size / 1024)), "kB"] : [size / 1024 / 1024, "MB"];
  return `${amount.toLocaleString(lang, { maximumFractionDigits: 1 })} ${unit}`;
}

// A session without cookies asks for us (frame-session.js); else the browser's cookie goes along.
function fetched(url, options) {
  const asked = { url, options, answer: null };
  document.dispatchEvent(new CustomEvent("icc:ask", { detail: asked }));
  return asked.answer ?? fetch(url, { ...options, credentials: "same-origin", cache: "no-store" });
}
