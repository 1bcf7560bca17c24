// Keys for a list of people: 1, 2, 3 and 0 (nothing is known) choose while one of somebody's choices has the focus, and nowhere else (WCAG 2.1.4).
// After "present" there is nothing more to say of somebody, so the focus goes to the next person.
const form = document.querySelector("[data-attendance]");

if (form) {
  form.querySelector("[data-attendance-keys]").hidden = false;
  const people = [...form.querySelectorAll(".icc-attendance")];
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (!event.target.matches("input[type=radio]")) return;
    const person = event.target.closest(".icc-attendance");
    const choices = [...person.querySelectorAll("input[type=radio]")];
    const chosen = choices["1230".indexOf(event.key)];
    if (!chosen) return;
    event.preventDefault();
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    chosen.dispatchEvent(new Event("input", { bubbles: true }));
    const next = chosen === choices[0] ? people[people.indexOf(person) + 1] : null;
    if (next) focusOn(next);
    else chosen.focus();
  });
}

function focusOn(person) {
  (person.querySelector("input[type=radio]:checked:not([value=''])") ?? person.querySelector("input[type=radio]")).focus();
  person.scrollIntoView({ block: "nearest" });
}
