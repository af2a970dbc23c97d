"""The columns of lists of committees and mediators, as they are exported and read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its code; read under its heading in any language, or one of ``also``."""

    code: str
    heading: str | Promise
    also: tuple[str, ...] = ()
    is_required: bool = False


COMMITTEE: Sequence[Column] = (
    Column("division", _("Division code"), ("行政区划代码", "区划", "地区"), True),
    Column("name_zh_hans", _("Name of the committee in Chinese"), ("调委会名称", "调解委员会名称", "名称"), True),
    Column("name_ko", _("Name of the committee in Korean")),
    Column("kind", _("Kind of committee"), ("类型",), True),
    Column("founded_on", _("Founded on"), ("成立时间",)),
    Column("term_start", _("Term began on"), ("换届时间", "换届日期")),
    Column("phone", _("Office phone"), ("电话",)),
    Column("address", _("Office address"), ("地址",)),
    Column("is_active", _("Active")),
)
MEDIATOR: Sequence[Column] = (
    Column("division", _("Division code"), ("行政区划代码", "区划", "地区"), True),
    Column("committee", _("Name of the committee in Chinese"), ("调委会名称", "所属调委会", "调解委员会"), True),
    Column("name", _("Name in Chinese characters"), ("姓名",), True),
    Column("name_hangul", _("Name in Korean letters"), ("朝文姓名",)),
    Column("position", _("Position in the committee"), ("职务",)),
    Column("employment", _("Employment"), ("专兼职",)),
    Column("gender", _("Gender"), ("性别",)),
    Column("ethnic_group", _("Ethnic group"), ("民族",)),
    Column("birth_year", _("Year of birth"), ("出生年份", "出生年月")),
    Column("phone", _("Phone"), ("联系电话", "手机")),
    Column("languages", _("Languages"), ("语种", "语言"), True),
    Column("specialties", _("Fields"), ("擅长领域", "专长")),
    Column("qualification", _("Qualification"), ("资质",)),
    Column("certificate_number", _("Number of the certificate"), ("证号", "证书编号")),
    Column("certificate_until", _("Certificate valid until"), ("证书有效期", "有效期至")),
    Column("capacity", _("Open cases at most"), ("在办上限",)),
    Column("hours", _("Weekly hours"), ("可调解时间", "值班时间")),
    Column("is_active", _("Active")),
)


def headings(columns: Sequence[Column]) -> list[str]:
    """The headings in the active language."""
    return [str(column.heading) for column in columns]
