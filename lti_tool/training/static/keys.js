// Keys for what a page offers: data-key="j" on a link, a button or a field. A link is followed; a button and a field take the
// focus, so that no verdict is given by one key alone. The list of keys, [data-keys], holds the checkbox that turns them off;
// they never work where somebody types (WCAG 2.1.4).
const STORE = "icc-keys";
const list = document.querySelector("[data-keys]");
const box = list?.querySelector("input[type=checkbox]");

if (box) {
  box.checked = recall() !== "off";
  list.hidden = false;
  box.addEventListener("change", () => remember(box.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (wanted === null) return;
    event.preventDefault();
    if (wanted.matches("a")) return wanted.click();
    wanted.focus();
    wanted.scrollIntoView({ block: "nearest" });
  });
}

function types(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit])");
}

// A frame may be kept from the device's storage; then the choice lasts as long as the page.
function recall() {
  try { return window.localStorage.getItem(STORE); } catch { return null; }
}

function remember(choice) {
  try { window.localStorage.setItem(STORE, choice); } catch { /* as long as the page */ }
}
