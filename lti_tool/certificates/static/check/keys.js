// The issuer's keys as its DID document lists them. A key that comes with the certificate itself proves nothing.
import { Stopped } from "./stopped.js";

const KEY_ADDRESS = /^(https?:\/\/[^?#\s]+)\/keys\/([A-Za-z0-9._-]+)\.jwk$/;

// Returns the keys of the trusted issuers: { of(issuer, method) } gives a JWK or null, { sealing } lists those that can seal PDFs.
export function trustedKeys(documents) {
  const issuers = new Map(documents.map((document) => [document.id, methodsOf(document)]));
  return {
    knows: (issuer) => issuers.has(issuer),
    of: (issuer, method) => issuers.get(issuer)?.get(method) ?? null,
    sealing: [...issuers].flatMap(([issuer, keys]) => [...keys.values()].filter(seals).map((jwk) => ({ issuer, jwk }))),
  };
}

const seals = (jwk) => jwk.kty === "EC" || jwk.kty === "RSA";

// Only what the issuer controls and asserts with counts (DID Core, 5.3.2).
function methodsOf(document) {
  const asserting = new Set(document.assertionMethod);
  return new Map(
    document.verificationMethod
      .filter((method) => asserting.has(method.id) && method.controller === document.id && method.id.startsWith(`${document.id}#`))
      .map((method) => [method.id, method.publicKeyJwk ?? { kty: "OKP" }]),
  );
}

// The DID URL of the key that the `kid` of a token names; it has to be one of this issuer.
export function methodOfKid(issuer, kid) {
  if (typeof kid !== "string") throw new Stopped("KEY_FOREIGN");
  if (kid.startsWith(`${issuer}#`)) return kid;
  const address = KEY_ADDRESS.exec(kid);
  if (address === null || didOf(address[1]) !== issuer) throw new Stopped("KEY_FOREIGN");
  return `${issuer}#${address[2]}`;
}

// The did:web of an address: did:web:icc.example.org, did:web:localhost%3A8401 (did:web method, 2.5.2).
function didOf(address) {
  const [, host, path] = /^https?:\/\/([^/]+)\/*(.*)$/.exec(address) ?? [];
  if (host === undefined || host.includes("@")) return null;
  const segments = path.split("/").filter(Boolean).map(encodeURIComponent);
  return ["did:web", encodeURIComponent(host.toLowerCase()), ...segments].join(":");
}
