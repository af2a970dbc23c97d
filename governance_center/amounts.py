"""Sums of money in the capital numerals of Chinese papers (正确填写票据和结算凭证的基本规定): 壹仟贰佰元整."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
MYRIADS = ("", "万", "亿", "万亿")
MOST = Decimal("9999999999999999.99")


def in_capitals(amount: Decimal) -> str:
    """``1200`` as 壹仟贰佰元整, ``0.05`` as 伍分, ``1005.5`` as 壹仟零伍元伍角整.

    Args:
        amount: yuan, in whole fen, from 0 to :data:`MOST`.

    Raises:
        ValueError: for another sum.
    """
    if not 0 <= amount <= MOST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"no such sum: {amount}")
    yuan, fen = divmod(int(amount * 100), 100)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not fen:
        return f"{whole or '零元'}整"
    jiao, fen = divmod(fen, 10)
    tenths = f"{DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return f"{whole}{tenths}{DIGITS[fen]}分" if fen else f"{whole}{tenths}整"


def _whole(number: int) -> str:
    """A whole number above 0; zeros between digits are told once."""
    said, gap = "", False
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        gap = gap or bool(said and 0 < group < 1000)
        if group == 0:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _group(group) + _myriad(index, groups)
        gap = False
    return said


def _myriad(index: int, groups: list[int]) -> str:
    """The name of a group of four digits; 万 above 亿 says 亿 only where no group of 亿 follows."""
    if index == 3:
        return "万" if groups[2] else "万亿"
    return MYRIADS[index]


def _group(group: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return said
