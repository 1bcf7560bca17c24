// Headings, lists, links and bold over a textarea: <template data-editor-of="id of the textarea">, which holds the bar. The textarea
// stays as long as nobody uses the bar; then Squire takes its place, with the same text. The form then sends the field html too.
import { addressOf, fragmentOf, fragmentOfText, htmlOf } from "./rich-fragment.js";

for (const template of document.querySelectorAll("template[data-editor-of]")) {
  const textarea = document.getElementById(template.dataset.editorOf);
  if (textarea) start(textarea, template.content.cloneNode(true));
}

function start(textarea, parts) {
  const { form } = textarea;
  const label = form.querySelector(`label[for="${textarea.id}"]`);
  const bar = parts.querySelector("[data-bar]");
  const linkRow = parts.querySelector("[data-link-row]");
  const linkField = linkRow.querySelector("input");
  const problem = linkRow.querySelector("[data-link-problem]");
  // the textarea itself stays where it is: somebody may be typing in it
  textarea.before(parts);
  let html = null; // the form's field, once there is an editor
  let opening = null;

  // Puts the editor in the textarea's place, once.
  function editor() {
    opening ??= open();
    return opening;
  }

  async function open() {
    const { default: Squire } = await import("./squire.js");
    const selected = [textarea.selectionStart, textarea.selectionEnd].map((at) => textarea.value.slice(0, at).replaceAll("\n", "").length);
    const root = document.createElement("div");
    root.className = "form-control icc-writing";
    root.setAttribute("role", "textbox");
    root.setAttribute("aria-multiline", "true");
    label.id ||= `${textarea.id}-label`;
    root.setAttribute("aria-labelledby", label.id);
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (textarea.hasAttribute(name)) root.setAttribute(name, textarea.getAttribute(name));
    }
    label.removeAttribute("for");
    label.addEventListener("click", () => root.focus());
    for (const link of document.querySelectorAll(`a[href="#${textarea.id}"]`)) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        root.focus();
      });
    }
    textarea.after(root);
    textarea.hidden = true;
    const made = new Squire(root, { blockTag: "P", sanitizeToDOMFragment: fragmentOf, addLinks: true });
    // Tab leads on, as everywhere; what the bar does not offer no key does either
    const off = navigator.platform.startsWith("Mac") ? "Meta-" : "Ctrl-";
    for (const key of ["Tab", "Shift-Tab", `${off}u`, `${off}Shift-7`, `${off}Shift-5`, `${off}Shift-6`, `${off}[`, `${off}]`, `${off}d`]) {
      made.setKeyHandler(key, null);
    }
    made.setHTML(html ? html.value : htmlOf(fragmentOfText(textarea.value)));
    if (html === null) {
      addField("");
      select(made, root, selected);
    }
    made.addEventListener("input", () => take(made));
    made.addEventListener("pathChange", () => refresh(made));
    made.addEventListener("select", () => refresh(made));
    made.addEventListener("cursor", () => refresh(made));
    return made;
  }

  // Lets the form have what stands in the editor.
  function take(made) {
    html.value = htmlOf(fragmentOf(made.getHTML()));
    textarea.value = Array.from(made.getRoot().querySelectorAll("p, h3, li"), (block) => block.textContent).join("\n\n");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function addField(value) {
    html = document.createElement("input");
    html.type = "hidden";
    html.name = "html";
    html.value = value;
    textarea.before(html);
  }

  const has = {
    heading: (made) => made.hasFormat("H3"),
    bold: (made) => made.hasFormat("B"),
    ul: (made) => made.hasFormat("UL"),
    ol: (made) => made.hasFormat("OL"),
    link: (made) => made.hasFormat("A"),
  };
  const toggle = {
    heading: (made) => turnBlocks(made, has.heading(made) ? "P" : "H3"),
    bold: (made) => (has.bold(made) ? made.removeBold() : made.bold()),
    ul: (made) => (has.ul(made) ? made.removeList() : made.makeUnorderedList()),
    ol: (made) => (has.ol(made) ? made.removeList() : made.makeOrderedList()),
    link: (made) => openLinkRow(made),
  };

  function turnBlocks(made, name) {
    if (made.hasFormat("LI")) made.removeList();
    made.modifyBlocks((fragment) => {
      for (const block of fragment.querySelectorAll(name === "P" ? "h3" : "p")) {
        const turned = document.createElement(name);
        turned.append(...block.childNodes);
        block.replaceWith(turned);
      }
      return fragment;
    });
    made.focus();
  }

  function refresh(made) {
    for (const button of bar.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(has[button.dataset.format](made)));
    }
  }

  function openLinkRow(made) {
    const at = made.getSelection().commonAncestorContainer;
    const link = (at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement).closest("a");
    linkField.value = link?.getAttribute("href") ?? "";
    problem.hidden = true;
    linkRow.hidden = false;
    linkRow.querySelector("[data-link-away]").hidden = !link;
    linkField.focus();
  }

  async function closeLinkRow(then) {
    const made = await editor();
    linkRow.hidden = true;
    made.focus();
    then?.(made);
    refresh(made);
  }

  function makeLink() {
    const address = addressOf(linkField.value);
    problem.hidden = Boolean(address);
    linkField.setAttribute("aria-invalid", String(!address));
    if (!address) return linkField.focus();
    closeLinkRow((made) => made.makeLink(address));
  }

  for (const button of bar.querySelectorAll("button")) {
    // the selection stays where it is
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", async () => {
      const made = await editor();
      toggle[button.dataset.format](made);
      refresh(made);
    });
  }
  linkRow.querySelector("[data-link-make]").addEventListener("click", makeLink);
  linkRow.querySelector("[data-link-away]").addEventListener("click", () => closeLinkRow((made) => made.removeLink()));
  linkRow.querySelector("[data-link-close]").addEventListener("click", () => closeLinkRow());
  linkField.addEventListener("input", (event) => event.stopPropagation());
  linkField.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      makeLink();
    } else if (event.key === "Escape") {
      closeLinkRow();
    }
  });
  // insert.js adds a text at the end, once the editor is there
  textarea.addEventListener("icc:insert", async (event) => {
    if (opening === null) return;
    event.preventDefault();
    const made = await editor();
    made.saveUndoState();
    made.setHTML(made.getHTML() + htmlOf(fragmentOfText(event.detail)));
    take(made);
    made.moveCursorToEnd();
    made.focus();
  });
  // autosave.js puts a text back
  form.addEventListener("icc:put", async (event) => {
    const { text, html: kept } = event.detail;
    if (!kept && opening === null) return;
    if (html === null) addField(kept);
    const value = kept || htmlOf(fragmentOfText(text));
    html.value = value;
    (await editor()).setHTML(value);
  });
  if (form.dataset.html) {
    addField(form.dataset.html);
    editor();
  }
}

// Selects in the editor what was selected in the textarea, by the letters before it.
function select(made, root, [from, to]) {
  const range = document.createRange();
  range.selectNodeContents(root.firstElementChild ?? root);
  range.collapse(true);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let passed = 0;
  let begun = false;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!begun && (from < passed + node.length || from === to)) {
      if (from > passed + node.length) {
        passed += node.length;
        continue;
      }
      range.setStart(node, Math.max(0, from - passed));
      begun = true;
    }
    if (to <= passed + node.length) {
      range.setEnd(node, Math.max(0, to - passed));
      break;
    }
    passed += node.length;
  }
  made.focus();
  made.setSelection(range);
}
