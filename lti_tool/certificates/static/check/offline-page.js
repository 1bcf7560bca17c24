// The verifier that is one file: the keys and lists stand in it, and nothing is fetched.
import { check } from "./check.js";
import { show } from "./show.js";
import { verdictOf } from "./verdict.js";

const pinned = JSON.parse(document.getElementById("pinned").textContent);
const [file, text] = [document.getElementById("file"), document.getElementById("text")];
const said = document.querySelector("[data-said]");
const sources = {
  missing: "NOT_OFFLINE",
  keys: async () => pinned.issuers,
  token: async () => null,
  statusList: async (address) => (Object.hasOwn(pinned.lists, address) ? pinned.lists[address] : null),
  successor: async () => null,
};

if (window.crypto?.subtle && window.DecompressionStream) {
  document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  file.addEventListener("change", () => { if (file.files.length) run(); });
  document.querySelector("[data-too-old]").hidden = true;
}

async function run() {
  const chosen = file.files[0] ?? (text.value.trim() ? new Blob([text.value]) : null);
  said.hidden = chosen !== null;
  if (chosen === null) return;
  const checked = chosen.size > pinned.largest
    ? { findings: ["TOO_LARGE"], credential: null, proven: false, asOf: null, slot: null, kid: null }
    : await check(new Uint8Array(await chosen.arrayBuffer()), sources, Date.now());
  const verdict = verdictOf(checked, pinned.words);
  show(document.querySelector("[data-result]"), verdict, checked, { icons: "" });
  document.querySelector("[data-newer]").hidden = verdict.state !== "valid";
}
