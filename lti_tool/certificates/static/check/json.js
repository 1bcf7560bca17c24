// JSON from a stranger: no member twice (two readers could see two certificates in it), not nested too deep, no text that is
// no Unicode. What JSON.parse would pass over is refused here. Objects have no prototype, so no member's name is special.

const MOST_DEPTH = 60;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// The object that a text writes; null when it writes none.
export function parseObject(text) {
  try {
    const reader = new Reader(text);
    const value = reader.value(1);
    reader.skip();
    return reader.place === text.length && isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Whether two values say the same, whatever the order of their members.
export function sameValue(one, other) {
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((part, place) => sameValue(part, other[place]));
  }
  if (!isObject(one)) return one === other;
  if (!isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && sameValue(one[name], other[name]));
}

class Reader {
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  value(depth) {
    if (depth > MOST_DEPTH) throw new SyntaxError("nested too deep");
    this.skip();
    const letter = this.text[this.place];
    if (letter === "{") return this.object(depth);
    if (letter === "[") return this.list(depth);
    if (letter === '"') return this.string();
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.place)) {
        this.place += word.length;
        return meaning;
      }
    }
    const number = Number(this.match(NUMBER));
    if (!Number.isFinite(number)) throw new SyntaxError("not finite");
    return number;
  }

  object(depth) {
    const object = Object.create(null);
    this.parts("}", () => {
      const name = this.string();
      this.skip();
      this.take(":");
      if (name in object) throw new SyntaxError("a member twice");
      object[name] = this.value(depth + 1);
    });
    return object;
  }

  list(depth) {
    const list = [];
    this.parts("]", () => list.push(this.value(depth + 1)));
    return list;
  }

  parts(end, read) {
    this.place += 1;
    this.skip();
    if (this.text[this.place] !== end) {
      do {
        this.skip();
        read();
        this.skip();
      } while (this.text[this.place] === "," && (this.place += 1));
    }
    this.take(end);
  }

  string() {
    const text = JSON.parse(this.match(STRING));
    if (LONE_SURROGATE.test(text)) throw new SyntaxError("no Unicode");
    return text;
  }

  skip() {
    this.match(SPACE);
  }

  take(letter) {
    if (this.text[this.place] !== letter) throw new SyntaxError("not JSON");
    this.place += 1;
  }

  match(pattern) {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text);
    if (found === null) throw new SyntaxError("not JSON");
    this.place = pattern.lastIndex;
    return found[0];
  }
}
