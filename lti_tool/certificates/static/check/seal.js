// The seal of a PDF: PAdES with a key of the issuer (its own, or an eSeal's) over every byte of the file but the seal itself.
// Only once that holds is the certificate taken out, so nothing is looked for in a PDF from a stranger.
import { ascii, joined, sameBytes, sha256, unpacked, utf8 } from "./bytes.js";
import { Stopped } from "./stopped.js";

const RANGE = /\/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]/g;
const MOST_SEAL_DIGITS = 2 * 64 * 1024;
const MOST_ATTACHED_BYTES = 256 * 1024;
const CURVES = { "P-256": 32, "P-384": 48 };
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const ALGORITHMS = [...Object.keys(CURVES).map((namedCurve) => ({ name: "ECDSA", namedCurve, hash: "SHA-256" })), RSA];
const SEQUENCE = 0x30;
const SET = 0x31;
const OCTETS = 0x04;
const OBJECT_ID = 0x06;
const EXPLICIT = 0xa0;
const ID = { signedData: "2a864886f70d010702", data: "2a864886f70d010701", contentType: "2a864886f70d010903", digest: "2a864886f70d010904", certificate: "2a864886f70d010910022f", sha256: "608648016503040201" };

// Returns { issuer, document }: who sealed it, and the text of the attached credential.
export async function readSealed(bytes, keys) {
  const text = ascii(bytes);
  const { signed, container } = findSeal(bytes, text);
  const issuer = await sealingIssuer(signed, container, keys);
  return { issuer, document: await attached(bytes, text) };
}

function findSeal(bytes, text) {
  const ranges = [...text.matchAll(RANGE)];
  if (ranges.length === 0) throw new Stopped("NOT_SEALED");
  const [start, before, after, rest] = ranges.at(-1).slice(1).map(Number);
  const gap = text.slice(before, after);
  const whole = start === 0 && before > 0 && before < after && after + rest === bytes.length;
  if (!whole || gap.length > MOST_SEAL_DIGITS || gap.length % 2 || !/^<[0-9A-Fa-f]+>$/.test(gap)) throw new Stopped("SEAL_BROKEN");
  const container = Uint8Array.from(gap.slice(1, -1).match(/../g), (pair) => parseInt(pair, 16));
  return { signed: joined(bytes.subarray(0, before), bytes.subarray(after)), container };
}

// The Cryptographic Message Syntax (RFC 5652, 5.1 and 5.3), as far as a seal goes.
async function sealingIssuer(signed, container, keys) {
  let seal;
  try {
    seal = readSeal(container);
  } catch (error) {
    if (error instanceof RangeError) throw new Stopped("SEAL_BROKEN");
    throw error;
  }
  const held = await Promise.all(seal.certificates.map(({ whole }) => sha256(whole)));
  const whole = sameBytes(seal.digest, await sha256(signed)) && held.some((digest) => sameBytes(digest, seal.certificateDigest));
  if (!whole) throw new Stopped("SEAL_BROKEN");
  for (const { issuer, jwk } of keys.sealing) {
    const { kty, crv, x, y, n, e } = jwk;
    const algorithm = ALGORITHMS.find(({ namedCurve }) => namedCurve === crv);
    if (await holds(seal, algorithm, "jwk", kty === "RSA" ? { kty, n, e } : { kty, crv, x, y })) return issuer;
  }
  throw new Stopped((await holdsByItself(seal)) ? "SEAL_UNKNOWN" : "SEAL_BROKEN");
}

