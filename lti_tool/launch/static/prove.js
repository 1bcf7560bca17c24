// The page at the launch of a login that the platform's storage keeps: asks for its secret, brings the launch again with it,
// and shows what it opens. Without an answer of the platform it shows the page that says what to do then.
import { getData } from "./platform-storage.js";
import { begin, show } from "./frame-session.js";

const form = document.querySelector("form[data-prove]");
const { origin, target, key, valueField, silentField } = form.dataset;
const launch = new URLSearchParams(new FormData(form));
const kept = await getData(origin, target, key);
if (kept) launch.set(valueField, kept.value);
else launch.set(silentField, "1");
const answer = await fetch(form.getAttribute("action"), { method: "POST", body: launch, headers: { Accept: "text/html" } });
if (answer.headers.get("Content-Type").startsWith("application/json")) {
  const { session, page } = await answer.json();
  await begin(session, page);
} else {
  show(await answer.text(), new URL(window.location.href));
}
