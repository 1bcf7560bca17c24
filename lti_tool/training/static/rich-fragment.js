// HTML from anywhere (a paste, what was saved) as the few elements that the editor knows. New elements are made and nothing but a
// link's address is copied, so that nothing else comes along. The server cleans again (lti_tool/training/rich_text.py).
const KNOWN = { P: "P", BR: "BR", UL: "UL", OL: "OL", LI: "LI", B: "B", STRONG: "B", I: "I", EM: "I", A: "A" };
const SKIPPED = new Set(["HEAD", "STYLE", "SCRIPT", "TITLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT"]);
const BLOCKS = "p, div, ul, ol, li, h1, h2, h3, h4, h5, h6, table, blockquote, section, article";

export function fragmentOf(html) {
  const found = document.createDocumentFragment();
  copy(new DOMParser().parseFromString(quiet(html), "text/html").body, found);
  if (found.querySelector("p, h3, ul, ol")) putLooseTextInParagraphs(found);
  return found;
}

// A browser reports styles and handlers that the page's policy blocks, even where nothing would ever come of them.
function quiet(html) {
  return html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(?:style|on[a-z]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

function putLooseTextInParagraphs(fragment) {
  let paragraph = null;
  for (const node of [...fragment.childNodes]) {
    if (["P", "H3", "UL", "OL"].includes(node.nodeName)) {
      paragraph = null;
    } else if (paragraph !== null) {
      paragraph.append(node);
    } else if (node.textContent.trim()) {
      paragraph = document.createElement("P");
      node.replaceWith(paragraph);
      paragraph.append(node);
    } else {
      node.remove();
    }
  }
}

// Plain text: an empty line begins a paragraph, a line end stays one.
export function fragmentOfText(text) {
  const found = document.createDocumentFragment();
  for (const part of text.split(/\n{2,}/)) {
    const paragraph = document.createElement("P");
    part.split("\n").forEach((line, number) => paragraph.append(...(number ? [document.createElement("BR")] : []), line));
    found.append(paragraph);
  }
  return found;
}

export function htmlOf(fragment) {
  const box = document.createElement("div");
  box.append(fragment);
  return box.innerHTML;
}

// An address that a link may lead to, with https:// before one that was typed without; "" when it is none.
export function addressOf(typed) {
  const text = typed.trim();
  try {
    const url = new URL(/^[^\s/:@]+\.[^\s/:@]{2,}(\/\S*)?$/.test(text) ? `https://${text}` : text);
    return ["https:", "http:", "mailto:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

function copy(from, into) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.append(node.data);
    else if (node.nodeType === Node.ELEMENT_NODE && !SKIPPED.has(node.nodeName)) copyElement(node, into);
  }
}

function copyElement(node, into) {
  const name = nameFor(node);
  const address = name === "A" ? addressOf(node.getAttribute("href") ?? "") : "";
  if (name === null || (name === "A" && !address)) return copy(node, into);
  const made = document.createElement(name);
  if (address) made.setAttribute("href", address);
  copy(node, made);
  into.append(made);
}

function nameFor(node) {
  if (/^H[1-6]$/.test(node.nodeName)) return "H3";
  if (["DIV", "BLOCKQUOTE", "PRE", "TR"].includes(node.nodeName)) return node.querySelector(BLOCKS) ? null : "P";
  return KNOWN[node.nodeName] ?? null;
}
