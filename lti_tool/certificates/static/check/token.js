// A VC-JWT: signed by the issuer it names (Open Badges 3.0, 8.2), RS256 and nothing else, whatever its header says.
import { fromBase64Url } from "./bytes.js";
import { methodOfKid } from "./keys.js";
import { Stopped } from "./stopped.js";

const HEADER = ["alg", "kid", "typ"];
const CLAIMS = ["iss", "jti", "sub", "nbf", "exp"];
const LEAST_MODULUS_BYTES = 256;
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

export async function checkToken({ token, header }, issuer, keys) {
  const known = Object.keys(header).every((name) => HEADER.includes(name));
  if (header.alg !== "RS256" || (header.typ ?? "JWT") !== "JWT" || !known) throw new Stopped("ALGORITHM_REFUSED");
  const jwk = keys.of(issuer, methodOfKid(issuer, header.kid));
  if (jwk === null) throw new Stopped("KEY_UNKNOWN");
  if (jwk.kty !== "RSA" || (fromBase64Url(jwk.n)?.length ?? 0) < LEAST_MODULUS_BYTES) throw new Stopped("ALGORITHM_REFUSED");
  const key = await crypto.subtle.importKey("jwk", { kty: "RSA", n: jwk.n, e: jwk.e }, RS256, false, ["verify"]);
  const end = token.lastIndexOf(".");
  const signature = fromBase64Url(token.slice(end + 1));
  const holds = signature !== null && (await crypto.subtle.verify(RS256, key, signature, new TextEncoder().encode(token.slice(0, end))));
  if (!holds) throw new Stopped("NOT_SIGNED");
}

// The credential inside the payload of a token.
export function withoutClaims(payload) {
  const credential = Object.assign(Object.create(null), payload);
  for (const name of CLAIMS) delete credential[name];
  return credential;
}

// Whether the registered claims say what the credential says (Open Badges 3.0, 8.2.4.1).
export function claimsAgree(payload) {
  const seconds = (moment) => Math.floor(Date.parse(moment) / 1000);
  return (
    payload.iss === issuerOf(payload) &&
    payload.jti === payload.id &&
    payload.sub === payload.credentialSubject?.id &&
    payload.nbf === seconds(payload.validFrom) &&
    payload.exp === (payload.validUntil === undefined ? undefined : seconds(payload.validUntil))
  );
}

export function issuerOf(document) {
  const named = document.issuer?.id ?? document.issuer;
  return typeof named === "string" ? named : null;
}

export function hasType(document, kind) {
  return Array.isArray(document.type) && document.type.includes(kind) && document.type.includes("VerifiableCredential");
}

