/** Several values out of one text: a column of a spreadsheet, a line with commas or semicolons. */
import { AmbiguousNumber, readNumber } from "./numbers.js";

const QUOTED = /^"((?:[^"]|"")*)"$/;

/** Lines, or else what semicolons part, or else what commas part; quotation marks keep together what they hold. */
export function splitTexts(text) {
  const separator = findSeparator(text, [/[\r\n\t\u2028\u2029]+/, /;/, /[,،、，]/]);
  return tidyParts(separator ? splitOutsideQuotes(text, separator) : [text]);
}

/** The same for numbers, in which a comma may be the decimal one. Throws an Error where nobody can know. */
export function splitNumbers(text) {
  const separator = findSeparator(text, [/[\r\n\t\u2028\u2029]+/, /;/, /,\s+/]);
  if (separator) return tidyParts(text.split(separator)).map((part) => part.replace(/,$/, ""));
  if (!text.includes(",") || /\d\.\d/.test(text)) return isList(text) ? tidyParts(text.split(",")) : tidyParts([text]);
  const parts = tidyParts(text.split(","));
  if (parts.length > 1 && isOneNumber(text)) {
    throw new Error(`“${text.trim()}” may be one number or ${parts.length}. Write ${parts.join("; ")}, or the number with a point.`);
  }
  return parts;
}

/** “1.5,2.5”: points are the decimal ones, so commas part numbers. “1.299,50” is one. */
function isList(text) {
  return text.includes(",") && !isOneNumber(text);
}

function isOneNumber(text) {
  try {
    readNumber(text);
    return true;
  } catch (error) {
    return error instanceof AmbiguousNumber;
  }
}

function findSeparator(text, separators) {
  const bare = text.trim().replace(/"(?:[^"]|"")*"/g, "");
  return separators.find((separator) => separator.test(bare));
}

function splitOutsideQuotes(text, separator) {
  const sign = new RegExp(`((?:"(?:[^"]|"")*"|(?!${separator.source})[^])*)(?:${separator.source}|$)`, "gy");
  return [...text.matchAll(sign)].map(([, part]) => part);
}

function tidyParts(parts) {
  return parts
    .map((part) => part.trim())
    .map((part) => QUOTED.exec(part)?.[1].replaceAll('""', '"').trim() ?? part)
    .filter(Boolean);
}
