"""A generated company: the parts of its name, its name, its number and the person who represents it."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any, Final

import msgspec

from graph.identifiers import org_code_check_character, uscc_check_character
from graph.identifiers.checks import USCC_ALPHABET
from namelab.places import Place
from namelab.words import Wheel

_SURNAMES: Final = (
    "王7.2李7.1张6.8刘5.4陈4.5杨3.1赵2.3黄2.2周2.1吴2.0徐1.7孙1.5胡1.3朱1.3高1.2林1.2何1.2郭1.2马1.1罗1.0梁.9宋.8郑.8谢.8韩.7唐.7"
    "冯.7于.7董.6萧.2程.6曹.6袁.5邓.6许.6傅.4沈.5曾.6彭.5吕.5苏.5卢.5蒋.5蔡.5贾.4丁.4魏.4薛.4叶.5阎.2余.4潘.4杜.4戴.4夏.4钟.4汪.4田.4任.4姜.4范.4方.4"
    "石.4姚.4谭.4廖.4邹.3熊.3金.3陆.3郝.3孔.3白.3崔.3康.3毛.3邱.3秦.3江.3史.3顾.3侯.3邵.3孟.3龙.3万.2段.3雷.3钱.2汤.2尹.2黎.2易.2常.2武.2乔.2贺.2"
    "赖.2龚.2文.2庞.1樊.1兰.1殷.1施.2陶.2洪.2翟.1安.1颜.1倪.1严.2牛.2温.2芦.1季.1俞.1章.1鲁.1葛.1伍.1韦.3申.1尤.1毕.1聂.1丛.05焦.1向.1柳.1邢.1路.1岳.1"
    "齐.1梅.1莫.1庄.1辛.1管.1祝.1左.1涂.1谷.1祁.1时.05舒.1耿.1牟.05卜.05詹.1关.1苗.1凌.1费.05纪.1靳.1盛.1童.1欧.1甄.03项.05曲.1成.05游.05阳.05裴.1席.05"
)
_GIVEN: Final = (
    "伟强军平勇杰涛明华建国志文海波峰超磊刚斌鹏飞辉亮林东红梅丽芳敏静燕玲艳英霞秀兰娟萍婷玉桂春云荣金福生成德永世立新宏光振庆学忠义良家俊"
    "浩宇晓小雪莉琴凤珍洪祥胜利民安全龙虎山江河清晨阳旭健康乐欣怡佳嘉子鑫琳雯雅慧颖蕾倩娜莹洁瑞祖培树根水木火土钢铁武松柏青少卫兵正邦中大双"
    "喜宝连长友元吉贵富有财发兴旺顺通达昌盛炳耀维继绍显开运法善传守仁礼智信孝廉思景怀凯博翔帆航毅恒泽润涵雨萌冰月星辰曼露丹彤紫薇菲蓉"
)
_M64: Final = (1 << 64) - 1
_OLD_NUMBERS: Final = 10**8


class Branch(msgspec.Struct, frozen=True):
    """What the name of a branch adds to the name of its head office."""

    place: str
    """A division, a road, a village: 深圳, 中山路."""
    brand: str
    """A name of its own: 瑞源 (大药房)."""
    ordinal: str
    """第三, 二, 12号."""
    kind: str
    """分公司, 门市部, 支行 …"""

    @property
    def text(self) -> str:
        """As it follows the head office's name."""
        return self.place + self.brand + self.ordinal + self.kind


