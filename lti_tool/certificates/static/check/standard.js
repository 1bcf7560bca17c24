// Whether a credential is what the standard says, as far as it matters to who reads it: the members a certificate needs, and
// none that its contexts do not define (a reader of another kind would not see those at all).
import { isObject } from "./json.js";
import { CONTEXTS, TERMS } from "./terms.js";

const KNOWN = new Set(TERMS);

export function conforms(credential) {
  const subject = credential.credentialSubject;
  const achievement = subject?.achievement;
  const texts = [credential.id, credential.name, credential.issuer?.id, subject?.id, achievement?.id, achievement?.name, achievement?.description];
  return (
    texts.every((text) => typeof text === "string") &&
    isObject(achievement.criteria) &&
    [credential, subject, achievement].every((part) => Array.isArray(part.type)) &&
    [credential.evidence, subject.result, subject.identifier].every((part) => part === undefined || Array.isArray(part)) &&
    isMoment(credential.validFrom) &&
    (credential.validUntil === undefined || isMoment(credential.validUntil)) &&
    (credential.credentialStatus === undefined || isObject(credential.credentialStatus))
  );
}

// Whether every member is one that the contexts define, under those contexts and no other.
export function isCovered(credential) {
  const contexts = credential["@context"];
  if (!Array.isArray(contexts) || !contexts.every((one) => CONTEXTS.includes(one))) return false;
  const waiting = Object.entries(credential).filter(([name]) => name !== "@context");
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const [name, value] = one;
    if (!KNOWN.has(name)) return false;
    if (isObject(value)) waiting.push(...Object.entries(value));
    if (Array.isArray(value)) waiting.push(...value.filter(isObject).flatMap(Object.entries));
  }
  return true;
}

export function isMoment(value) {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
}
