// Tells the learning environment that registration is done, so that it can close its window (Dynamic Registration 1.0, 2.1.3).
// Any origin may hear it: the message says nothing but that.
const target = window.opener || window.parent;
if (target && target !== window && document.querySelector("[data-lti-close]")) {
  target.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
}
