/** Numbers as people write them, and as they are shown: in plain digits, with a point before the fraction. */
import { Literal } from "./lossless.js";

/** Said of what could be read in two ways. */
export class AmbiguousNumber extends Error {}

const LARGEST = 10n ** 30n; // as in segments/rules/values.py
const PLAIN = /^-?\d+(\.\d+)?$/;
const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const BLANKS = /(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))/gu; // between thousands

/** “-1000000000000000000000” for -1e21; nothing is rounded. */
export function showNumber(number) {
  const text = String(number);
  const [, sign, whole, fraction = "", exponent = "0"] = JSON_NUMBER.exec(text) ?? [];
  if (whole === undefined || exponent === "0") return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const all = digits.padEnd(point, "0").padStart(digits.length + Math.max(1 - point, 0), "0");
  const place = Math.max(point, 1);
  const rest = all.slice(place).replace(/0+$/, "");
  return `${sign}${all.slice(0, place).replace(/^0+(?=\d)/, "")}${rest ? `.${rest}` : ""}`;
}

/**
 * The number that `text` says, as JSON holds it: a number, or a Literal where JavaScript would round it.
 * Throws an Error that says what would be right; what could be read in two ways is not guessed at.
 */
export function readNumber(text) {
  const written = toPlainDigits(text);
  if (!PLAIN.test(written)) throw new Error(`“${text.trim()}” is not a number. Write digits alone, like 1299.5.`);
  const tidy = written.replace(/^(-?)0+(?=\d)/, "$1").replace(/\.0+$|(?<=\.\d*[1-9])0+$/, "");
  if (/^-?0$/.test(tidy)) return 0;
  return tidy.includes(".") ? readFraction(tidy, text.trim()) : readWhole(tidy, text.trim());
}

function readWhole(tidy, given) {
  if (BigInt(tidy.replace("-", "")) > LARGEST) throw new Error(`“${given}” is too large: 30 digits are the most.`);
  return Number.isSafeInteger(Number(tidy)) ? Number(tidy) : new Literal(tidy);
}

/** A fraction is kept with as many digits as a computer's number has: no more than about 16. */
function readFraction(tidy, given) {
  const kept = showNumber(Number(tidy));
  if (kept !== tidy) throw new Error(`“${given}” has more digits than are kept. Write ${kept}.`);
  return Number(tidy);
}

function toPlainDigits(text) {
  const ascii = text.normalize("NFKC").trim()
    .replace(/\p{Nd}/gu, (digit) => String(digitOf(digit)))
    .replace(/[−‒–]/gu, "-").replace(/٫/gu, ".").replace(/٬/gu, "").replace(/^\+/, "")
    .replace(BLANKS, "");
  const spread = /[eE]/.test(ascii) && JSON_NUMBER.test(ascii) ? showNearby(ascii) : ascii;
  return completePoint(settleCommas(spread, text.trim()));
}

/** 1e400 is no number that anybody means; writing its digits out would take for ever. */
function showNearby(text) {
  return Math.abs(Number(text.split(/[eE]/)[1])) > 60 ? text : showNumber(text);
}

/** “.5” and “5.” are meant as 0.5 and 5. */
function completePoint(text) {
  return text.replace(/^(-?)\.(?=\d)/, "$10.").replace(/(?<=\d)\.$/, "");
}

const THOUSANDS = (sign) => new RegExp(`^-?[1-9]\\d{0,2}(\\${sign}\\d{3})+$`);

/** Which of comma and point is the decimal one: the last, where there are both; one that repeats parts thousands. */
function settleCommas(text, given) {
  const commas = text.split(",").length - 1;
  const points = text.split(".").length - 1;
  if (commas && points) {
    const [inner, decimal] = text.lastIndexOf(",") > text.lastIndexOf(".") ? [".", ","] : [",", "."];
    const [whole, ...fractions] = text.split(decimal);
    return fractions.length === 1 && THOUSANDS(inner).test(whole) ? `${whole.replaceAll(inner, "")}.${fractions[0]}` : given;
  }
  if (points > 1) return THOUSANDS(".").test(text) ? text.replaceAll(".", "") : given;
  if (commas > 1) return THOUSANDS(",").test(text) ? text.replaceAll(",", "") : given;
  if (commas && THOUSANDS(",").test(text)) {
    const [whole, part] = text.split(",");
    throw new AmbiguousNumber(`“${given}” can be read in two ways. Write ${whole}${part}, or ${whole}.${part}.`);
  }
  return text.replace(",", ".");
}

/** Every script's ten digits stand in a row, from its zero. */
function digitOf(digit) {
  const code = digit.codePointAt(0);
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1;
  return code < 58 ? code - 48 : code - zero;
}
