// The check of a certificate in the browser, in the order and with the findings of lti_tool/certificates/verify.py. Nothing is
// sent anywhere; what has to be fetched is asked of `sources`:
//   keys(): the DID documents of the trusted issuers            token(id): the certificate with this id as token, or null
//   statusList(address): the list at an address as token, or null   successor(id): who replaces a certificate, or null
//   missing: the finding where a token cannot be had
import { parseObject, sameValue } from "./json.js";
import { trustedKeys } from "./keys.js";
import { readPresented, readToken } from "./presented.js";
import { readSealed } from "./seal.js";
import { conforms, isCovered } from "./standard.js";
import { lookUp, SKEW } from "./status.js";
import { Stopped } from "./stopped.js";
import { checkToken, claimsAgree, hasType, issuerOf, withoutClaims } from "./token.js";

// Returns { findings, credential, proven, asOf, slot, kid, kind } for the bytes of a file; it never throws.
export async function check(bytes, sources, now) {
  const run = { findings: [], credential: null, proven: false, asOf: null, slot: null, kid: null, kind: null };
  try {
    await follow(run, bytes, sources, now);
  } catch (error) {
    run.findings.push(error instanceof Stopped ? error.finding : "NOT_HERE");
  }
  return run;
}

async function follow(run, bytes, sources, now) {
  const presented = readPresented(bytes);
  run.kind = presented.kind;
  const keys = trustedKeys(await sources.keys());
  let issuer;
  if (presented.kind === "pdf") issuer = await sealed(run, presented.bytes, keys, sources);
  else if (presented.kind === "token") issuer = await token(run, presented, keys);
  else issuer = await twin(run, presented.document, keys, sources);
  run.proven = true;
  run.findings.push(conforms(run.credential) ? "CONFORMANT" : "NOT_CONFORMANT");
  run.findings.push(dates(run.credential, now));
  const found = await lookUp(run.credential, issuer, keys, sources.statusList, now);
  const successor = found.finding === "IS_REVOKED" ? await sources.successor(run.credential.id) : null;
  run.findings.push(successor === null ? found.finding : "IS_REPLACED");
  Object.assign(run, { asOf: found.asOf, slot: found.slot, successor });
}

function named(run, document, keys) {
  if (!hasType(document, "OpenBadgeCredential")) throw new Stopped("NOT_READ");
  run.findings.push("READ");
  const issuer = issuerOf(document);
  if (issuer === null || !keys.knows(issuer)) throw new Stopped("ISSUER_UNKNOWN");
  run.findings.push("ISSUER_KNOWN");
  return issuer;
}

async function token(run, presented, keys) {
  const issuer = named(run, presented.payload, keys);
  await signed(run, presented, issuer, keys);
  return issuer;
}

async function signed(run, presented, issuer, keys) {
  await checkToken(presented, issuer, keys);
  run.kid = presented.header.kid;
  run.credential = withoutClaims(presented.payload);
  run.findings.push("KEY_KNOWN", "SIGNED");
  if (!isCovered(run.credential)) throw new Stopped("NOT_COVERED");
  run.findings.push("COVERED");
  if (!claimsAgree(presented.payload)) run.findings.push("NOT_CONFORMANT");
}

// A credential as JSON has a proof that needs a whole JSON-LD processor. Its issuer publishes the same credential as token: when
// that is signed and says the very same, the JSON is what the issuer signed.
async function twin(run, document, keys, sources) {
  const issuer = named(run, document, keys);
  if (document.proof === undefined) throw new Stopped("NOT_SIGNED");
  checkProofNames(document.proof, issuer, keys);
  if (!isCovered(document)) throw new Stopped("NOT_COVERED");
  const published = await sources.token(document.id);
  if (published === null) throw new Stopped(sources.missing ?? "NOT_HERE");
  const presented = readToken(published.trim());
  if (issuerOf(presented.payload) !== issuer) throw new Stopped("NOT_SIGNED");
  if (!sameValue(withoutClaims(presented.payload), document)) throw new Stopped("NOT_SIGNED");
  await signed(run, presented, issuer, keys);
  return issuer;
}

function checkProofNames(proof, issuer, keys) {
  const kind = proof?.type === "DataIntegrityProof" && proof.cryptosuite === "eddsa-rdfc-2022" && proof.proofPurpose === "assertionMethod";
  if (!kind) throw new Stopped("ALGORITHM_REFUSED");
  const method = proof.verificationMethod;
  if (typeof method !== "string" || !method.startsWith(`${issuer}#`)) throw new Stopped("KEY_FOREIGN");
  const key = keys.of(issuer, method);
  if (key === null) throw new Stopped("KEY_UNKNOWN");
  if (key.kty !== "OKP") throw new Stopped("ALGORITHM_REFUSED");
}

// The seal covers every byte of the PDF, the credential in it included; the token is compared as well where it can be had.
async function sealed(run, bytes, keys, sources) {
  const { issuer: sealer, document: text } = await readSealed(bytes, keys);
  run.findings.push("SEALED");
  const document = parseObject(text);
  if (document === null) throw new Stopped("NOT_READ");
  if (issuerOf(document) !== sealer && keys.knows(issuerOf(document))) throw new Stopped("SEAL_OF_ANOTHER");
  if ((await sources.token(document.id)) !== null) return twin(run, document, keys, sources);
  const issuer = named(run, document, keys);
  if (!isCovered(document)) throw new Stopped("NOT_COVERED");
  run.findings.push("COVERED");
  run.credential = document;
  return issuer;
}

function dates(credential, now) {
  if (Date.parse(credential.validUntil) < now - SKEW) return "OVER";
  return Date.parse(credential.validFrom) > now + SKEW ? "NOT_YET" : "IN_TIME";
}
