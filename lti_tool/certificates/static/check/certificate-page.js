// The page of a certificate: a button lets the browser check what the page says, with the certificate itself.
import { check } from "./check.js";
import { clockFrom, online } from "./online.js";
import { show } from "./show.js";
import { verdictOf } from "./verdict.js";

const panel = document.querySelector("[data-self-check]");
const { base, icons, now, token, words: wordsAddress, awarded, certificate } = panel.dataset;
const shownName = document.querySelector(".icc-name");
const button = panel.querySelector("button");
const said = panel.querySelector("[data-said]");
const clock = clockFrom(Number(now));

if (window.crypto?.subtle && window.DecompressionStream) {
  for (const part of panel.querySelectorAll("[data-with-script]")) part.hidden = false;
  button.addEventListener("click", run);
}

async function run() {
  said.textContent = said.dataset.busy;
  try {
    const [words, bytes] = await Promise.all([got(wordsAddress).then((answer) => answer.json()), got(token).then((answer) => answer.arrayBuffer())]);
    const checked = await check(new Uint8Array(bytes), online(base, icons), clock());
    if (checked.proven) checked.findings.splice(checked.findings.indexOf("COVERED") + 1, 0, saysTheSame(checked.credential) ? "SAME_AS_PAGE" : "NOT_AS_PAGE");
    const verdict = verdictOf(checked, words);
    show(panel.querySelector("[data-result]"), verdict, checked, { icons, withFacts: false });
    said.textContent = "";
  } catch {
    said.textContent = said.dataset.failed;
  }
}

function saysTheSame({ id, credentialSubject, awardedDate }) {
  return id === certificate && credentialSubject?.name === shownName.textContent.trim() && Date.parse(awardedDate) === Date.parse(awarded);
}

async function got(address) {
  const answer = await fetch(address, { credentials: "omit", headers: { Accept: "*/*" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}
