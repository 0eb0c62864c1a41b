/** Countries by name: people choose "Germany", the rule says "DE". The browser knows the names. */
const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
// Codes that the browser names but that are no country: unions, zones, islands of another one, private use.
const NO_COUNTRIES = new Set("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split(" "));

export const COUNTRIES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
  .filter((code) => !NO_COUNTRIES.has(code) && names.of(code) && isCurrent(code))
  .map((code) => ({ value: code, label: names.of(code) }))
  .sort((a, b) => a.label.localeCompare(b.label, "en"));

// A withdrawn code (DD, SU) turns into its successor's.
function isCurrent(code) {
  return Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;
}
