// From findings to a verdict, as lti_tool/certificates/verify.py draws it. `words` comes from the server (or stands in the page):
// for each finding its sentence, how it ended and the verdict it leads to; for each verdict its title.
const GRAVEST_FIRST = ["altered", "revoked", "replaced", "expired", "unknown"];
const FOR_VALID = ["READ", "ISSUER_KNOWN", "COVERED", "CONFORMANT", "IN_TIME", "NOT_REVOKED"];

export function verdictOf(run, words) {
  const checks = run.findings.map((name) => words.findings[name]);
  const states = new Set(checks.map((one) => one.leads_to).filter(Boolean));
  const complete = FOR_VALID.every((name) => run.findings.includes(name)) && ["SIGNED", "SEALED"].some((name) => run.findings.includes(name));
  const state = GRAVEST_FIRST.find((one) => states.has(one)) ?? (complete ? "valid" : "unknown");
  const decisive = checks.filter((one) => one.state !== "passed");
  return {
    state,
    checks,
    ...words.verdicts[state],
    explanation: (decisive.find((one) => one.state === "failed") ?? decisive[0])?.text ?? words.valid,
    facts: run.proven && state !== "altered" ? factsOf(run.credential) : null,
    asOf: run.asOf,
    zone: words.zone,
    successor: state === "replaced" ? run.successor : null,
  };
}

function factsOf(credential) {
  const { credentialSubject: subject, issuer } = credential;
  const done = new Set((subject.result ?? []).filter((one) => one.status === "Completed").map((one) => one.resultDescription));
  const described = subject.achievement?.resultDescription ?? [];
  return {
    id: credential.id,
    name: subject.name,
    achievement: subject.achievement?.name,
    issuer: issuer.name ?? issuer.id,
    awarded: credential.awardedDate ?? credential.validFrom,
    hours: (subject.result ?? []).find((one) => "value" in one)?.value ?? null,
    results: described.filter((one) => done.has(one.id)).map((one) => one.name),
  };
}
