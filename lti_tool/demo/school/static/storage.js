// Keeps small values for the tools in the school's frames (LTI Platform Storage 0.1), as the options in data-storage say. Runs
// in the page around a tool, in the hidden frame that keeps the values, and in the page of an impostor.
(() => {
  "use strict";
  const place = document.querySelector("[data-storage]");
  if (!place) return;
  const rules = JSON.parse(place.dataset.storage);
  const here = place.dataset.place; // "_parent", the frame's name, or "impostor"
  const EARLIER = "org.imsglobal.";
  const kept = new Map();

  // In the impostor's page: whatever the school passes on goes to the tool, as if the school had answered.
  if (here === "impostor") {
    window.addEventListener("message", (event) => {
      if (event.origin !== place.dataset.school) return;
      window.parent.frames[rules.tool_frame].postMessage(event.data.answer, event.data.tool);
    });
    return;
  }

  const understood = (earlier) => rules.subjects === "both" || (rules.subjects === "earlier") === earlier;

  function capabilities() {
    const prefix = rules.subjects === "earlier" ? EARLIER : "";
    const frame = rules.frame === "_parent" ? {} : { frame: rules.frame };
    return {
      supported_messages: [
        { subject: `${prefix}lti.capabilities` },
        { subject: `${prefix}lti.put_data`, ...frame },
        { subject: `${prefix}lti.get_data`, ...frame },
      ],
    };
  }

  function put(origin, { key, value }) {
    kept.set(`${origin} ${key}`, value);
    return { key, value };
  }

  function get(origin, { key }) {
    const value = rules.get === "other" ? "a value that nobody put here" : kept.get(`${origin} ${key}`);
    return value === undefined ? { key } : { key, value };
  }

  function answer(event, subject, message, values) {
    const said = { subject: `${subject}.response`, message_id: message.message_id, ...values };
    event.source.postMessage(said, event.origin);
  }

  window.addEventListener("message", (event) => {
    if (!rules.tools.includes(event.origin)) return;
    const message = event.data;
    if (!message || typeof message.subject !== "string") return;
    const earlier = message.subject.startsWith(EARLIER);
    const name = earlier ? message.subject.slice(EARLIER.length) : message.subject;
    if (name === "lti.capabilities") {
      if (rules.capabilities && understood(earlier)) answer(event, message.subject, message, capabilities());
      return;
    }
    if (!["lti.put_data", "lti.get_data"].includes(name) || here !== rules.frame) return;
    if (!understood(earlier)) {
      answer(event, message.subject, message, { error: { code: "unsupported_subject", message: "not understood" } });
      return;
    }
    const way = name === "lti.put_data" ? rules.put : rules.get;
    if (way === "never") return;
    if (way === "refused") {
      answer(event, message.subject, message, { error: { code: "storage_exhausted", message: "no room" } });
      return;
    }
    const values = name === "lti.put_data" ? put(event.origin, message) : get(event.origin, message);
    if (way === "impostor") {
      const said = { subject: `${message.subject}.response`, message_id: message.message_id, ...values };
      const pages = here === "_parent" ? window : window.parent;
      pages.frames.impostor.postMessage({ answer: said, tool: event.origin }, rules.impostor);
      return;
    }
    answer(event, message.subject, message, values);
  });
})();
