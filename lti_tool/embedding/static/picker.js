// Says what will be added while choosing; a phase and its assignments follow each other. Without it the form works all the same.
const form = document.querySelector("form[data-picker]");
const phases = form ? JSON.parse(form.dataset.picker) : {};
const typed = { new_cohort: "new", join_code: "code" };

const item = (key) => form.querySelector(`input[name="item"][value="${key}"]`);

function show() {
  const picked = [...form.querySelectorAll('input[name="item"]:checked')];
  const sum = form.querySelector("[data-sum]");
  const words = picked.length === 0 ? sum.dataset.none : picked.length === 1 ? sum.dataset.one : sum.dataset.many;
  sum.textContent = words.replace("{count}", String(picked.length));
  sum.hidden = false;
  const list = form.querySelector("[data-list]");
  list.replaceChildren(
    ...picked.map((input) => {
      const line = document.createElement("li");
      line.textContent = form.querySelector(`label[for="${input.id}"]`).textContent;
      return line;
    }),
  );
  list.hidden = picked.length === 0;
}

function tickPhases() {
  for (const phase of form.querySelectorAll('input[name="phase"]')) {
    phase.checked = phases[phase.value].every((key) => item(key).checked);
  }
}

function followPhase(changed) {
  if (changed.name !== "phase") return;
  for (const key of phases[changed.value]) item(key).checked = changed.checked;
}

function followTyping(changed) {
  const kind = changed.value.trim() && typed[changed.name];
  if (kind) form.querySelector(`input[name="cohort"][value="${kind}"]`).checked = true;
}

function followCohort(changed) {
  if (changed.name !== "cohort") return;
  for (const [name, kind] of Object.entries(typed)) {
    if (kind !== changed.value) form.elements[name].value = "";
  }
}

if (form) {
  form.addEventListener("change", ({ target }) => {
    followPhase(target);
    followCohort(target);
    tickPhases();
    show();
  });
  form.addEventListener("input", ({ target }) => followTyping(target));
  tickPhases();
  show();
}
