"""Numbers that states give to people and firms, and the codes of banks, by country: in forms of which none was ever
given out. Says which form a column has by its name or by the locale that was asked for, and whether it fits."""

from __future__ import annotations

from ...schema import Column
from ...specs import Pattern
from ..domains import Domain, Facts
from ..meaning import Meaning
from ..meaning.names import words_of
from .codes import fitting

# templates of Pattern by country, the preferred one first
_PEOPLE: dict[str, tuple[str, ...]] = {
    "AT": ("0#########",),  # the three digits in front are 100 to 999 (ASVG section 31, Sozialversicherungsnummer)
    "CA": ("8##-###-###", "8########"),  # by regions 1 to 7, 9 for a time; 8 is none (ESDC, SIN code of practice)
    "DE": ("0##########",),  # the first digit is never 0 (BZSt on section 139b AO)
    "ES": ("########[IOU]",),  # letters that check no number: TRWAGMYFPDXBNJZSQVHLCKE do (RD 1553/2005)
    "FR": ("[12]##0[123456789][12345678]#######9[89]",),  # a key is 97 less a remainder of 97: 01 to 97 (INSEE)
    "GB": ("QQ######[ABCD]",),  # Q begins none (HMRC NIM39110)
    "IN": ("0###########",),  # begin with 2 to 9 (UIDAI)
    "IT": ("@@@@@@##[FGIJKNOQUVWXYZ]##@###@",),  # months are ABCDEHLMPRST (DM 23 December 1976)
    "PL": ("##1[3456789]#######",),  # months of 1900 to 1999 are 01 to 12, of other centuries 21 and up (PESEL)
    "US": ("666-##-####", "666######"),  # an area that is never given (SSA, POMS RM 10201.035)
}
_FIRMS: dict[str, tuple[str, ...]] = {
    "DE": ("DE0########", "0##########"),  # neither begins with 0 (BZSt)
    "IT": ("IT#######000#", "#######000#"),  # offices are numbered from 001 on (Agenzia delle Entrate)
    "US": ("00-#######", "00#######"),  # as no office's (IRS, EIN prefixes)
}
_HEALTH = ("999 ### ####", "999#######")  # kept for tests (NHS data dictionary)
_BY_NAME = {"ssn": "US", "dni": "ES", "aadhaar": "IN"}
_SALES = {"vat", "gst", "gstin", "eori"}  # what firms pay, not people
_BANK = ("@@@@{0}[23456789]0XXX", "@@@@{0}[23456789]0")  # a place that ends with 0 is one of tests (ISO 9362)


def official(column: Column, meaning: Meaning, domain: Domain, facts: Facts, wanted: int = 0) -> Pattern | None:
    """The form of such a number, where the column holds every one of it and there are `wanted` of them."""
    words = words_of(column.name)
    asked = facts.folk[0].locale[-2:] if facts.asked else ""
    country = next((_BY_NAME[word] for word in words if word in _BY_NAME), asked)
    forms: tuple[str, ...] = ()
    match meaning.name:
        case "id.national":
            forms = _HEALTH if "nhs" in words else _PEOPLE.get(country, _PEOPLE["US"])
        case "id.tax":
            own = _FIRMS if country == "US" or not _SALES.isdisjoint(words) else _PEOPLE
            forms = own.get(country, _FIRMS["US"])
        case "id.bic":
            forms = tuple(form.format(asked or "DE") for form in _BANK)
    return fitting(forms, domain, wanted)
