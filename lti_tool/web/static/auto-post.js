// Sends the page's form on by itself. Its button stays for people without JavaScript.
const form = document.querySelector("form[data-auto-post]");
if (form) HTMLFormElement.prototype.submit.call(form);
