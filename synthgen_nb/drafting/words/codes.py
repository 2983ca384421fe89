"""Codes with a form that people know: order numbers, plates, hashes, tokens. Says which form a meaning has and whether
it fits the column; a code of unknown form is opaque."""

from __future__ import annotations

from collections.abc import Sequence

from ...specs import Pattern
from ..domains import Domain

# Templates of Pattern, the preferred one first; the first that fits and has values enough is used.
_FORMS: dict[str, tuple[str, ...]] = {
    "id.sku": ("@@@-####-@@", "@@@-####", "@@#####", "@####"),
    "id.serial": ("SN@@########", "@@######", "########"),
    "id.invoice_number": ("INV-########", "INV-######", "INV#####", "########"),
    "id.order_number": ("ORD-########", "ORD-######", "ORD#####", "########"),
    "id.tracking_number": ("1Z999@@#########", "TRK##########", "TR########"),
    "id.ticket_number": ("TCK-########", "TCK-######", "T#######"),
    "id.policy_number": ("POL-########", "POL-######", "P#######"),
    "id.claim_number": ("CLM-########", "CLM-######", "C#######"),
    "id.booking_code": ("******",),
    "id.flight_number": ("[SBNACM][WHKQ][1-9]##", "[SBN]K###"),
    "id.room_number": ("[123456789][0123]#", "##"),
    "id.seat": ("[123][123456789][ABCDEF]", "[123456789][ABCDEF]"),
    "id.coupon": ("[SGPW]AVE-****##", "****##", "****"),
    "id.transaction": ("TXN-##########", "TXN########", "T#######"),
    "id.customer_number": ("CUST-########", "C-######", "C#####"),
    "id.employee_number": ("EMP-######", "E#####"),
    "id.student_number": ("STU-########", "S######"),
    "id.member_number": ("MBR-########", "M######"),
    "id.medical_record": ("MRN########", "########"),
    "id.course_code": ("[BCEHMP][IHNSA][OSGT]-[1234]##", "@@@[1234]##"),
    "id.icd": ("[ABCDEFGIJKLMNR]##.#", "[ABCDEFGIJKLMNR]##"),
    "id.cpt": ("[79]####",),
    "id.loinc": ("#####-#", "####-#"),
    "id.ndc": ("0####-###-##", "0####-####"),
    "id.vin": ("1ZZ@@##@#########",),  # no maker has 1ZZ
    "id.imei": ("00#############",),  # begins as a test device does
    "id.license_plate": ("@@@-####", "@@@####", "@@####"),
    "id.ticker": ("[ABCDEFGHKLMNPRSTVXZ]@@@", "@@@"),
    "id.hs_code": ("####.##.##", "####.##", "####"),
    "id.card_digits": ("####",),
    "id.card_number": ("9999############",),  # begins as no issuer's cards do
    "id.card_code": ("###",),
    "id.airport": ("[XQ]@@",),  # no town's code
    "hash": ("%" * 64, "%" * 40, "%" * 32, "%" * 16, "%" * 8),
    "hash.md5": ("%" * 32,),
    "hash.sha1": ("%" * 40,),
    "hash.sha256": ("%" * 64,),
    "hash.sha512": ("%" * 128,),
    "hash.crc": ("%" * 8,),
    "secret.password_hash": ("$2b$12$" + "&" * 53, "%" * 64, "%" * 40, "%" * 32),
    "secret.salt": ("%" * 32, "%" * 16),
    "secret.pin": ("######", "####"),
    "password_or_secret": ("&" * 43, "&" * 32, "&" * 24, "&" * 16, "&" * 10),
    "token.one_time": ("######", "####"),
    "token.jwt": ("eyJhbGciOiJub25lIn0.eyJ" + "&" * 40 + "." + "&" * 43,),
    "token": ("&" * 43, "&" * 32, "&" * 24, "&" * 16, "%" * 8),
    "api_key": ("sk_test_" + "&" * 32, "&" * 32, "&" * 20, "%" * 16),
}
_SMALL = "[abcdefghijklmnopqrstuvwxyz0123456789]"
_LETTERS = "[ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789]"  # what "&" stands for above


def form_of(name: str, group: str, domain: Domain, wanted: int = 0) -> Pattern | None:
    """The meaning's form, or its group's, where the column holds every code of it and there are `wanted` of them that
    differ in more than their case."""
    return next(
        (
            found
            for meaning in dict.fromkeys((name, group))
            if (found := fitting(_FORMS.get(meaning, ()), domain, wanted)) is not None
        ),
        None,
    )


def fitting(forms: Sequence[str], domain: Domain, wanted: int = 0) -> Pattern | None:
    """The first of the forms of which the column holds every code, with `wanted` that differ in more than their
    case."""
    if domain.form is not None or domain.case:
        return None
    for form in forms:
        pattern = Pattern(template=form.replace("&", _SMALL if wanted else _LETTERS))
        width = _width(form)
        if width >= domain.shortest and (not domain.longest or width <= domain.longest) and pattern.size >= wanted:
            return pattern
    return None


def _width(form: str) -> int:
    """Characters of a code; one for each set in brackets."""
    width, inside = 0, False
    for letter in form:
        inside = (inside or letter == "[") and letter != "]"
        width += not inside
    return width
