// Shows of each assignment only what its activity offers. Without it everything is there, and the server says what does not fit.
function follow(line) {
  const select = line.querySelector("select");
  const details = line.querySelector("[data-details]");
  const grade = line.querySelector("[data-grade]");
  const points = line.querySelector("[data-points]");
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
    points.hidden = !chosen.dataset.maximum;
    points.textContent = points.dataset.points.replace("{maximum}", chosen.dataset.maximum ?? "");
    grade.hidden = !radios.some((radio) => radio.checked && radio.value === "graded");
  }

  line.addEventListener("change", show);
  show();
}

for (const line of document.querySelectorAll("form[data-mapping] [data-line]")) follow(line);