class Company(msgspec.Struct, frozen=True, eq=False):
    """One registered organisation of a generated world. Equal parts give equal names; numbers tell two apart."""

    name: str
    kind: str
    """`firm`, `state`, `factory`, `shop`, `cooperative`, `institution`, `office`, `partnership`, or a chain's: `bank`,
    `post`, `telecom`, `oil`, `insurance`, `pharmacy`."""
    place: Place
    spot: str
    """Where the region stands: `front`, `bracket` (before the form), `inner` (bracketed behind the 字号), `none`."""
    region_text: str
    bracket: str
    """The pair of brackets that this register writes."""
    town: str
    brand: str
    ordinal: str
    trade: str
    """What the firm does, its words parted by `/`."""
    form: str
    branch: Branch | None
    number: int
    seed: int

    @property
    def region_code(self) -> str:
        """GB/T 2260 code of the division that the name gives; of the seat where the name gives none."""
        return self.place.code

    @property
    def industry(self) -> str:
        """What the firm does, as written."""
        return self.trade.replace("/", "")

    @property
    def branch_of(self) -> str | None:
        """The head office's name where this is a branch."""
        return None if self.branch is None else self.name[: len(self.name) - len(self.branch.text)]

    @property
    def code(self) -> str:
        """A unified social credit code: right check characters, and a region that no edition of GB/T 2260 has."""
        return credit_code(self.seed, self.number, self.kind, self.place.code)

    @property
    def legal_rep(self) -> str:
        """An invented person; surnames and given names as common as they are."""
        return _person(mixed(self.seed ^ 0x5EED, self.number))


def mixed(seed: int, number: int) -> int:
    """64 well-mixed bits of a seed and a number (splitmix64)."""
    value = (number * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _M64
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & _M64
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & _M64
    return value ^ value >> 31


@cache
def _people() -> tuple[list[str], list[str]]:
    rng = Random(1)
    surnames: list[tuple[str, float]] = []
    for character in _SURNAMES:
        if character in "0123456789.":
            surnames[-1] = (surnames[-1][0] + character, 0.0)
        else:
            surnames.append((character, 0.0))
    surname = Wheel((text[0], float(text[1:])) for text, _ in surnames)
    given = Wheel((c, (rank + 12) ** -0.7) for rank, c in enumerate(dict.fromkeys(_GIVEN)))
    size = 1 << 14
    return [surname.draw(rng) for _ in range(size)], [given.draw(rng) for _ in range(size)]


def _person(bits: int) -> str:
    surnames, given = _people()
    name = surnames[bits & 0x3FFF] + given[bits >> 14 & 0x3FFF]
    return name if bits >> 28 & 15 < 4 else name + given[bits >> 32 & 0x3FFF]


_FIRST: Final = {"shop": "92", "cooperative": "93", "institution": "12", "office": "31"}


def credit_code(seed: int, number: int, kind: str, region: str) -> str:
    """The code of the company with this number; different numbers below 800 million give different codes."""
    bits = mixed(seed, number)
    if number < _OLD_NUMBERS and number % 3:
        body = f"{(number * 48271 + seed * 7919) % _OLD_NUMBERS:08d}"
    else:
        rest = (number * 48271 + seed * 7919) % 31**6
        digits = []
        for _ in range(6):
            rest, digit = divmod(rest, 31)
            digits.append(USCC_ALPHABET[digit])
        body = "MA" + "".join(reversed(digits))
    nowhere = f"{region[:2]}9{5 + bits % 5}{bits >> 8 & 63:02d}"
    first = _FIRST.get(kind, "91") + nowhere + body + org_code_check_character(body)
    return first + uscc_check_character(first)


def written(
    spot: str, region: str, bracket: str, town: str, brand: str, ordinal: str, trade: str, form: str
) -> str:
    """A head office's name put together from its parts."""
    does = trade.replace("/", "")
    if spot == "front":
        return region + town + brand + ordinal + does + form
    if spot == "bracket":
        return town + brand + ordinal + does + bracket[0] + region + bracket[1] + form
    if spot == "tail":
        return town + brand + ordinal + does + form + bracket[0] + region + bracket[1]
    if spot == "inner":
        return town + brand + ordinal + bracket[0] + region + bracket[1] + does + form
    return town + brand + ordinal + does + form


def changed(company: Company, number: int, **parts: Any) -> Company:
    """Another company whose name shares what is not given; its number is another."""
    parts = {"number": number, **parts}
    other = msgspec.structs.replace(company, **parts)
    head = written(
        other.spot,
        other.region_text,
        other.bracket,
        other.town,
        other.brand,
        other.ordinal,
        other.trade,
        other.form,
    )
    return msgspec.structs.replace(other, name=head + (other.branch.text if other.branch else ""))
