// Says what will be added while choosing; ticking a phase ticks its assignments. Without it the form works all the same.
const form = document.querySelector("form[data-picker]");

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

function followPhase(changed) {
  const items = changed.closest("[data-phase]")?.querySelectorAll('input[name="item"]') ?? [];
  const phase = changed.closest("[data-phase]")?.querySelector('input[name="phase"]');
  if (changed.name === "phase") {
    for (const item of items) item.checked = changed.checked;
  } else if (phase && changed.name === "item") {
    phase.checked = [...items].every((item) => item.checked);
  }
}

const typed = { new_cohort: "new", join_code: "code" };

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
    show();
  });
  form.addEventListener("input", ({ target }) => followTyping(target));
  show();
}
