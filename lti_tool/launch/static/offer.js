// The page at the login in a frame without cookies: goes on here when the platform keeps the login's secret for us, and
// shows the way to a window of its own when it does not.
import { findStorage, putData } from "./platform-storage.js";

const form = document.querySelector("form[data-offer]");
const { origin, target, storeUrl, window: marker, silentField, answersTo } = form.dataset;
let chosen = false;

function post(values) {
  const login = new URLSearchParams(new FormData(form));
  login.delete(marker);
  for (const [name, value] of Object.entries(values)) login.set(name, value);
  return fetch(storeUrl, { method: "POST", body: login });
}

async function goOnHere() {
  const frame = await findStorage(origin, target);
  if (frame === null || chosen) return false;
  const answer = await post({ lti_storage_target: frame });
  if (!answer.ok) return false;
  const { key, value, url } = await answer.json();
  if (!(await putData(origin, frame, key, value)) || chosen) return false;
  window.location.replace(url);
  return true;
}

// A platform that offers storage and then keeps silent is worth a code that leads an administrator to it.
async function report() {
  const line = document.querySelector("[data-code][hidden]");
  if (!line || chosen) return;
  const answer = await post({ [silentField]: "1" });
  if (!answer.ok) return;
  const { code, reference } = await answer.json();
  line.querySelector(".icc-code").textContent = `${code} · ${reference}`;
  line.hidden = false;
}

form.addEventListener("submit", () => {
  chosen = true;
  document.querySelector("[data-opened]").hidden = false;
});

// Whether a source of our policy ("https://school.example.org", "https://*.example.org") covers an origin.
function covers(source, origin) {
  const [scheme, domain] = source.split("*");
  return domain === undefined ? origin === source : origin.startsWith(scheme) && origin.endsWith(domain);
}

// What was chosen in that window for a course goes back from here: some platforms take it from inside their own page only.
window.addEventListener("message", (event) => {
  if (event.origin !== window.location.origin || event.data?.subject !== "icc.answer") return;
  const { action, fields } = event.data;
  if (!answersTo.split(" ").some((place) => covers(place, new URL(action).origin))) return;
  const back = document.createElement("form");
  back.method = "post";
  back.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    [field.name, field.value] = [name, value];
    back.append(field);
  }
  document.body.append(back);
  event.ports[0].postMessage("sent");
  back.submit();
});

if (!(await goOnHere().catch(() => false))) {
  for (const part of document.querySelectorAll("[data-meanwhile]")) part.hidden = true;
  for (const part of document.querySelectorAll(".icc-later")) part.classList.remove("icc-later");
  await report();
}
