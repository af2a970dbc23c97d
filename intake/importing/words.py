"""What old registers call things, besides the codes and the names of this system. All are read in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from cases.models import Channel, Education, Kind, PersonKind, PetitionClass
from cases.states import Outcome, RefusalReason, State


class Side(models.TextChoices):
    """What the other party is."""

    PERSON = "person", _("a person")
    ORGANISATION = "organisation", _("an organisation")


Words = Mapping[str, Iterable[str]]

KINDS: Words = {
    Kind.DISPUTE: ("纠纷", "분규"),
    Kind.SERVICE: ("服务", "봉사"),
    Kind.HAZARD: ("隐患", "우환"),
    Kind.CONSULTATION: ("法律咨询", "자문"),
    Kind.PETITION: ("信访事项", "신소사항"),
}
PETITIONS: Words = {
    PetitionClass.SUGGESTION: ("建议", "意见", "건의"),
    PetitionClass.ACCUSATION: ("检举", "控告", "신고"),
    PetitionClass.APPEAL: ("申诉", "求决", "申诉求决类", "해결요청"),
}
LANGUAGES: Words = {
    Language.CHINESE: ("中文", "汉", "普通话", "zh", "중국어", "한어"),
    Language.KOREAN: ("朝鲜文", "朝语", "朝", "韩语", "조선말", "조선어", "조선문"),
}
CHANNELS: Words = {
    Channel.WALK_IN: ("上门", "窗口", "窗口来访", "现场", "방문", "창구"),
    Channel.HOTLINE: ("电话", "12345", "热线电话", "전화", "열선전화"),
    Channel.ONLINE: ("网上", "线上", "网络", "小程序", "인터네트", "온라인", "미니프로그람"),
    Channel.MOBILE_DESK: ("上门服务", "流动", "이동봉사"),
    Channel.OUTREACH: ("走访", "网格排查", "网格", "조사", "격자"),
    Channel.POLICE: ("110", "警情", "公安移送", "派出所移送", "공안이송"),
    Channel.TRANSFER: ("移送", "法院移送", "法院委派", "部门移送", "이송"),
    Channel.HAND_DOWN: ("交办", "교부"),
    Channel.HAND_UP: ("上报", "보고"),
    Channel.LETTER: ("信件", "邮件", "편지"),
}
STATES: Words = {
    State.REGISTERED: ("登记", "待受理", "등록", "수리대기"),
    State.ACCEPTED: ("受理", "待办理", "待处理", "수리", "수리됨", "처리대기"),
    State.IN_HANDLING: ("处理中", "调解中", "在办", "正在办理", "조정중", "처리하는중"),
    State.RESOLVED: (
        "化解", "已解决", "解决", "办结", "已办结", "已结案", "调解成功", "成功",
        "해소", "해결", "해결됨", "처리완료", "조정성공",
    ),
    State.UNRESOLVED: ("未解决", "调解失败", "调解不成", "不成功", "未成功", "조정실패", "미해결"),
    State.WITHDRAWN: ("撤回", "撤销", "已撤销", "撤诉", "철회"),
    State.NOT_ACCEPTED: ("未受理", "不受理", "미수리", "불수리"),
}  # fmt: skip
OUTCOMES: Words = {
    Outcome.WRITTEN_AGREEMENT: ("书面调解协议", "调解协议书", "书面", "서면조정협의서", "조정협의서", "서면"),
    Outcome.ORAL_AGREEMENT: ("口头调解协议", "口头", "구두조정협의", "구두"),
    Outcome.SETTLED: ("部门处理", "处理完毕", "部门办结", "부문처리", "처리완료"),
    Outcome.SERVICE_DONE: ("服务完成", "已服务", "已答复", "答复", "봉사완료", "답복"),
    Outcome.TO_ARBITRATION: ("仲裁", "중재"),
    Outcome.TO_RULING: ("行政裁决", "裁决", "행정재결"),
    Outcome.TO_REVIEW: ("行政复议", "复议", "행정재의"),
    Outcome.TO_COURT: ("诉讼", "起诉", "法院", "소송", "법원"),
    Outcome.TO_PETITION: ("信访", "신소"),
    Outcome.WITHDRAWN: ("撤回", "撤销", "철회"),
}
REFUSALS: Words = {
    RefusalReason.OUTSIDE_CENTRE: ("不属本辖区", "不属于本辖区", "管辖外", "관할밖"),
    RefusalReason.PENDING_ELSEWHERE: ("已在其他机关处理", "已诉讼", "已仲裁", "법원에서처리중", "다른기관에서처리중"),
    RefusalReason.FINALLY_DECIDED: ("已终结", "已判决", "최종처리됨"),
    RefusalReason.NO_CONCERN: ("不属职责范围", "不属于职责范围", "직책밖"),
    RefusalReason.DUPLICATE: ("重复", "重复登记", "중복등록", "중복"),
}
EDUCATIONS: Words = {
    Education.POSTGRADUATE: ("博士", "硕士", "研究生教育", "박사", "석사"),
    Education.UNIVERSITY: ("本科", "大学", "大学本科教育", "대학", "본과"),
    Education.COLLEGE: ("大专", "专科", "大学专科教育", "대학전과", "전과"),
    Education.VOCATIONAL: ("中专", "职高", "技校", "中等职业教育", "중등전문", "직업고중", "기술학교"),
    Education.HIGH_SCHOOL: ("普通高中", "普通高级中学教育", "보통고중"),
    Education.MIDDLE_SCHOOL: ("初级中学", "初级中学教育", "초급중학교"),
    Education.PRIMARY: ("小学教育", "소학"),
    Education.OTHER: ("文盲", "문맹"),
}
PERSON_KINDS: Words = {
    PersonKind.EMPLOYED: ("职工", "在职", "종업원"),
    PersonKind.FARMING: ("农民", "村民", "농민"),
    PersonKind.SELF_EMPLOYED: ("个体户", "个体", "自由职业", "개체호"),
    PersonKind.SOLDIER: ("现役军人",),
    PersonKind.RETIRED: ("退休", "离休", "퇴직"),
    PersonKind.WITHOUT_WORK: ("无业", "无职业", "무직"),
    PersonKind.OTHER: ("其他", "기타"),
    PersonKind.VETERAN: ("退役军人", "退伍军人", "퇴역군인"),
    PersonKind.MIGRANT_WORKER: ("农民工", "农村进城务工人员", "농민공"),
}
SIDES: Words = {
    Side.PERSON: ("个人", "自然人", "人", "개인", "사람"),
    Side.ORGANISATION: ("单位", "企业", "公司", "组织", "机构", "단위", "기업", "조직"),
}

VOCABULARIES: Mapping[str, tuple[type[models.TextChoices], Words]] = {
    "kind": (Kind, KINDS),
    "petition_class": (PetitionClass, PETITIONS),
    "language": (Language, LANGUAGES),
    "channel": (Channel, CHANNELS),
    "state": (State, STATES),
    "outcome": (Outcome, OUTCOMES),
    "refusal": (RefusalReason, REFUSALS),
    "side": (Side, SIDES),
    "education": (Education, EDUCATIONS),
    "person_kind": (PersonKind, PERSON_KINDS),
}

ORGANISATIONS = (
    "公司", "集团", "企业", "厂", "店", "商场", "超市", "饭店", "酒店", "宾馆", "局", "委员会", "委会", "政府", "法院",
    "检察院", "医院", "卫生院", "学校", "幼儿园", "大学", "银行", "信用社", "合作社", "物业", "中心", "工程队",
    "项目部", "社区", "协会", "所", "회사", "그룹", "기업", "공장", "상점", "식당", "호텔", "려관", "국", "위원회",
    "정부", "병원", "학교", "유치원", "대학", "은행", "합작사", "중심", "쎈터", "협회", "사회구역", "판사처",
    "부동산관리",
)  # fmt: skip
"""How the name of an organisation ends. A Chinese or Korean person's name is short and ends with none of them,
but for a few single characters; so a name of up to three characters is taken for a person's where the ending is one."""
