/**
 * JSON that stays as it was written: a browser's own JSON.parse makes 9007199254740992 of 9007199254740993 and 1 of 1.0.
 * What was read keeps the text it was read from; what is written back unchanged is that text.
 */
const sources = new WeakMap(); // object or list as read → its text
const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}[\],:"]+))/gy;

/** A piece of JSON kept as text: a number that JavaScript cannot hold as it is written, or a part that is ready. */
export class Literal {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
  valueOf() {
    return JSON.parse(this.text);
  }
}

/** What `text` says; numbers are numbers where nothing is lost by that, else a Literal. Throws SyntaxError. */
export function readJson(text) {
  JSON.parse(text); // so that the walk below meets nothing that is wrong
  TOKEN.lastIndex = 0;
  return readValue(text, nextToken(text));
}

function nextToken(text) {
  const [all, sign, string, word] = TOKEN.exec(text);
  return { sign, string, word, end: TOKEN.lastIndex, start: TOKEN.lastIndex - all.trimStart().length };
}

function readValue(text, token) {
  if (token.string) return JSON.parse(token.string);
  if (token.word) return readWord(token.word);
  const value = token.sign === "{" ? readObject(text) : readList(text);
  sources.set(value, text.slice(token.start, TOKEN.lastIndex));
  return value;
}

function readWord(word) {
  const value = JSON.parse(word);
  return typeof value === "number" && String(value) !== word ? new Literal(word) : value;
}

function readObject(text) {
  const found = {};
  for (let token = nextToken(text); token.sign !== "}"; token = nextToken(text)) {
    if (token.sign === ",") continue;
    nextToken(text); // the colon
    // Not by assignment: a key may be called __proto__.
    Object.defineProperty(found, JSON.parse(token.string), { value: readValue(text, nextToken(text)), enumerable: true, writable: true, configurable: true });
  }
  return found;
}

function readList(text) {
  const found = [];
  for (let token = nextToken(text); token.sign !== "]"; token = nextToken(text)) {
    if (token.sign !== ",") found.push(readValue(text, token));
  }
  return found;
}

/** The text from which an object or a list was read; undefined for one that was made here. */
export function sourceOf(value) {
  return sources.get(value);
}

/** As JSON.stringify; what was read and is passed on as it is stays as it was written. */
export function writeJson(value) {
  if (value instanceof Literal) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (sources.has(value)) return sources.get(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${members.map(([key, each]) => `${JSON.stringify(key)}:${writeJson(each)}`).join(",")}}`;
}

/** Of two values as they stand in a rule: 42 is not "42", and 1.0 is not 1. */
export function isSameJson(one, other) {
  return writeJson(one) === writeJson(other);
}
