/** The states that a rule was in, one after each step that somebody made, so that steps can be undone and done again. */

const MOST = 200;

/** A state is its text; a step {what: in words, where: what was worked on}. */
export function stepHistory(first) {
  const states = [{ text: first }];
  let at = 0;
  let open = null; // the field in which somebody is still writing: all of that is one step

  return {
    /** The rule is `text` now. `field`: the field of text that was written in; null: the step is complete by itself. */
    record(text, step, field = null) {
      if (text === states[at].text) return;
      const goesOn = field !== null && field === open && at > 0;
      states.splice(goesOn ? at : at + 1, Infinity, { ...step, text });
      open = field;
      if (goesOn && states[at - 1].text === text) states.length = at; // written, and taken back in the field itself
      if (states.length > MOST) states.shift();
      at = states.length - 1;
    },
    /** Whoever leaves a field has ended that step. */
    close() {
      open = null;
    },
    /** Go back by one step, or on by one; gives {text, step}, or null at the end. */
    move(by) {
      const next = at + by;
      if (!states[next]) return null;
      const step = states[by < 0 ? at : next];
      at = next;
      open = null;
      return { text: states[at].text, step };
    },
    canMove: (by) => Boolean(states[at + by]),
  };
}
