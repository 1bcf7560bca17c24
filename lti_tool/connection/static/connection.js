// One click tests: a second one while the first is under way would only wait for its turn. The page says that it is busy.
const forms = document.querySelectorAll("form[data-once]");
for (const form of forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelector("button[type=submit]").setAttribute("aria-disabled", "true");
    const said = form.querySelector("[data-busy]");
    if (said) said.textContent = said.dataset.busy;
  });
}
// Back from the result, a browser may show this page as it was left.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of forms) {
    delete form.dataset.sent;
    form.querySelector("button[type=submit]").removeAttribute("aria-disabled");
    const said = form.querySelector("[data-busy]");
    if (said) said.textContent = "";
  }
});

// Copies a text to the clipboard. The older command, because a learning environment's frame mostly closes the newer interface, and
// the browser then complains. Without this script the text can be selected and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-copy-said]");
  button.hidden = false;
  button.addEventListener("click", () => {
    text.focus();
    text.select();
    said.textContent = document.execCommand("copy") ? button.dataset.copied : "";
  });
}
