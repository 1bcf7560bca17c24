// Closes the page of the registration when the administrator is done with it: the learning environment listens for this
// message (LTI Dynamic Registration 1.0, 3.6.2). Any origin may hear it, because it says nothing but that.
for (const button of document.querySelectorAll("[data-lti-close]")) {
  const listener = window.opener || (window.parent !== window ? window.parent : null);
  if (!listener) continue;
  button.hidden = false;
  button.addEventListener("click", () => listener.postMessage({ subject: "org.imsglobal.lti.close" }, "*"));
}

// One click registers: a second one while the first is under way would only meet a message about it.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelector("button[type=submit]").setAttribute("aria-disabled", "true");
  });
}
