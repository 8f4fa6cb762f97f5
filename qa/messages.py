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
CONTRARY = {
    Script.SIMPLIFIED: "问题说的是“{presumed}”，文章说的与此相反。",
    Script.TRADITIONAL: "問題說的是「{presumed}」，文章說的與此相反。",
    Script.ENGLISH: " The question takes “{presumed}” for granted; the articles say the contrary.",
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
SUPPORTED_IN_PART = {
    Script.SIMPLIFIED: "（部分有据）",
    Script.TRADITIONAL: "（部分有據）",
    Script.ENGLISH: " (partly supported)",
}
UNCOUNTED = {
    Script.SIMPLIFIED: "文章没有直接给出这个数，引用的是相关的事实。",
    Script.TRADITIONAL: "文章沒有直接給出這個數，引用的是相關的事實。",
    Script.ENGLISH: "The articles do not give this number; quoted are the facts that it would be counted from.",
}
OTHER_TIME = {
    Script.SIMPLIFIED: "“{words}”按{asof}算是{days}，所引的句子说的不是这段时间。",
    Script.TRADITIONAL: "「{words}」按{asof}算是{days}，所引的句子說的不是這段時間。",
    Script.ENGLISH: "Counted from {asof}, “{words}” means {days}; the sentences quoted speak of another time.",
}
DROPPED = {
    Script.SIMPLIFIED: "语言模型另有{count}句没有通过核实，没有显示。",
    Script.TRADITIONAL: "語言模型另有{count}句沒有通過核實，沒有顯示。",
    Script.ENGLISH: "{count} more sentences of the language model did not pass the checks and are not shown.",
}
NEAREST = {
    Script.SIMPLIFIED: "文章里最接近的内容（没有回答问题）：",
    Script.TRADITIONAL: "文章裡最接近的內容（沒有回答問題）：",
    Script.ENGLISH: "What comes nearest in the articles, without answering:",
}
COMPUTED = {
    Script.SIMPLIFIED: "计算：{a.name}（{a.words}）比{b.name}（{b.words}）多{d}。",
    Script.TRADITIONAL: "計算：{a.name}（{a.words}）比{b.name}（{b.words}）多{d}。",
    Script.ENGLISH: "Computed: {a.name} ({a.words}) is {d} more than {b.name} ({b.words}).",
}
COMPUTED_ABOUT = {
    Script.SIMPLIFIED: "计算：{a.name}（{a.words}）比{b.name}（{b.words}）多{d}，两数或其中之一不是确数。",
    Script.TRADITIONAL: "計算：{a.name}（{a.words}）比{b.name}（{b.words}）多{d}，兩數或其中之一不是確數。",
    Script.ENGLISH: "Computed: {a.name} ({a.words}) is {d} more than {b.name} ({b.words}); not both are exact.",
}
COMPUTED_SAME = {
    Script.SIMPLIFIED: "计算：{a.name}（{a.words}）与{b.name}（{b.words}）相同。",
    Script.TRADITIONAL: "計算：{a.name}（{a.words}）與{b.name}（{b.words}）相同。",
    Script.ENGLISH: "Computed: {a.name} ({a.words}) and {b.name} ({b.words}) are the same.",
}
COUNTED = {
    Script.SIMPLIFIED: "计算：所引的句子一共列出{n}项。",
    Script.TRADITIONAL: "計算：所引的句子一共列出{n}項。",
    Script.ENGLISH: "Computed: the sentence quoted names {n} items.",
}
NOT_ALIKE = {
    Script.SIMPLIFIED: "所引的两个数不能确定说的是同一种东西，没有相减。",
    Script.TRADITIONAL: "所引的兩個數不能確定說的是同一種東西，沒有相減。",
    Script.ENGLISH: "Not subtracted: it is not certain that both figures are of the same kind.",
}
UNLIKE_UNITS = {
    Script.SIMPLIFIED: "两处的单位不同，没有相减：{a.name}（{a.words}），{b.name}（{b.words}）。",
    Script.TRADITIONAL: "兩處的單位不同，沒有相減：{a.name}（{a.words}），{b.name}（{b.words}）。",
    Script.ENGLISH: "Not subtracted, since the units differ: {a.name} ({a.words}), {b.name} ({b.words}).",
}
UNLIKE_YEARS = {
    Script.SIMPLIFIED: "两处说的不是同一年，没有相减：{a.name}（{a.year}年，{a.words}），{b.name}（{b.year}年，{b.words}）。",
    Script.TRADITIONAL: "兩處說的不是同一年，沒有相減：{a.name}（{a.year}年，{a.words}），{b.name}（{b.year}年，{b.words}）。",
    Script.ENGLISH: "Not subtracted, since the years differ: {a.name} ({a.year}, {a.words}), {b.name} ({b.year}, {b.words}).",
}
CONFLICT = {
    Script.SIMPLIFIED: "文章的说法不一致：{x}（{m}）；{y}（{n}）。",
    Script.TRADITIONAL: "文章的說法不一致：{x}（{m}）；{y}（{n}）。",
    Script.ENGLISH: "The articles do not agree: {x} ({m}); {y} ({n}).",
}
SUPERSEDED = {
    Script.SIMPLIFIED: "较新的说法是{x}（{m}），取代了{y}（{n}）。",
    Script.TRADITIONAL: "較新的說法是{x}（{m}），取代了{y}（{n}）。",
    Script.ENGLISH: "The newer value is {x} ({m}); it replaces {y} ({n}).",
}
OLDER = {
    Script.SIMPLIFIED: "此前的说法（{said}）：{text}",
    Script.TRADITIONAL: "此前的說法（{said}）：{text}",
    Script.ENGLISH: "Earlier ({said}): {text}",
}
DIFFERS = {
    Script.SIMPLIFIED: "一种说法（{said}）：{text}",
    Script.TRADITIONAL: "一種說法（{said}）：{text}",
    Script.ENGLISH: "One article ({said}): {text}",
}
UNDATED = {Script.SIMPLIFIED: "没有日期", Script.TRADITIONAL: "沒有日期", Script.ENGLISH: "undated"}
ALONE = {
    Script.SIMPLIFIED: "接着上文没有找到，这是单独查找这个问题的结果。",
    Script.TRADITIONAL: "接著上文沒有找到，這是單獨查找這個問題的結果。",
    Script.ENGLISH: "Nothing was found in the context of the conversation; this answers the question by itself.",
}
LATER = {
    Script.SIMPLIFIED: "{asof}之后发表的文章没有计入。",
    Script.TRADITIONAL: "{asof}之後發表的文章沒有計入。",
    Script.ENGLISH: "Articles published after {asof} are left out.",
}
