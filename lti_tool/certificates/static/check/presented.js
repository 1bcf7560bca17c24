// What somebody presents: told apart and read without trusting it. A PDF is not parsed here.
import { ascii, fromBase64Url, sameBytes, utf8 } from "./bytes.js";
import { parseObject } from "./json.js";
import { Stopped } from "./stopped.js";

export const MOST_FILE_BYTES = 5 * 1024 * 1024;
const MOST_CREDENTIAL_BYTES = 256 * 1024;
const MOST_SVG_BYTES = 1024 * 1024;
const MOST_CHUNKS = 10_000;
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const KEYWORD = "openbadgecredential\0";
const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";
const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

// Returns { kind: "pdf", bytes }, { kind: "token", token, header, payload } or { kind: "document", document }.
export function readPresented(bytes) {
  if (bytes.length > MOST_FILE_BYTES) throw new Stopped("TOO_LARGE");
  if (ascii(bytes.subarray(0, 5)) === "%PDF-") return { kind: "pdf", bytes };
  if (sameBytes(bytes.subarray(0, PNG.length), PNG)) return credential(decoded(fromPng(bytes)));
  const text = decoded(bytes);
  return credential(text.startsWith("<") ? fromSvg(text) : text);
}

export function readToken(text) {
  const presented = TOKEN.test(text) ? credential(text) : null;
  if (presented === null) throw new Stopped("NOT_READ");
  return presented;
}

function credential(text) {
  if (text.length > MOST_CREDENTIAL_BYTES) throw new Stopped("TOO_LARGE");
  if (TOKEN.test(text)) {
    const [header, payload] = text.split(".").map(part);
    return { kind: "token", token: text, header, payload };
  }
  return { kind: "document", document: read(text) };
}

function part(text, number) {
  if (number === 2) return null;
  const bytes = fromBase64Url(text);
  if (bytes === null) throw new Stopped("NOT_READ");
  return read(decoded(bytes));
}

function read(text) {
  const object = parseObject(text);
  if (object === null) throw new Stopped("NOT_READ");
  return object;
}

function decoded(bytes) {
  try {
    return utf8.decode(bytes).trim();
  } catch {
    throw new Stopped("NOT_READ");
  }
}

// The one text under the keyword in a chunk iTXt that is not compressed (Open Badges 3.0, 5.3.1; PNG, 11.3.4.5).
function fromPng(bytes) {
  const found = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let place = PNG.length, count = 0; place < bytes.length; count += 1) {
    if (place + 12 > bytes.length || count > MOST_CHUNKS) throw new Stopped("NOT_READ");
    const end = place + 8 + view.getUint32(place);
    if (end + 4 > bytes.length) throw new Stopped("NOT_READ");
    const kind = ascii(bytes.subarray(place + 4, place + 8));
    const data = bytes.subarray(place + 8, end);
    if (kind === "iTXt" && ascii(data.subarray(0, KEYWORD.length)) === KEYWORD) found.push(chunkText(data.subarray(KEYWORD.length)));
    place = kind === "IEND" ? bytes.length : end + 4;
  }
  if (found.length !== 1) throw new Stopped("NOT_READ");
  return found[0];
}

function chunkText(rest) {
  const language = rest.indexOf(0, 2);
  const keyword = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (rest[0] !== 0 || keyword < 0) throw new Stopped("NOT_READ");
  return rest.subarray(keyword + 1);
}

// The one element of an SVG that holds a certificate (Open Badges 3.0, 5.3.2). Without a document type there are no entities.
function fromSvg(text) {
  if (text.length > MOST_SVG_BYTES || /<!(DOCTYPE|ENTITY)/i.test(text) || !text.includes(NAMESPACE)) throw new Stopped("NOT_READ");
  const image = new DOMParser().parseFromString(text, "image/svg+xml");
  const found = image.getElementsByTagNameNS(NAMESPACE, "credential");
  if (image.documentElement.localName !== "svg" || image.querySelector("parsererror") !== null || found.length !== 1) throw new Stopped("NOT_READ");
  return (found[0].getAttribute("verify") ?? found[0].textContent).trim();
}
