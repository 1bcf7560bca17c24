// What somebody typed and the server does not have yet, on this device: one piece for each page on which it is typed, under the
// name of its owner, so that who uses the device next is never offered it. Everything goes after two weeks.
const PREFIX = "icc-draft:";
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000;

const name = (owner, page) => `${PREFIX}${owner}:${page}`;

// Keeps a draft `{ text, link, revision, at }`; returns whether that went well: a browser may refuse or be full.
export function keep(owner, page, draft) {
  try {
    window.localStorage.setItem(name(owner, page), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function drop(owner, page) {
  try {
    window.localStorage.removeItem(name(owner, page));
  } catch {
    // nothing was kept
  }
}

// Returns the owner's drafts, the newest first, each with its `page`; what is too old goes, whoever's it is.
export function found(owner) {
  try {
    const mine = [];
    for (const key of Object.keys(window.localStorage).filter((one) => one.startsWith(PREFIX))) {
      const draft = read(key);
      if (draft === null || Date.now() - draft.at > KEPT_FOR) window.localStorage.removeItem(key);
      else if (key.startsWith(name(owner, ""))) mine.push({ ...draft, page: key.slice(name(owner, "").length) });
    }
    return mine.sort((one, other) => other.at - one.at);
  } catch {
    return [];
  }
}

function read(key) {
  try {
    const draft = JSON.parse(window.localStorage.getItem(key));
    const whole = ["text", "link"].every((part) => typeof draft[part] === "string");
    return whole && Number.isFinite(draft.at) ? draft : null;
  } catch {
    return null;
  }
}
