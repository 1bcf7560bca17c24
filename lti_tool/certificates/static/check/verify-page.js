// The page /verify: a file is dropped, chosen or pasted and checked here. Only where that cannot be done, and then only by a
// button, is it sent.
import { check } from "./check.js";
import { clockFrom, online } from "./online.js";
import { show } from "./show.js";
import { verdictOf } from "./verdict.js";

const form = document.querySelector("form[data-verify]");
const { base, icons, largest, now, words: wordsAddress } = form.dataset;
const result = document.querySelector("[data-result]");
const offer = document.querySelector("[data-offer]");
const drop = form.querySelector("[data-drop]");
const said = form.querySelector("[data-said]");
const [file, text] = [form.elements.file, form.elements.text];
const clock = clockFrom(Number(now));
const sources = online(base, icons);

if (window.crypto?.subtle && window.DecompressionStream) start();

function start() {
  for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  file.addEventListener("change", () => { if (file.files.length) run(); });
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => over(event, true));
  document.addEventListener("dragleave", (event) => { if (event.relatedTarget === null) drop.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    over(event, false);
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    run();
  });
  // Not the form's own submit: that one checks here.
  document.querySelector("[data-send]").addEventListener("click", () => form.submit());
}

function over(event, is) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  drop.classList.toggle("is-over", is);
}

async function run() {
  const chosen = file.files[0] ?? (text.value.trim() ? new Blob([text.value]) : null);
  say(chosen === null ? said.dataset.nothing : said.dataset.busy);
  offer.hidden = true;
  if (chosen === null) return;
  const [words, checked] = await Promise.all([fetch(wordsAddress).then((answer) => answer.json()), checkFile(chosen)]);
  show(result, verdictOf(checked, words), checked, { icons });
  offer.hidden = !checked.findings.includes("NOT_HERE");
  say("");
}

// What is too large is not even read.
async function checkFile(chosen) {
  if (chosen.size > Number(largest)) return { findings: ["TOO_LARGE"], credential: null, proven: false, asOf: null, slot: null, kid: null };
  return check(new Uint8Array(await chosen.arrayBuffer()), sources, clock());
}

function say(words) {
  said.textContent = words;
  said.hidden = words === "";
}
