"""The columns of a register, as one table: what each is called, what it holds, and how it is read.

Headings are part of the file format: a file made with a template of today is read tomorrow, whatever the catalogues
say then; so they stand here in both languages. Explanations are words for people and are translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from intake.importing import readers
from intake.importing.lookups import fold

NARRATIVE = 10_000
"""The longest narrative, in characters, as at the desk."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``also`` are headings under which old registers have it; ``example`` shows what fits."""

    code: str
    zh: str
    ko: str
    explanation: str | Promise
    read: readers.Reader
    example: str | Mapping[str, str] = ""
    is_required: bool = False
    also: Sequence[str] = ()

    @property
    def heading(self) -> str:
        """The heading in the active language."""
        return self.ko if get_language() == "ko" else self.zh

    def example_in(self, language: str) -> str:
        return self.example if isinstance(self.example, str) else self.example[language]


def _both(zh: str, ko: str) -> Mapping[str, str]:
    return {"zh-hans": zh, "ko": ko}


COLUMNS: Mapping[str, Column] = {
    column.code: column
    for column in (
        Column(
            "source_id", "原系统编号", "원체계 번호",
            _("The number of the matter in the old system or register. Each number is taken over once."),
            readers.line(80), "2023-0815", True,
            ("编号", "序号", "案件编号", "登记编号", "번호", "사건번호", "등록번호"),
        ),
        Column(
            "registered_on", "登记日期", "등록날자",
            _(
                "The day of registration, with or without the time of day: 2024-03-05, 2024/3/5, 2024年3月5日, "
                "20240305."
            ),
            readers.moment, "2023-08-15", True,
            ("登记时间", "来访日期", "来访时间", "受理登记日期", "등록일", "등록시간", "방문날자"),
        ),
        Column(
            "category", "类别", "류형",
            _("The category by its code or its name in either language."),
            readers.category, _both("邻里纠纷", "이웃분규"), True,
            ("纠纷类别", "纠纷类型", "类型", "事项类别", "분규류형", "사항류형"),
        ),
        Column(
            "kind", "事项种类", "사항 종류",
            _("Dispute, service, hazard, consultation or petition. It follows from the category and may be left out."),
            readers.word("kind"), _both("矛盾纠纷", "모순분규"), also=("种类", "종류"),
        ),
        Column(
            "petition_class", "信访分类", "신소 분류",
            _("Needed for petitions: suggestion, accusation or appeal. Accusations become restricted."),
            readers.word("petition_class"), also=("信访类别", "신소류형"),
        ),
        Column(
            "place", "地点", "장소",
            _(
                "The place within the centre: its code, or its name in either language; with the township or street "
                "before it where several places have the same name."
            ),
            readers.place, _both("梨园街道 梨园社区", "리원가두 리원사회구역"), True,
            ("所属社区", "所属村", "所属乡镇", "辖区", "发生地", "행정구역", "소속지역"),
        ),
        Column(
            "address", "详细地址", "상세주소", _("Street and house, as far as it is known."), readers.line(200),
            _both("3号楼2单元", "3호동 2단원"), also=("地址", "住址", "주소"),
        ),
        Column(
            "longitude", "经度", "경도",
            _("Longitude of the place in degrees, with the latitude; kept to four decimals. It must lie in Yanbian."),
            readers.degrees, "129.4271",
        ),
        Column(
            "latitude", "纬度", "위도", _("Latitude of the place in degrees, with the longitude."), readers.degrees,
            "42.7663",
        ),
        Column(
            "name", "姓名（汉字）", "이름(한자)",
            _("The petitioner's name in Chinese characters. A name is needed in at least one script."),
            readers.line(60), "金顺姬",
            also=(
                "姓名", "来访人", "来访人姓名", "申请人", "申请人姓名", "汉字姓名", "성명", "이름",
                "방문인", "신청인", "한자이름",
            ),
        ),
        Column(
            "name_hangul", "姓名（朝鲜文）", "이름(조선문)", _("The petitioner's name in Korean letters."),
            readers.line(60), "김순희", also=("朝鲜文姓名", "朝文姓名", "조선문이름", "조선글이름"),
        ),
        Column(
            "identity_number", "身份证号码", "신분증번호",
            _("The 18 digits of the resident identity card; kept encrypted. Format the column as text."),
            readers.identity_number, also=("身份证号", "身份证", "证件号码", "신분증", "신분증호"),
        ),
        Column(
            "phone", "电话", "전화", _("The petitioner's phone; kept encrypted."), readers.phone, "10012345678",
            also=("联系电话", "手机", "手机号", "手机号码", "电话号码", "련락전화", "전화번호", "핸드폰"),
        ),
        Column(
            "language", "使用语言", "사용 언어", _("Chinese or Korean; Chinese where nothing is said."),
            readers.word("language"), _both("朝鲜语", "조선어"), also=("语言", "언어"),
        ),
        Column(
            "education", "学历", "학력",
            _("The petitioner's education as GB/T 4658 names it, by code or word. A file that tells it already stays."),
            readers.word("education"), _both("高中", "고중"), also=("文化程度", "문화정도"),
        ),
        Column(
            "person_kind", "人员类别", "인원류별",
            _("What the petitioner is by GB/T 31000. A file that tells it already stays."),
            readers.word("person_kind"), _both("农林牧渔从业人员", "농림목축어업 종사자"),
            also=("职业", "人员类型", "직업", "인원류형"),
        ),
        Column(
            "other_party", "对方当事人", "상대방 당사자",
            _("The other party: a person or an organisation. The name shows which it is, or the next column says so."),
            readers.line(120), _both("王某", "왕모"),
            also=("被申请人", "对方", "被访单位", "对方姓名", "피신청인", "상대방"),
        ),
        Column(
            "other_side", "对方性质", "상대방 성격", _("Person or organisation, where the name does not show it."),
            readers.word("side"), _both("个人", "개인"), also=("对方类型", "상대방류형"),
        ),
        Column(
            "other_phone", "对方电话", "상대방 전화",
            _("The other party's phone. A person's is kept encrypted, an organisation's goes into the note."),
            readers.phone, also=("对方联系电话", "被申请人电话", "피신청인전화", "상대방련락전화"),
        ),
        Column(
            "summary", "摘要", "개요", _("What it is about, in one line of at most 120 characters."), readers.line(120),
            _both("楼上漏水，双方就赔偿有争议", "웃층 루수로 인한 배상 쟁의"), True,
            ("标题", "事由", "一句话摘要", "纠纷摘要", "案由", "제목", "사유", "한줄개요"),
        ),
        Column(
            "narrative", "事情经过", "사건경과", _("What happened, at length."), readers.text(NARRATIVE),
            also=("纠纷经过", "详情", "内容", "简要情况", "기본정황", "내용"),
        ),
        Column(
            "amount", "争议金额（元）", "분쟁금액(원)",
            _("What is in dispute, in yuan: a number, also with commas or followed by 元 or 万元."),
            readers.amount, "12000", also=("争议金额", "涉案金额", "标的额", "金额", "涉及金额", "분쟁금액", "금액"),
        ),
        Column(
            "people_involved", "涉及人数", "관련인수", _("How many people it concerns, 1 to 100,000."),
            readers.people_involved, "2", also=("人数", "当事人数", "涉事人数", "인원수", "관련인원수"),
        ),
        Column(
            "channel", "来源渠道", "접수경로", _("How it came in; a walk-in where nothing is said."),
            readers.word("channel"), _both("来访", "래방"), also=("渠道", "来源", "受理方式", "경로"),
        ),
        Column(
            "state", "状态", "상태",
            _(
                "Registered, accepted, in handling, resolved, unresolved, withdrawn or not accepted. What was resolved "
                "more than 90 days ago is closed; no follow-up visits are planned for what is taken over."
            ),
            readers.state, _both("已化解", "해소됨"), True, ("办理状态", "处理状态", "进度", "结果", "처리상태"),
        ),
        Column(
            "outcome", "办理结果", "처리결과",
            _(
                "How it ended: written or oral agreement, settled, service done; guided to arbitration, ruling, "
                "review, court or petition; for a matter that was not accepted the reason. Needed where it came to an "
                "end, but not for services and withdrawals."
            ),
            readers.outcome, _both("书面协议", "서면협의"),
            also=("调处结果", "化解方式", "结案方式", "조정결과", "해소방식"),
        ),
        Column(
            "accepted_on", "受理日期", "수리날자",
            _("The day of acceptance; that of registration where nothing is said."), readers.moment, "2023-08-15",
            also=("受理时间", "수리일", "수리시간"),
        ),
        Column(
            "ended_on", "办结日期", "처리완료날자",
            _("The day on which it was resolved or came to another end."), readers.moment, "2023-09-01",
            also=("化解日期", "结案日期", "办结时间", "结案时间", "해소날자", "종결날자", "처리완료일"),
        ),
        Column(
            "lead", "牵头部门", "책임부문",
            _("The department that leads or led, by code or name. Open matters without one are routed by the rules."),
            readers.department, _both("司法局", "사법국"),
            also=("责任部门", "承办部门", "承办单位", "主办部门", "주관부문", "담당부문"),
        ),
        Column(
            "note", "备注", "비고", _("Anything else; becomes a note of the case."), readers.text(NARRATIVE),
            also=("说明", "설명"),
        ),
    )
}  # fmt: skip

