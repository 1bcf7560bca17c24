// Asks before somebody leaves a page with text that is not saved yet: <form data-dirty>.
for (const form of document.querySelectorAll("form[data-dirty]")) {
  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  form.addEventListener("icc:saved", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
