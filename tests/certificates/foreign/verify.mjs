// Verifiers from other hands on one certificate after the other: Digital Bazaar's for the Data Integrity proof and the status
// list, jose for the JWT, ajv with the official schema. Offline: what they may load stands in the first line of the input.
//
// Input, one JSON object a line: first { documents, keys, schema, issuer, now }, then { name, kind, data, list } for each
// certificate; `list` is the status list that is served to it.
// Output, one a line: { name, accepted, reason }.
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import Ajv2019 from "ajv/dist/2019.js";
import addFormats from "ajv-formats";
import { importJWK, jwtVerify } from "jose";

globalThis.crypto ??= webcrypto;
const CLAIMS = ["iss", "jti", "sub", "nbf", "exp"];
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { documents, keys, schema, issuer, now } = JSON.parse((await lines.next()).value);
const conforms = addFormats(new Ajv2019({ strict: false, allErrors: false })).compile(schema);

for await (const line of lines) {
  const { name, kind, data, list } = JSON.parse(line);
  documents[list.id] = list;
  try {
    await (kind === "jwt" ? token(data) : credential(JSON.parse(data)));
    console.log(JSON.stringify({ name, accepted: true, reason: "" }));
  } catch (error) {
    console.log(JSON.stringify({ name, accepted: false, reason: reasonOf(error) }));
  }
}

// The JSON-LD documents, the issuer's DID document and its keys, and the status list; nothing else can be loaded.
async function documentLoader(url) {
  const [base, fragment] = url.split("#");
  const document = documents[fragment === undefined ? url : base];
  if (document === undefined) throw new Error(`not loaded: ${url}`);
  if (fragment === undefined) return { contextUrl: null, documentUrl: url, document };
  const method = document.verificationMethod.find(({ id }) => id === url);
  if (method === undefined) throw new Error(`no such key: ${url}`);
  return { contextUrl: null, documentUrl: url, document: { "@context": "https://w3id.org/security/multikey/v1", ...method } };
}

async function credential(document) {
  if (document.issuer?.id !== issuer) throw new Error("another issuer");
  if (document.credentialStatus === undefined) throw new Error("no status, which this issuer always gives");
  if (!conforms(document)) throw new Error(`schema: ${conforms.errors[0].instancePath} ${conforms.errors[0].message}`);
  const suite = new DataIntegrityProof({ cryptosuite });
  const result = await vc.verifyCredential({
    credential: document,
    suite,
    documentLoader,
    now: new Date(now),
    checkStatus: ({ credential: one }) => checkStatus({ credential: one, suite, documentLoader, verifyBitstringStatusListCredential: true }),
  });
  if (!result.verified) throw result.error ?? result.statusResult.error;
  if (result.statusResult.results.some(({ status }) => status)) throw new Error("revoked");
}

// The signature with the issuer's published key and no other, what the claims say, and then the credential itself.
async function token(data) {
  const key = ({ kid }) => {
    if (keys[kid] === undefined) throw new Error(`no key of the issuer: ${kid}`);
    return importJWK(keys[kid], "RS256");
  };
  const { payload } = await jwtVerify(data, key, { algorithms: ["RS256"], typ: "JWT", currentDate: new Date(now) });
  const seconds = (moment) => (moment === undefined ? undefined : Math.floor(Date.parse(moment) / 1000));
  const expected = [payload.issuer?.id, payload.id, payload.credentialSubject?.id, seconds(payload.validFrom), seconds(payload.validUntil)];
  if (CLAIMS.some((claim, place) => payload[claim] !== expected[place])) throw new Error("the claims say something else");
  await credential(Object.fromEntries(Object.entries(payload).filter(([member]) => !CLAIMS.includes(member))));
}

function reasonOf(error) {
  const causes = [error, ...(error.errors ?? []), error.cause].filter(Boolean).map(({ name, message }) => `${name}: ${message}`);
  return causes.join(" / ").slice(0, 300);
}
