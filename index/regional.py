"""Words that the regions write differently, as (other form, mainland form), both simplified.

Hand-kept rather than OpenCC's phrase files, for two reasons: a fold must not depend on
what stands around a word (else a span could not be mapped back exactly), and OpenCC's
lists also rewrite words that mean something else on the mainland (文件, 程序).
"""

from functools import cache

_TERMS = """
软体 软件|硬体 硬件|韧体 固件|资讯 信息|资料库 数据库|资料中心 数据中心|大数据 大数据|巨量资料 大数据
晶片 芯片|晶圆 晶圆|网路 网络|网际网路 互联网|网际网络 互联网|人工智慧 人工智能|智慧型手机 智能手机
雷射 激光|镭射 激光|奈米 纳米|伺服器 服务器|程式 程序|数位 数字|云端 云端|行动网路 移动互联网
行动通讯 移动通信|通讯 通信|半导体 半导体|记忆体 内存|硬碟 硬盘|光碟 光盘|随身碟 U盘|萤幕 屏幕|荧幕 屏幕
滑鼠 鼠标|印表机 打印机|列印 打印|录影 录像|视讯 视频|影片 视频|简讯 短信|部落格 博客|连结 链接
介面 接口|演算法 算法|机器学习 机器学习|深度学习 深度学习|类神经网路 神经网络|物联网 物联网
区块链 区块链|虚拟实境 虚拟现实|扩增实境 增强现实|混合实境 混合现实|元宇宙 元宇宙|自动驾驶 自动驾驶
无人机 无人机|电动车 电动车|计程车 出租车|捷运 地铁|公车 公交车|机车 摩托车|脚踏车 自行车|太空 航天
太空船 飞船|太空人 航天员|卫星定位 卫星定位|航太 航天|新创 初创|创投 风险投资|品质 质量|水准 水平
讯号 信号|光纤 光纤|宽频 宽带|频宽 带宽|频道 频道|解析度 分辨率|二极体 二极管|电晶体 晶体管|积体电路 集成电路
液晶 液晶|面板 面板|太阳能 太阳能|氢能 氢能|核融合 核聚变|量子电脑 量子计算机|电脑 计算机|个人电脑 个人计算机
制程 工艺|封装 封装|产学 产学|专案 项目|企划 规划|计画 计划|企画 规划|规画 规划|策画 策划|执行长 首席执行官
总经理 总经理|董事长 董事长|研发 研发|原子笔 圆珠笔|冷气 空调|幼稚园 幼儿园|高中职 高中|大专院校 高校
综效 协同效应|永续 可持续|永续发展 可持续发展|碳中和 碳中和|净零 净零|绿能 绿色能源|储能 储能|生技 生物技术
基因定序 基因测序|干细胞 干细胞|疫苗 疫苗|医材 医疗器械|医疗器材 医疗器械|脑机介面 脑机接口|人形机器人 人形机器人
智慧城市 智慧城市|智慧制造 智能制造|智慧医疗 智慧医疗|智慧交通 智慧交通|智慧机械 智能机械|工具机 机床
回应 回应|透过 通过|藉由 通过|借由 通过|答覆 答复|回覆 回复|公布 公布|发布会 发布会|记者会 新闻发布会
公里 公里|公尺 米|公分 厘米|公斤 公斤|公吨 吨|台币 台币|新台币 台币|美金 美元|欧元 欧元|人民币 人民币
纽西兰 新西兰|澳洲 澳大利亚|寮国 老挝|义大利 意大利|沙乌地阿拉伯 沙特阿拉伯|沙地阿拉伯 沙特阿拉伯
杜拜 迪拜|雪梨 悉尼|柏林 柏林|川普 特朗普|卡达 卡塔尔|北韩 朝鲜|南韩 韩国|飞弹 导弹|起司 奶酪|凤梨 菠萝
"""


@cache
def regional_terms() -> dict[str, str]:
    """The table as a mapping from a folded regional word to its folded mainland form."""
    pairs = (entry.split() for line in _TERMS.split("\n") for entry in line.split("|") if entry)
    return {other.casefold(): mainland.casefold() for other, mainland in pairs if other != mainland}