REQUIRED = tuple(column for column in COLUMNS.values() if column.is_required)
NAMES = (COLUMNS["name"], COLUMNS["name_hangul"])
"""One of them must be there."""

LINE, REASONS = ("原文件行号", "원본 행번호"), ("错误原因", "오유원인")
"""What a file of faults has besides; both are passed over when the corrected file is taken over."""

_BY_HEADING = {
    fold(heading): column.code
    for column in COLUMNS.values()
    for heading in (*column.also, column.code, column.zh, column.ko)
}
_PASSED_OVER = frozenset(fold(heading) for heading in (*LINE, *REASONS))


def recognise(headings: Sequence[object]) -> tuple[dict[str, int], list[str]]:
    """Which column stands where, and the headings that are not known here. The first of two equal ones counts."""
    found: dict[str, int] = {}
    unknown = []
    for index, cell in enumerate(headings):
        heading = readers.as_text(cell)
        code = _BY_HEADING.get(fold(heading))
        if code is not None and code not in found:
            found[code] = index
        elif heading and fold(heading) not in _PASSED_OVER:
            unknown.append(heading[:60])
    return found, unknown


def missing(found: Mapping[str, int]) -> list[Column]:
    """The columns that are needed and not there."""
    lacking = [column for column in REQUIRED if column.code not in found]
    return lacking if any(column.code in found for column in NAMES) else [*lacking, NAMES[0]]
