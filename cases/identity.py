"""Identity numbers, phones and e-mail addresses as people type them. Identity numbers follow GB 11643."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from governance_center.errors import GovernanceError


class BadIdentityNumber(GovernanceError):
    code = "bad_identity_number"
    status = 422
    message = _("This is not a valid identity number. Check the 18 digits.")


class BadPhone(GovernanceError):
    code = "bad_phone"
    status = 422
    message = _("This is not a phone number. Use digits, spaces, “-” and “+” only.")


class BadEmail(GovernanceError):
    code = "bad_email"
    status = 422
    message = _("This is not an e-mail address.")


LONGEST_EMAIL = 254
"""RFC 5321, section 4.5.3.1."""


def normalise_identity_number(typed: str) -> str:
    """Full-width digits become plain, spaces and hyphens go, a final x becomes X."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()


def check_identity_number(typed: str) -> str:
    """The normalised number.

    The place code is not held against the birth year, as ``ric.validate`` would do: numbers were given from
    1984 on by the place of that time, so a person may well carry the code of a county younger than they are.

    Raises:
        BadIdentityNumber: wrong length, letters, check digit, or no real past birth date.
    """
    number = normalise_identity_number(typed)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number) or ric.calc_check_digit(number) != number[-1]:
        raise BadIdentityNumber(field="identity_number")
    try:
        born = ric.get_birth_date(number)
    except NumberError:
        raise BadIdentityNumber(field="identity_number") from None
    if born > timezone.localdate():
        raise BadIdentityNumber(field="identity_number")
    return number


def birth_date_of(number: str) -> dt.date:
    """Date of birth in a checked identity number."""
    return ric.get_birth_date(number)


def gender_of(number: str) -> str:
    """Gender code of GB/T 2261.1 in a checked identity number: the 17th digit is odd for men."""
    return "1" if int(number[16]) % 2 else "2"


def normalise_phone(typed: str) -> str:
    """Digits only, with a leading + kept; +86 is dropped."""
    plain = re.sub(r"[\s\-().]", "", unicodedata.normalize("NFKC", typed))
    return re.sub(r"^(\+|00)86", "", plain)


def check_phone(typed: str) -> str:
    """The normalised phone.

    Raises:
        BadPhone: fewer than 5 or more than 15 digits, or something that is no digit.
    """
    phone = normalise_phone(typed)
    if not re.fullmatch(r"\+?[0-9]{5,15}", phone):
        raise BadPhone(field="phone")
    return phone


def check_email(typed: str) -> str:
    """The address without blanks around it.

    Raises:
        BadEmail: it cannot be one.
    """
    address = unicodedata.normalize("NFKC", typed).strip()
    try:
        validate_email(address)
    except ValidationError:
        raise BadEmail(field="email") from None
    if len(address) > LONGEST_EMAIL:
        raise BadEmail(field="email")
    return address


def mask_email(address: str) -> str:
    """The first character and the domain, the rest hidden."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


def mask_identity_number(number: str) -> str:
    """First six and last two digits, the rest hidden."""
    return f"{number[:6]}{'*' * 10}{number[-2:]}" if len(number) == 18 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """Last four digits, the rest hidden."""
    return "*" * max(len(phone) - 4, 0) + phone[-4:] if phone else ""
