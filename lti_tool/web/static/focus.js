// Puts the focus on the message that the page opened for, so that a screen reader begins there; not when somebody was quicker.
if ([null, document.body].includes(document.activeElement)) document.querySelector("[data-focus]")?.focus();
