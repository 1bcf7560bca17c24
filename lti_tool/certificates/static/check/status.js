// Whether a certificate is on the issuer's list of revoked ones (Bitstring Status List 1.0, 3.2): one bit, in a list that the
// issuer signed as well.
import { fromBase64Url, unpacked } from "./bytes.js";
import { readToken } from "./presented.js";
import { isMoment } from "./standard.js";
import { Stopped } from "./stopped.js";
import { checkToken, claimsAgree, hasType, issuerOf } from "./token.js";

export const SKEW = 120_000;
const LEAST_BYTES = 131_072 / 8;
const MOST_BYTES = 16 * LEAST_BYTES;

// Returns { finding, asOf, slot }. `lists` gives the list at an address as token, or null.
export async function lookUp(credential, issuer, keys, lists, now) {
  const slot = slotOf(credential.credentialStatus);
  const token = slot === null ? null : await lists(slot.address);
  if (token === null) return { finding: "NO_STATUS_LIST", asOf: null, slot };
  try {
    const list = await authentic(token.trim(), issuer, keys);
    const from = Date.parse(list.validFrom);
    const over = list.validUntil !== undefined && !(Date.parse(list.validUntil) >= now - SKEW);
    const bits = await bitsOf(list.credentialSubject);
    if (list.id !== slot.address || from > now + SKEW || over || bits === null) throw new Stopped("BAD_STATUS_LIST");
    const revoked = (bits[slot.index >> 3] >> (7 - (slot.index & 7))) & 1;
    return { finding: revoked ? "IS_REVOKED" : "NOT_REVOKED", asOf: list.validFrom, slot };
  } catch (error) {
    if (error instanceof Stopped) return { finding: "BAD_STATUS_LIST", asOf: null, slot };
    throw error;
  }
}

function slotOf(entry) {
  const known = entry?.type === "BitstringStatusListEntry" && entry.statusPurpose === "revocation" && !("statusSize" in entry);
  if (!known || typeof entry.statusListCredential !== "string" || !/^\d{1,9}$/.test(entry.statusListIndex)) return null;
  return { address: entry.statusListCredential, index: Number(entry.statusListIndex) };
}

async function authentic(token, issuer, keys) {
  const presented = readToken(token);
  const list = presented.payload;
  await checkToken(presented, issuer, keys);
  const subject = list.credentialSubject;
  const ours =
    claimsAgree(list) &&
    hasType(list, "BitstringStatusListCredential") &&
    issuerOf(list) === issuer &&
    isMoment(list.validFrom) &&
    subject?.type === "BitstringStatusList" &&
    subject.statusPurpose === "revocation" &&
    !("statusSize" in subject);
  if (!ours) throw new Stopped("BAD_STATUS_LIST");
  return list;
}

// Multibase base64url around gzip (Bitstring Status List 1.0, 3.2 and 3.3).
async function bitsOf(subject) {
  const { encodedList } = subject;
  const packed = typeof encodedList === "string" && encodedList.startsWith("u") ? fromBase64Url(encodedList.slice(1)) : null;
  const bits = packed === null ? null : await unpacked(packed, "gzip", MOST_BYTES);
  return bits !== null && bits.length >= LEAST_BYTES ? bits : null;
}
