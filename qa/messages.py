"""Words for people, in the three languages of the interface."""

from qa.script import Script

REFUSAL = {
    Script.SIMPLIFIED: "这些文章里没有找到答案。",
    Script.TRADITIONAL: "這些文章裡沒有找到答案。",
    Script.ENGLISH: "The articles do not answer this.",
}
MISSING = {
    Script.SIMPLIFIED: "找到的文章没有同时提到：{missing}。",
    Script.TRADITIONAL: "找到的文章沒有同時提到：{missing}。",
    Script.ENGLISH: " No article found says this together with: {missing}.",
}
QUOTED = {
    Script.SIMPLIFIED: "{text}",
    Script.TRADITIONAL: "{text}",
    Script.ENGLISH: "The source says: “{text}”",
}
NO_SOURCE = {
    Script.SIMPLIFIED: "没有来源为“{source}”的文章。",
    Script.TRADITIONAL: "沒有來源為「{source}」的文章。",
    Script.ENGLISH: "No article has the source “{source}”.",
}
NO_ARTICLE = {
    Script.SIMPLIFIED: "没有文章符合筛选条件。",
    Script.TRADITIONAL: "沒有文章符合篩選條件。",
    Script.ENGLISH: "No article meets the filters.",
}
PARTLY = {
    Script.SIMPLIFIED: "没有找到这部分的依据：{part}",
    Script.TRADITIONAL: "沒有找到這部分的依據：{part}",
    Script.ENGLISH: "No evidence was found for this part: {part}",
}
OTHER_TIME = {
    Script.SIMPLIFIED: "“{words}”按{asof}算是{days}，所引的句子说的不是这段时间。",
    Script.TRADITIONAL: "「{words}」按{asof}算是{days}，所引的句子說的不是這段時間。",
    Script.ENGLISH: "Counted from {asof}, “{words}” means {days}; the sentences quoted speak of another time.",
}
