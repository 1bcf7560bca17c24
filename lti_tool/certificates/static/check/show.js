// Draws the result of a check from the templates of the page (templates/certificates/parts/result.html).

export function show(place, verdict, run, { icons, withFacts = true }) {
  const list = checks(verdict, run, icons);
  list.classList.toggle("icc-panel", withFacts);
  const panel = withFacts && verdict.facts ? [facts(verdict.facts, verdict.zone)] : [];
  place.replaceChildren(verdictBox(verdict, icons), ...panel, list);
  place.querySelector("[data-title]").focus();
}

function part(name) {
  return document.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
}

function look(element, { icon, tone }, icons) {
  if (tone !== "idle") element.classList.add(`is-${tone}`);
  element.querySelector("[data-icon]").setAttribute("href", `${icons}#${icon}`);
}

function verdictBox(verdict, icons) {
  const box = part("verdict");
  look(box, verdict, icons);
  box.querySelector("[data-title]").textContent = verdict.title;
  box.querySelector("[data-explanation]").textContent = verdict.explanation;
  if (verdict.asOf) {
    const asOf = box.querySelector("[data-as-of]");
    asOf.querySelector("span").textContent = moment(verdict.asOf, { dateStyle: "long", timeStyle: "short", timeZone: verdict.zone });
    asOf.hidden = false;
  }
  if (verdict.successor) {
    const successor = box.querySelector("[data-successor]");
    successor.querySelector("a").href = verdict.successor;
    successor.hidden = false;
  }
  return box;
}

function facts(facts, timeZone) {
  const panel = part("facts");
  const shown = { ...facts, awarded: moment(facts.awarded, { dateStyle: "long", timeZone }), results: facts.results.join(" · ") };
  for (const field of panel.querySelectorAll("[data-fact]")) {
    const value = shown[field.dataset.fact];
    field.textContent = value ?? "";
    if (!value) {
      field.remove();
      panel.querySelector(`[data-for="${field.dataset.fact}"]`)?.remove();
    }
  }
  return panel;
}

function checks(verdict, run, icons) {
  const section = part("checks");
  section.querySelector("ul").append(
    ...verdict.checks.map((check) => {
      const row = part("check");
      look(row, check, icons);
      row.querySelector("[data-word]").textContent = `${check.word}: `;
      row.querySelector("[data-text]").textContent = check.text;
      return row;
    }),
  );
  section.querySelector("[data-how]").append(...howOf(run));
  return section;
}

// What was done, in words, of a check that came so far.
function howOf({ kid, slot, kind, findings }) {
  const texts = part("how");
  const did = {
    token: kid !== null,
    twin: kind !== "token" && kid !== null,
    seal: findings.includes("SEALED"),
    status: ["NOT_REVOKED", "IS_REVOKED", "IS_REPLACED"].some((name) => findings.includes(name)),
    nothing: true,
  };
  const values = { kid, index: slot?.index, list: slot?.address };
  return [...texts.children].filter((line) => did[line.dataset.how]).map((line) => {
    line.textContent = line.textContent.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
    return line;
  });
}

// In the issuer's time zone, as on the certificate: near midnight another one would show another day.
function moment(value, style) {
  return new Date(value).toLocaleString(document.documentElement.lang, style);
}
