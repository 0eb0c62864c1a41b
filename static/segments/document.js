/** A rule as a document: {"version": 1, "root": …}, as text and as controls. */
import { groupEditor } from "./group.js";
import { Literal, readJson, writeJson } from "./lossless.js";

/** Everybody: what a new rule begins with. */
export const EMPTY = '{"version": 1, "root": {"type": "group", "match": "all", "conditions": []}}';

/**
 * The controls for the rule that `text` holds: {root: the outermost group's editor, write(), place(said)}.
 * A rule in which nothing was touched is written as it was read.
 */
export function ruleDocument(text, site) {
  const given = read(text);
  const saved = given ?? readJson(EMPTY);
  // A rule made elsewhere may begin with a single condition; the builder begins with a group.
  const isBare = saved.root.type !== "group";
  const start = isBare ? { type: "group", match: "all", conditions: [saved.root] } : saved.root;
  const root = groupEditor(start, site, { outermost: true });
  const compose = () => writeJson({ ...saved, version: saved.version ?? 1, root: new Literal(root.write()) });
  const opened = compose();
  const isUntouched = () => given !== null && compose() === opened;
  return {
    root,
    write: () => (isUntouched() ? text : compose()),
    /** What the server said of the rule as it is written, by the places that things have here. */
    place: (said) => (isBare && isUntouched() ? said.map(({ path, message }) => ({ path: path.replace(/^root/, "root.conditions[0]"), message })) : said),
  };
}

/** null for what is no rule: nothing yet, or what somebody has broken. */
function read(text) {
  try {
    const found = readJson(text);
    return found?.root && typeof found.root === "object" ? found : null;
  } catch {
    return null;
  }
}
