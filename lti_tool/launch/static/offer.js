// The page at the login in a frame without cookies: goes on here when the platform keeps the login's secret for us, and
// shows the way to a window of its own when it does not.
import { findStorage, putData } from "./platform-storage.js";

const form = document.querySelector("form[data-offer]");
const { origin, target, storeUrl, window: marker } = form.dataset;
let chosen = false;

async function goOnHere() {
  const frame = await findStorage(origin, target);
  if (frame === null || chosen) return false;
  const login = new URLSearchParams(new FormData(form));
  login.delete(marker);
  login.set("lti_storage_target", frame);
  const answer = await fetch(storeUrl, { method: "POST", body: login });
  if (!answer.ok) return false;
  const { key, value, url } = await answer.json();
  if (!(await putData(origin, frame, key, value)) || chosen) return false;
  window.location.replace(url);
  return true;
}

form.addEventListener("submit", () => {
  chosen = true;
  document.querySelector("[data-opened]").hidden = false;
});

if (!(await goOnHere().catch(() => false))) {
  for (const part of document.querySelectorAll("[data-meanwhile]")) part.hidden = true;
  for (const part of document.querySelectorAll(".icc-later")) part.classList.remove("icc-later");
}
