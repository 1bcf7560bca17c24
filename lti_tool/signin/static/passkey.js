// Signs in with a passkey, or adds one (WebAuthn). The form's data attributes say which, and hold the words in the reader's language:
// data-passkey "get" or "create", data-options the address that says what to ask, data-unable, data-cancelled, data-failed, data-busy.
// The button stays hidden where it could do nothing: without this script, or in a browser that knows no passkeys.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

// What the server sent as JSON, with bytes where the browser wants them (WebAuthn Level 2, 5.4 and 5.5).
function asked(kind, options) {
  const challenge = bytes(options.challenge);
  if (kind === "get") return { ...options, challenge, allowCredentials: listed(options.allowCredentials) };
  const user = { ...options.user, id: bytes(options.user.id) };
  return { ...options, challenge, user, excludeCredentials: listed(options.excludeCredentials) };
}

// What the passkey answered, as JSON.
function answered({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = words(response[name]);
  }
  return JSON.stringify({ id, rawId: words(rawId), type, response: parts, clientExtensionResults: {} });
}

async function run(form, say) {
  const kind = form.dataset.passkey;
  const sent = new FormData(form);
  sent.delete("credential");
  const answer = await fetch(form.dataset.options, { method: "POST", body: sent, headers: { Accept: "application/json" } });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    if (told.prove) {
      // it takes a fresh proof of who somebody is; the page there says why
      window.location.assign(told.prove);
      return;
    }
    say([told.detail, ...(told.steps ?? [])].filter(Boolean).join(" ") || form.dataset.failed);
    return;
  }
  const publicKey = asked(kind, await answer.json());
  const credential = await navigator.credentials[kind]({ publicKey });
  form.elements.credential.value = answered(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button[type=submit]");
  const say = (text) => { said.textContent = text; };
  form.querySelector("[data-without-script]").hidden = true;
  if (!window.PublicKeyCredential || !navigator.credentials) {
    say(form.dataset.unable);
    continue;
  }
  for (const part of form.querySelectorAll("[data-needs-script]")) part.hidden = false;
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    say(form.dataset.busy);
    try {
      await run(form, say);
    } catch (error) {
      // InvalidStateError: this device holds a passkey for this account already. NotAllowedError: broken off, or its time is up.
      const known = { NotAllowedError: form.dataset.cancelled, InvalidStateError: form.dataset.present };
      say(known[error.name] ?? form.dataset.failed);
    }
    busy = false;
    button.removeAttribute("aria-disabled");
  });
}
