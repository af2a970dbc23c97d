"""Field encryption: both ciphers, what was tampered with, and turning the keys beside whoever else writes."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import OutgoingMessage
from cases.models import DocumentContent, Person, PersonPhone
from governance_center import checks, crypto, rotation
from intake.models import Household, OutreachVisit, Source
from mediation.models import CaseFile, SeparateTalk, Signature
from reporting.models import ExportPart

OLD, NEW, OTHER = (base64.urlsafe_b64encode(bytes([letter]) * 32).decode() for letter in b"onx")
BOTH_CIPHERS = (crypto.AES, crypto.SM4)


@pytest.fixture(autouse=True)
def old_key(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    settings.FIELD_CIPHER = crypto.AES


@pytest.mark.parametrize("cipher", BOTH_CIPHERS)
def test_a_value_says_with_which_cipher_and_key_it_was_written(settings: Any, cipher: str) -> None:
    settings.FIELD_CIPHER = cipher
    stored = crypto.encrypt("222405187305120046")
    assert stored.startswith(f"{crypto.present_head()}:")
    assert stored.split(":")[0] == cipher
    assert "187305" not in stored
    assert crypto.decrypt(stored) == "222405187305120046"
    assert crypto.encrypt("222405187305120046") != stored


@pytest.mark.parametrize("cipher", BOTH_CIPHERS)
@given(text=st.text(max_size=200))
@hypothesis_settings(max_examples=50, deadline=None)
def test_whatever_is_written_is_read_again(cipher: str, text: str) -> None:
    from django.test import override_settings

    text = text.replace("\x00", "").encode(errors="ignore").decode()
    with override_settings(FIELD_CIPHER=cipher, FIELD_KEYS=[OLD]):
        assert crypto.decrypt(crypto.encrypt(text)) == text


def test_values_from_before_there_were_two_ciphers_stay_readable() -> None:
    key = base64.urlsafe_b64decode(OLD)
    key_id, nonce = crypto.present_head().split(":")[1], b"n" * crypto.NONCE_BYTES
    sealed = nonce + AESGCM(key).encrypt(nonce, b"13900001234", key_id.encode())
    assert crypto.decrypt(f"{key_id}:{base64.b64encode(sealed).decode()}") == "13900001234"


def test_either_cipher_reads_what_the_other_wrote(settings: Any) -> None:
    first = crypto.encrypt("甲")
    settings.FIELD_CIPHER = crypto.SM4
    second = crypto.encrypt("갑")
    settings.FIELD_CIPHER = crypto.AES
    assert (crypto.decrypt(first), crypto.decrypt(second)) == ("甲", "갑")


@pytest.mark.parametrize("cipher", BOTH_CIPHERS)
@pytest.mark.parametrize("place", [0, crypto.NONCE_BYTES, -1])
def test_a_changed_bit_is_noticed(settings: Any, cipher: str, place: int) -> None:
    settings.FIELD_CIPHER = cipher
    head, _, body = crypto.encrypt("13900001234").rpartition(":")
    sealed = bytearray(base64.b64decode(body))
    sealed[place] ^= 1
    with pytest.raises(InvalidTag):
        crypto.decrypt(f"{head}:{base64.b64encode(sealed).decode()}")


def test_a_value_cannot_pass_for_one_of_the_other_cipher_or_of_before() -> None:
    cipher, key_id, body = crypto.encrypt("13900001234").split(":")
    assert cipher == crypto.AES
    with pytest.raises(InvalidTag):
        crypto.decrypt(f"{crypto.SM4}:{key_id}:{body}")
    with pytest.raises(InvalidTag):
        crypto.decrypt(f"{key_id}:{body}")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda stored: stored.replace(crypto.AES, "rot13"), LookupError),
        (lambda stored: stored.replace(stored.split(":")[1], "00000000"), LookupError),
        (lambda stored: f"{stored.rpartition(':')[0]}:!!", ValueError),
        (lambda stored: f"{stored.rpartition(':')[0]}:AAAA", ValueError),
        (lambda stored: "13900001234", LookupError),
    ],
)
def test_what_is_no_value_of_ours_is_refused(change: Any, error: type[Exception]) -> None:
    with pytest.raises((error, ValueError)):
        crypto.decrypt(change(crypto.encrypt("13900001234")))


def test_a_key_that_is_gone_is_named_as_the_reason(settings: Any) -> None:
    stored = crypto.encrypt("13900001234")
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(LookupError, match="key"):
        crypto.decrypt(stored)


def test_a_start_with_an_unknown_cipher_or_a_short_key_is_refused(settings: Any) -> None:
    assert checks.fields_can_be_encrypted(None) == []
    settings.FIELD_CIPHER = "des"
    settings.FIELD_KEYS = [NEW, "c2hvcnQ=", "no base64!"]
    found = checks.fields_can_be_encrypted(None)
    assert [error.id for error in found] == ["governance.E005", "governance.E006", "governance.E006"]
    assert "5 bytes" in found[1].msg
    assert not any("c2hvcnQ" in error.msg for error in found)
    with pytest.raises(LookupError):
        crypto.encrypt("x")


# --- turning the keys


def as_stored(model: type[Any], key: int, column: str = "phone") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [key])
        return str(cursor.fetchone()[0])


def make_people(count: int) -> list[Person]:
    people = []
    for number in range(count):
        person = Person(name=f"某{number}", needs_note="轮椅" if number % 2 else "")
        person.set_phone(f"139{number:08d}")
        person.save()
        further = PersonPhone(person=person)
        further.set_phone(f"138{number:08d}")
        further.save()
        people.append(person)
    return people


def rotate(**options: Any) -> str:
    told = StringIO()
    call_command("rotate_field_keys", stdout=told, stderr=told, **options)
    return told.getvalue()


def test_every_model_with_an_encrypted_field_is_known() -> None:
    assert set(rotation.encrypted_models()) == {
        CaseFile, DocumentContent, ExportPart, Household, OutgoingMessage, OutreachVisit, Person, PersonPhone,
        SeparateTalk,
        Signature, Source,
    }  # fmt: skip
    assert rotation.encrypted_fields(Person) == ["identity_number", "phone", "email", "needs_note"]


@pytest.mark.django_db
@pytest.mark.parametrize(("cipher", "keys"), [(crypto.SM4, [OLD]), (crypto.AES, [NEW, OLD]), (crypto.SM4, [NEW, OLD])])
def test_turning_the_keys_writes_every_row_again(settings: Any, cipher: str, keys: list[str]) -> None:
    people = make_people(5)
    index = people[0].phone_index
    settings.FIELD_CIPHER, settings.FIELD_KEYS = cipher, keys
    with pytest.raises(CommandError, match=r"10 row\(s\)"):
        rotate(check=True)
    told = rotate(batch=2)
    assert "cases.Person: 2 of 5" in told
    assert "10 row(s) written again; nothing is under older keys" in told
    assert "nothing is under older keys" in rotate(check=True)
    settings.FIELD_KEYS = keys[:1]
    again = Person.objects.get(pk=people[1].pk)
    assert (again.phone, again.needs_note, again.identity_number) == ("13900000001", "轮椅", "")
    assert Person.objects.get(pk=people[0].pk).phone_index == index
    assert Person.objects.with_phone("139 0000 0000").get() == people[0]
    assert as_stored(PersonPhone, people[0].phones.get().pk).startswith(f"{crypto.present_head()}:")
    assert as_stored(Person, people[0].pk, "needs_note") == ""


@pytest.mark.django_db
def test_a_second_run_writes_nothing(settings: Any) -> None:
    person = make_people(1)[0]
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    before = as_stored(Person, person.pk)
    assert "0 row(s) written again" in rotate()
    assert as_stored(Person, person.pk) == before


@pytest.mark.django_db
def test_a_run_that_was_killed_goes_on_where_it_stopped(settings: Any) -> None:
    make_people(5)
    settings.FIELD_KEYS = [NEW, OLD]
    walk = rotation.rotate(Person, batch=2)
    assert (next(walk).rotated, next(walk).rotated) == (2, 4)
    walk.close()
    assert rotation.stale(Person).count() == 1
    assert "cases.Person: 1 of 1" in rotate()
    assert rotation.stale(Person).count() == 0


@pytest.mark.django_db
def test_rows_that_no_key_opens_are_named_and_left(settings: Any) -> None:
    people = make_people(3)
    settings.FIELD_KEYS = [OTHER]
    lost = Person(name="失钥")
    lost.set_phone("13700000000")
    lost.save()
    settings.FIELD_KEYS = [NEW, OLD]
    before = as_stored(Person, lost.pk)
    told = StringIO()
    with pytest.raises(CommandError, match=r"6 row\(s\) written again, 1 left"):
        call_command("rotate_field_keys", stdout=told, stderr=told)
    assert f"cases.Person {lost.pk}: no configured key opens it" in told.getvalue()
    assert as_stored(Person, lost.pk) == before
    assert Person.objects.get(pk=people[2].pk).phone == "13900000002"


@pytest.mark.parametrize("batch", [0, -1, 5001])
def test_an_impossible_batch_is_refused(batch: int) -> None:
    with pytest.raises(CommandError, match="--batch"):
        rotate(batch=batch)


def test_an_unknown_cipher_is_refused_before_anything_is_read(settings: Any) -> None:
    settings.FIELD_CIPHER = "des"
    with pytest.raises(CommandError, match="unknown cipher"):
        rotate()


@pytest.fixture
def busy_clerk() -> Iterator[Any]:
    """``busy_clerk(person)`` changes the phone in another session and holds the row until ``release`` is set."""
    holds, release = threading.Event(), threading.Event()
    threads = []

    def change(key: int) -> None:
        try:
            with transaction.atomic():
                person = Person.objects.select_for_update().get(pk=key)
                person.set_phone("13600000000")
                person.save()
                holds.set()
                release.wait(30)
        finally:
            connections.close_all()

    def begin(person: Person) -> threading.Event:
        threads.append(threading.Thread(target=change, args=(person.pk,)))
        threads[-1].start()
        assert holds.wait(30)
        return release

    yield begin
    release.set()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_change_made_meanwhile_is_kept(settings: Any, busy_clerk: Any) -> None:
    people = make_people(3)
    settings.FIELD_KEYS = [NEW, OLD]
    release = busy_clerk(people[1])
    rotated = [progress.rotated for progress in rotation.rotate(Person, batch=10)]
    assert rotated == [2], "the row that somebody holds is passed over, and nobody waits"
    assert Person.objects.get(pk=people[1].pk).phone == "13900000001"
    release.set()
    assert "nothing is under older keys" in rotate()
    assert Person.objects.get(pk=people[1].pk).phone == "13600000000"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_each_row_once(settings: Any) -> None:
    make_people(8)
    settings.FIELD_KEYS = [NEW, OLD]
    written: list[int] = []

    def run() -> None:
        try:
            written.append(max([progress.rotated for progress in rotation.rotate(Person, batch=2)], default=0))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 8
    assert rotation.stale(Person).count() == 0
    assert sorted(person.phone for person in Person.objects.all()) == [f"139{number:08d}" for number in range(8)]
