// The platform's storage: small values that the window around our frame keeps for us (LTI Platform Storage 0.1).
// Messages go to the origin of the registered authentication address and to no other; only that origin, and only the very
// window that was asked, is heard. Earlier drafts put "org.imsglobal." before every subject, so each question goes both ways.
const EARLIER = "org.imsglobal.";
const PARENT = "_parent";
const TO_ANSWER = 1500;
const TO_SAY_MORE = 500;

// The window that a frame name of the platform stands for, or null.
function windowOf(name) {
  const around = window.parent === window ? window.opener : window.parent;
  if (!around || name === PARENT) return around;
  try {
    return around.frames[name] ?? null;
  } catch {
    return null;
  }
}

function read(data) {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

// Asks a window; resolves to its answer, or to null when none comes in time.
function ask(asked, origin, subject, values, patience = TO_ANSWER) {
  return new Promise((resolve) => {
    const id = crypto.randomUUID();
    const subjects = [subject, EARLIER + subject];
    const wanted = subjects.map((name) => `${name}.response`);
    const finish = (answer) => {
      window.removeEventListener("message", hear);
      window.clearTimeout(timer);
      resolve(answer);
    };
    const hear = (event) => {
      if (event.origin !== origin || event.source !== asked) return;
      const answer = read(event.data);
      if (answer?.message_id === id && wanted.includes(answer.subject) && !answer.error) finish(answer);
    };
    const timer = window.setTimeout(finish, patience, null);
    window.addEventListener("message", hear);
    for (const name of subjects) asked.postMessage({ subject: name, message_id: id, ...values }, origin);
  });
}

// The frame of the platform that keeps values for us, or null. What it says of its capabilities goes before what the login
// said (`named`); a platform that said it at the login need not answer.
export async function findStorage(origin, named) {
  const asked = (named && windowOf(named)) || windowOf(PARENT);
  if (!asked) return null;
  const answer = await ask(asked, origin, "lti.capabilities", {}, named ? TO_SAY_MORE : TO_ANSWER);
  const offered = Array.isArray(answer?.supported_messages) ? answer.supported_messages : [];
  const [put, get] = ["lti.put_data", "lti.get_data"].map((name) =>
    offered.find((message) => message?.subject === name || message?.subject === EARLIER + name),
  );
  const frame = put && get ? put.frame || named || PARENT : named;
  return frame && windowOf(frame) ? frame : null;
}

// Lets the platform keep a value; resolves to whether it did.
export async function putData(origin, frame, key, value) {
  const asked = windowOf(frame);
  return asked !== null && (await ask(asked, origin, "lti.put_data", { key, value })) !== null;
}

// Asks for a value; resolves to { value } (a string, empty when it holds none), or to null when no answer comes.
export async function getData(origin, frame, key) {
  const asked = windowOf(frame);
  const answer = asked && (await ask(asked, origin, "lti.get_data", { key }));
  if (!answer || (answer.key !== undefined && answer.key !== key)) return null;
  return { value: typeof answer.value === "string" ? answer.value : "" };
}
