// Shows of each assignment only what its activity offers. Without it everything is there, and the server says what does not fit.
function follow(fieldset) {
  const select = fieldset.querySelector("select");
  const details = fieldset.querySelector("[data-details]");
  const grade = fieldset.querySelector("[data-grade]");
  const radios = [...details.querySelectorAll('input[type="radio"][name^="counts-"]')];

  function show() {
    const chosen = select.selectedOptions[0];
    const ways = (chosen.dataset.ways ?? "").split(" ");
    details.hidden = !select.value;
    for (const radio of radios) {
      radio.disabled = !ways.includes(radio.value);
      if (radio.disabled) radio.checked = false;
    }
    if (select.value && !radios.some((radio) => radio.checked)) {
      const usual = radios.find((radio) => radio.value === chosen.dataset.usual);
      if (usual) usual.checked = true;
    }
    grade.hidden = !radios.some((radio) => radio.checked && radio.value === "graded");
  }

  fieldset.addEventListener("change", show);
  show();
}

for (const fieldset of document.querySelectorAll("form[data-mapping] > fieldset")) follow(fieldset);
