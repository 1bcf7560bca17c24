// Puts a suggested sentence into a text field: <button data-insert="…" data-into="id" hidden>. Without JavaScript the button
// stays away, and the sentence stands there to read and copy.
for (const button of document.querySelectorAll("[data-insert]")) {
  const into = document.getElementById(button.dataset.into);
  if (!into) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    // where an editor stands in the field's place, it takes the text (editor.js)
    if (!into.dispatchEvent(new CustomEvent("icc:insert", { detail: button.dataset.insert, cancelable: true }))) return;
    const gap = into.value.trim() === "" ? "" : "\n\n";
    into.value = into.value.trimEnd() + gap + button.dataset.insert;
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus();
    into.setSelectionRange(into.value.length, into.value.length);
  });
}
