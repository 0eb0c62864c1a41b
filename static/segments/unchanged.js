/** What nobody touched stays as it was written, to the last sign, also where the builder would write it otherwise. */
import { sourceOf, writeJson } from "./lossless.js";

/**
 * A function that writes what `read()` gives; as long as that is what it gave at first, it writes the text from which
 * `node` was read. Call it once the controls show `node`.
 */
export function keepSource(node, read) {
  const source = sourceOf(node);
  const opened = source && writeJson(read());
  return () => {
    const now = writeJson(read());
    return source && now === opened ? source : now;
  };
}
