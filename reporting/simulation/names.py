"""Invented people: names in both scripts, identity numbers nobody can have, phones nobody can have."""

from __future__ import annotations

import datetime as dt
import random

from stdnum.cn.ric import calc_check_digit

# Surnames of the Koreans of Yanbian, with their reading by China's orthography, and how often they occur.
KOREAN_SURNAMES = (
    ("金", "김", 22), ("李", "리", 15), ("朴", "박", 10), ("崔", "최", 8), ("郑", "정", 5), ("姜", "강", 4),
    ("赵", "조", 4), ("尹", "윤", 3), ("张", "장", 3), ("林", "림", 3), ("韩", "한", 3), ("吴", "오", 2),
    ("申", "신", 2), ("徐", "서", 2), ("权", "권", 2), ("黄", "황", 2), ("安", "안", 2), ("柳", "류", 2),
    ("全", "전", 2), ("洪", "홍", 1), ("文", "문", 1), ("南", "남", 1), ("许", "허", 1), ("卢", "로", 1),
    ("玄", "현", 1), ("太", "태", 1), ("方", "방", 1), ("千", "천", 1),
)  # fmt: skip
CHINESE_SURNAMES = (
    ("王", 10), ("李", 9), ("张", 9), ("刘", 7), ("陈", 4), ("杨", 4), ("赵", 4), ("孙", 4), ("于", 3), ("徐", 3),
    ("马", 2), ("朱", 2), ("胡", 2), ("郭", 2), ("何", 2), ("高", 2), ("宋", 2), ("姜", 2), ("曲", 1), ("单", 1),
    ("仇", 1), ("曾", 1), ("解", 1), ("范", 1), ("石", 1), ("丁", 1), ("欧阳", 1),
)  # fmt: skip
KOREAN_FIRST = (
    ("明", "명"), ("春", "춘"), ("英", "영"), ("顺", "순"), ("哲", "철"), ("成", "성"), ("香", "향"), ("美", "미"),
    ("花", "화"), ("龙", "룡"), ("虎", "호"), ("日", "일"), ("光", "광"), ("海", "해"), ("京", "경"), ("松", "송"),
    ("贞", "정"), ("善", "선"), ("学", "학"), ("男", "남"),
)  # fmt: skip
KOREAN_LAST = (
    ("哲", "철"), ("姬", "희"), ("子", "자"), ("洙", "수"), ("范", "범"), ("浩", "호"), ("玉", "옥"), ("兰", "란"),
    ("女", "녀"), ("日", "일"), ("国", "국"), ("一", "일"), ("月", "월"), ("德", "덕"), ("福", "복"), ("花", "화"),
    ("镇", "진"), ("律", "률"),
)  # fmt: skip
CHINESE_GIVEN = (
    "建国", "秀英", "桂兰", "志强", "丽华", "伟", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明",
    "超", "秀兰", "霞", "平", "刚", "桂英", "文", "辉", "力", "玲", "淑珍", "凤英", "玉梅", "长海", "德福", "春梅",
)  # fmt: skip
COMPANIES = (
    "长白", "海兰江", "布尔哈通", "帽儿山", "天池", "图们江", "金达莱", "延边苹果", "雪原", "松茸", "阿里郎", "北山",
)  # fmt: skip
TRADES = ("建筑工程有限公司", "食品有限公司", "物业服务有限公司", "木业有限公司", "商贸有限公司", "旅游服务有限公司")


def korean_name(rng: random.Random) -> tuple[str, str]:
    """A name of a Korean of Yanbian: in Chinese characters and in Korean letters."""
    surname, reading, _weight = rng.choices(KOREAN_SURNAMES, [row[2] for row in KOREAN_SURNAMES])[0]
    first, last = rng.choice(KOREAN_FIRST), rng.choice(KOREAN_LAST)
    return surname + first[0] + last[0], reading + first[1] + last[1]


def chinese_name(rng: random.Random) -> str:
    surname, _weight = rng.choices(CHINESE_SURNAMES, [row[1] for row in CHINESE_SURNAMES])[0]
    return surname + rng.choice(CHINESE_GIVEN)


def company(rng: random.Random, place: str) -> str:
    return f"{place}{rng.choice(COMPANIES)}{rng.choice(TRADES)}"


def identity_number(rng: random.Random, county_code: str, serial: int) -> tuple[str, dt.date]:
    """A number with a right check digit and a birth date before 1900, so that it is nobody's.

    ``serial`` makes it unique: 36,000 days times 999 numbers a day.
    """
    born = dt.date(1801, 1, 1) + dt.timedelta(days=serial % 36_000)
    body = f"{county_code}{born:%Y%m%d}{(serial // 36_000) * 2 % 1000:03d}"
    if rng.random() < 0.5:
        body = f"{body[:-1]}{(int(body[-1]) + 1) % 10}"
    return body + calc_check_digit(body + "0"), born


def phone(rng: random.Random) -> str:
    """Eleven digits that begin with 100: no mobile network has that prefix."""
    return f"100{rng.randrange(10**8):08d}"
