// Puts the focus on the message that the page opened for, so that a screen reader begins there.
document.querySelector("[data-focus]")?.focus();
