/** How often: did, did not, at least three times … */
import { choice } from "./controls.js";
import { reportChange, slot, word } from "./dom.js";
import { numberInput } from "./number_input.js";

const REPEATED = [
  ["at_least", "at least"],
  ["at_most", "at most"],
  ["equals", "exactly"],
  ["greater_than", "more than"],
  ["less_than", "fewer than"],
  ["between", "between"],
];

/** `words`: {some: "did", none: "did not do", prefix: "did"}: what the choices are called for this kind of happening. */
export function countControl(count, words) {
  const options = [
    { value: "some", label: words.some },
    { value: "none", label: words.none },
    ...REPEATED.map(([value, label]) => ({ value, label: `${words.prefix} ${label}`.trim() })),
  ];
  const body = slot();
  let numbers = [];
  const kind = choice("How often", options, kindOf(count), { onChange: () => show(null) });

  function show(saved) {
    const values = saved?.values ?? [saved?.value ?? 2, 5];
    const asked = kind.value === "between" ? ["Times, from", "Times, to"] : ["Times"];
    numbers = ["some", "none"].includes(kind.value)
      ? []
      : asked.map((label, index) => numberInput(label, values[index], { min: 0, whole: true }));
    const parts = numbers.flatMap(({ element }, index) => (index ? [word("and"), element] : [element]));
    body.replaceChildren(...parts, ...(numbers.length ? [word("times")] : []));
    reportChange(body);
  }
  function read() {
    if (kind.value === "some") return { operator: "at_least", value: 1 };
    if (kind.value === "none") return { operator: "at_most", value: 0 };
    const given = numbers.map((number) => number.read());
    return kind.value === "between" ? { operator: "between", values: given } : { operator: kind.value, value: given[0] };
  }
  show(count);
  return { element: slot(kind, body), read };
}

function kindOf(count) {
  if (!count || (count.operator === "at_least" && count.value === 1)) return "some";
  const never = count.value === 0 && ["at_most", "equals"].includes(count.operator);
  return never ? "none" : count.operator;
}