function readSeal(container) {
  const outer = element(container, 0, SEQUENCE);
  if (container.subarray(outer.end).some((byte) => byte !== 0)) throw new RangeError("something behind it");
  const [kind, content] = elements(outer);
  const [message] = elements(content);
  const parts = elements(message);
  const certificates = parts.find((part) => part.tag === EXPLICIT);
  const [signer, another] = elements(parts.at(-1));
  const fields = elements(signer);
  const attributes = fields.find((field) => field.tag === EXPLICIT);
  const signature = fields.find((field) => field.tag === OCTETS);
  const [algorithm] = elements(fields[2]);
  if (hex(kind) !== ID.signedData || another || !attributes || !signature || hex(algorithm) !== ID.sha256) throw new RangeError("no seal of ours");
  const named = new Map(elements(attributes).map((attribute) => { const [name, values] = elements(attribute); return [hex(name), elements(values)[0]]; }));
  if (hex(named.get(ID.contentType)) !== ID.data || named.get(ID.digest)?.tag !== OCTETS) throw new RangeError("no digest");
  // The signer's certificate, which comes with the seal, is named by its digest (RFC 5035, 3).
  const [identified] = elements(elements(named.get(ID.certificate))[0]);
  const certificateDigest = elements(identified).find((field) => field.tag === OCTETS)?.body;
  if (certificateDigest === undefined || certificates === undefined) throw new RangeError("no certificate");
  return {
    digest: named.get(ID.digest).body,
    // What is signed is the set, and in the message it has another tag (RFC 5652, 5.4).
    attributes: joined(new Uint8Array([SET]), attributes.whole.subarray(1)),
    signature: signature.body,
    certificateDigest,
    certificates: elements(certificates),
  };
}

// Whether the seal holds with the key that comes with it: then it is whole, and somebody else's.
async function holdsByItself(seal) {
  for (const certificate of seal.certificates) {
    for (const algorithm of ALGORITHMS) if (await holds(seal, algorithm, "spki", keyOf(certificate))) return true;
  }
  return false;
}

// The key in a certificate: the fifth sequence of what is certified (RFC 5280, 4.1).
function keyOf(certificate) {
  const [certified] = certificate.tag === SEQUENCE ? elements(certificate) : [];
  const parts = certified?.tag === SEQUENCE ? elements(certified).filter((field) => field.tag === SEQUENCE) : [];
  return parts[4]?.whole;
}

async function holds(seal, algorithm, form, material) {
  try {
    const key = await crypto.subtle.importKey(form, material, algorithm, false, ["verify"]);
    const signature = algorithm === RSA ? seal.signature : coordinates(seal.signature, CURVES[algorithm.namedCurve]);
    return await crypto.subtle.verify(algorithm, key, signature, seal.attributes);
  } catch {
    return false; // A key or a signature of another kind.
  }
}

// DER (X.690, 8.1): one element with its tag, body and whole.
function element(bytes, start, tag) {
  let place = start + 2;
  let length = bytes[start + 1];
  if (length > 0x80) {
    const digits = length - 0x80;
    if (digits > 4) throw new RangeError("too long");
    length = 0;
    for (let count = 0; count < digits; count += 1) length = length * 256 + bytes[place + count];
    place += digits;
  }
  const end = place + length;
  if (!(end <= bytes.length) || length === undefined || (tag !== undefined && bytes[start] !== tag)) throw new RangeError("no such element");
  return { tag: bytes[start], body: bytes.subarray(place, end), whole: bytes.subarray(start, end), end };
}

function elements(parent) {
  const found = [];
  if (parent === undefined) throw new RangeError("missing");
  for (let place = 0; place < parent.body.length; place = found.at(-1).end) found.push(element(parent.body, place));
  return found;
}

function hex(part) {
  return part?.tag === OBJECT_ID ? Array.from(part.body, (byte) => byte.toString(16).padStart(2, "0")).join("") : "";
}

// The two numbers of a signature as so many bytes each (RFC 5480 writes them shortest, WebCrypto wants them whole).
function coordinates(signature, length) {
  return joined(...elements(element(signature, 0, SEQUENCE)).map(({ body }) => {
    const digits = body.subarray(Math.max(0, body.length - length));
    return joined(new Uint8Array(length - digits.length), digits);
  }));
}

async function attached(bytes, text) {
  const files = [...text.matchAll(/<<\/Length (\d{1,7})\/Type\/EmbeddedFile\/Filter\/FlateDecode[\s\S]{0,200}?>>\s*stream\r?\n/g)];
  if (files.length !== 1) throw new Stopped("NOT_READ");
  const start = files[0].index + files[0][0].length;
  const content = await unpacked(bytes.subarray(start, start + Number(files[0][1])), "deflate", MOST_ATTACHED_BYTES);
  try {
    if (content !== null) return utf8.decode(content);
  } catch {
    // Not the text that it should be.
  }
  throw new Stopped("NOT_READ");
}

