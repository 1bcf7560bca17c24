// Bytes: what the other modules read and compare. Nothing here knows what a certificate is.

export const utf8 = new TextDecoder("utf-8", { fatal: true });
const oneByteALetter = new TextDecoder("latin1");

// A text with one letter a byte, of which only the ASCII letters mean anything (browsers read the others as windows-1252).
export function ascii(bytes) {
  return oneByteALetter.decode(bytes);
}

// The bytes of a text in base64url without padding; null when it is not one.
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

// Unpacks ("gzip" or "deflate") to so many bytes at most; null when there are more, or when it is not packed like this.
export async function unpacked(bytes, form, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(form)).getReader();
  const parts = [];
  let length = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      length += step.value.length;
      if (length > most) {
        await reader.cancel();
        return null;
      }
      parts.push(step.value);
    }
  } catch {
    return null;
  }
  return joined(...parts);
}
