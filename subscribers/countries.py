"""The countries of ISO 3166, by code, with their English names."""

from babel import Locale

# What CLDR adds: groups of countries, islands without a code of their own, the unknown, and tests of software.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
COUNTRIES: dict[str, str] = {
    code: name
    for code, name in Locale("en").territories.items()
    if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
}
