"""The pages of offers in both languages, and who does not get them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from mediation.models import Agreement, Offer
from tests.mediation.offering import offer, say, side
from tests.mediation.test_obligations import TEXTS, in_days, mediated
from tests.world import World

SignIn = Callable[..., Client]
LANGUAGES = ("zh-hans", "ko")


def typed(case: Case, part: str = "respondent", rows: int = 1, **changes: Any) -> dict[str, Any]:
    """What the form sends: six thousand yuan in two instalments."""
    values: dict[str, Any] = {
        "party": side(case, part).pk, "language": "ko", "text": "두번에 나누어 준다",
        "open_until": in_days(7).isoformat(), "duties-TOTAL_FORMS": rows, "duties-INITIAL_FORMS": 0,
        "duties-0-debtor": side(case, "respondent").pk, "duties-0-creditor": side(case, "applicant").pk,
        "duties-0-kind": "pay", "duties-0-what": "배상금", "duties-0-amount": "6000", "duties-0-how": "은행송금",
        "duties-0-count": 2, "duties-0-first_on": in_days(10).isoformat(), "duties-0-every_months": 1,
    }  # fmt: skip
    return {**values, **changes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_offered_countered_accepted_and_drafted(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    client, page = sign_in(world.mediator, language), reverse("cases:detail", args=[case.number])
    url = reverse("mediation:offer", args=[case.number])
    assert url in client.get(page).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, typed(case)).status_code == 302
    first = Offer.objects.get()
    shown = client.get(page).content.decode()
    assert "두번에 나누어 준다" in shown
    assert f"{url}?counters={first.pk}" in shown
    counter = client.get(f"{url}?counters={first.pk}").content.decode()
    assert 'value="6000.00"' in counter, "the terms of the other side stand there to be changed"
    changed = typed(case, "applicant", **{"duties-0-amount": "8000"})
    assert client.post(f"{url}?counters={first.pk}", changed).status_code == 302
    second = Offer.objects.get(counters=first)
    answer = reverse("mediation:offer_answer", args=[second.pk])
    assert client.get(answer).status_code == 200
    said = f"accepted-{side(case, 'respondent').pk}"
    assert client.post(answer, {"answer": said}).status_code == 302
    draft = reverse("mediation:agreement", args=[case.number]) + f"?offer={second.pk}"
    assert draft in client.get(page).content.decode()
    filled = client.get(draft).content.decode()
    for found in ('value="8000.00"', "배상금", "은행송금", f'name="offer" value="{second.pk}"'):
        assert found in filled
    agreed = {**changed, **TEXTS, "form": "written", "terms_language": "ko", "terms": "", "offer": second.pk}
    assert client.post(draft, agreed).status_code == 302
    made = Agreement.objects.get()
    assert (made.offer, made.obligations.get().amount) == (second, 8000)
    assert [part.amount for part in made.obligations.get().instalments.all()] == [4000, 4000]
    assert made.number in client.get(page).content.decode().split('id="offers"')[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_comes_back_with_everything_typed(world: World, sign_in: SignIn, language: str) -> None:
    case = mediated(world)
    client, url = sign_in(world.mediator, language), reverse("mediation:offer", args=[case.number])
    wrong = typed(case, **{"duties-0-amount": "0", "duties-0-count": "", "duties-0-first_on": ""})
    answer = client.post(url, wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "두번에 나누어 준다" in page
    assert {"zh-hans": "请填写大于零的金额。", "ko": "령보다 큰 금액을 적으십시오."}[language] in page
    assert "is-invalid" in page
    more = client.post(url, {**typed(case), "more": "1"}).content.decode()
    assert "duties-1-what" in more
    assert "배상금" in more
    assert not Offer.objects.exists()
    row = offer(world, case)
    refused = client.post(reverse("mediation:offer_answer", args=[row.pk]), {
        "answer": f"refused-{side(case, 'applicant').pk}", "reason": ""})  # fmt: skip
    assert refused.status_code == 422
    assert client.post(url, typed(case)).status_code == 422, "the first still waits for an answer"


def test_who_only_sees_the_case_reads_no_offer(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    row = offer(world, case)
    page, url = reverse("cases:detail", args=[case.number]), reverse("mediation:offer", args=[case.number])
    answer = reverse("mediation:offer_answer", args=[row.pk])
    for who in (world.clerk, world.tax, world.official):
        client = sign_in(who)
        assert "一次付清" not in client.get(page).content.decode()
        assert client.get(url).status_code == 403
        assert client.get(answer).status_code == 403
    assert "一次付清" in sign_in(world.dispatcher).get(page).content.decode()
    assert sign_in(world.dispatcher).post(answer, {"answer": "withdrawn"}).status_code == 403
    stranger = sign_in(world.other_mediator)
    assert stranger.get(url).status_code == 404
    assert stranger.get(answer).status_code == 404
    assert stranger.post(url, typed(case)).status_code == 404


def test_what_has_moved_on_leads_back_to_the_case(world: World, sign_in: SignIn) -> None:
    case = mediated(world)
    first = offer(world, case)
    client, url = sign_in(world.mediator), reverse("mediation:offer", args=[case.number])
    answer = reverse("mediation:offer_answer", args=[first.pk])
    assert client.get(url).status_code == 302, "the offer that stands is answered first"
    say(world, first, "refused")
    for gone in (answer, f"{url}?counters={first.pk}"):
        assert client.get(gone).status_code == 302
    other = offer(world, mediated(world))
    for nothing in (f"{url}?counters={other.pk}", f"{url}?counters=x"):
        assert client.get(nothing).status_code == 404
    assert client.get(reverse("mediation:agreement", args=[case.number]) + f"?offer={first.pk}").status_code == 200
