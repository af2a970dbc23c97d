"""Identity numbers and phones as people type them."""

from __future__ import annotations

import pytest

from cases.identity import (
    BadIdentityNumber,
    BadPhone,
    birth_date_of,
    check_identity_number,
    check_phone,
    gender_of,
    mask_identity_number,
    mask_phone,
)  # fmt: skip
from cases.models import Person
from governance_center.crypto import decrypt, encrypt

NUMBER = "222405187305120046"


@pytest.mark.parametrize(
    "typed", [NUMBER, "222405 18730512 0046", "２２２４０５１８７３０５１２００４６", "222405-18730512-0046"]
)
def test_a_right_number_is_normalised(typed: str) -> None:
    assert check_identity_number(typed) == NUMBER


def test_a_small_x_is_a_big_one() -> None:
    assert check_identity_number("11010519491231002x") == "11010519491231002X"  # the example of GB 11643


@pytest.mark.parametrize(
    "typed",
    ["222405187305120041", "22240518730512004", "2224051873051200466", "222405187313120048", "abcdefghijklmnopqr",
     "22240529990512004X", "<script>alert(1)</script>", "\x00" * 18],
)  # fmt: skip
def test_a_wrong_number_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentityNumber):
        check_identity_number(typed)


def test_birth_date_and_gender_stand_in_the_number() -> None:
    assert (birth_date_of(NUMBER).isoformat(), gender_of(NUMBER)) == ("1873-05-12", "2")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("100 1234-5678", "10012345678"),
        ("+86 10012345678", "10012345678"),
        ("（0433）2512345", "04332512345"),
        ("+82 10 1234 5678", "+821012345678"),
    ],
)
def test_phones_are_normalised(typed: str, kept: str) -> None:
    assert check_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12", "abc", "1" * 16, "10 0x1"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(BadPhone):
        check_phone(typed)


def test_masks_hide_all_but_the_ends() -> None:
    assert mask_identity_number(NUMBER) == "222405**********46"
    assert mask_phone("10012345678") == "*******5678"


def test_numbers_and_phones_are_encrypted_in_the_database_and_found_again(db: None) -> None:
    from django.db import connection

    person = Person(name="金顺姬")
    person.set_identity_number(NUMBER)
    person.set_phone("100 1234 5678")
    person.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number, phone FROM cases_person")
        raw = cursor.fetchone()
    assert NUMBER not in raw[0]
    assert "1234" not in raw[1]
    assert decrypt(raw[0]) == NUMBER
    assert Person.objects.with_identity_number("222405 18730512 0046").get() == person
    assert Person.objects.with_phone("10012345678").get() == person
    assert Person.objects.get().identity_number == NUMBER


def test_equal_texts_are_encrypted_differently_and_tampering_shows() -> None:
    from cryptography.exceptions import InvalidTag

    one, other = encrypt("x" * 20), encrypt("x" * 20)
    assert one != other
    broken = one[:-6] + ("AAAA" if one[-6:-2] != "AAAA" else "BBBB") + one[-2:]
    with pytest.raises(InvalidTag):
        decrypt(broken)
