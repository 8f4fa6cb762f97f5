"""Words that the regions write differently, as (other form, mainland form), both simplified.

Hand-kept rather than OpenCC's phrase files, for two reasons: a fold must not depend on
what stands around a word (else a span could not be mapped back exactly), and OpenCC's
lists also rewrite words that mean something else on the mainland (文件, 程序).
"""

from functools import cache

# A word is left out when two mainland words can meet in it (控制程度 has 制程, 创新创业 has 新创);
# its longer compounds stand in for it.
_TERMS = """
软体 软件|硬体 硬件|韧体 固件|资讯 信息|资料库 数据库|资料中心 数据中心|巨量资料 大数据|晶片 芯片|网路 网络|网际网路 互联网
网际网络 互联网|行动网路 移动互联网|行动通讯 移动通信|人工智慧 人工智能|智慧型手机 智能手机|智慧制造 智能制造|智慧机械 智能机械
雷射 激光|镭射 激光|奈米 纳米|伺服器 服务器|应用程式 应用程序|程式设计 程序设计|数位化 数字化|数位转型 数字转型|数位经济 数字经济
数位产业 数字产业|记忆体 内存|硬碟 硬盘|光碟 光盘|随身碟 U盘|萤幕 屏幕|荧幕 屏幕|滑鼠 鼠标|印表机 打印机|列印 打印|简讯 短信
部落格 博客|演算法 算法|类神经网路 神经网络|虚拟实境 虚拟现实|扩增实境 增强现实|混合实境 混合现实|计程车 出租车|捷运 地铁
脚踏车 自行车|太空船 飞船|太空人 航天员|解析度 分辨率|二极体 二极管|电晶体 晶体管|积体电路 集成电路|核融合 核聚变
量子电脑 量子计算机|个人电脑 个人计算机|电脑 计算机|先进制程 先进工艺|半导体制程 半导体工艺|企划 规划|计画 计划|企画 规划
规画 规划|策画 策划|原子笔 圆珠笔|幼稚园 幼儿园|综效 协同效应|永续 可持续|生技产业 生物技术产业|生技公司 生物技术公司
新创企业 初创企业|新创公司 初创公司|创投基金 风险投资基金|基因定序 基因测序|医疗器材 医疗器械|脑机介面 脑机接口|人机介面 人机接口
工具机 机床|借由 通过|公尺 米|公吨 吨|纽西兰 新西兰|寮国 老挝|义大利 意大利|沙乌地阿拉伯 沙特阿拉伯|沙地阿拉伯 沙特阿拉伯
澳洲 澳大利亚|杜拜 迪拜|川普 特朗普|飞弹 导弹|凤梨 菠萝
"""
# Mainland words in which one of the above would be found, kept as they are.
_BLOCKERS = "网路由 网路径 投资讯 设计画 会计画 统计画 软体动物 软体家具 物资讯".split()


@cache
def regional_terms() -> dict[str, str]:
    """The table as a mapping from a folded regional word to its folded mainland form."""
    pairs = (entry.split() for line in _TERMS.split("\n") for entry in line.split("|") if entry)
    kept = {word: word for word in _BLOCKERS}
    return {other.casefold(): mainland.casefold() for other, mainland in pairs} | kept
