"""The reasons of a verdict in words for people, in the three languages of the interface."""

from qa.script import Script, to_script
from qa.verify.finding import Finding, Kind

_WRONG = {
    Kind.NUMBER: ("所引文字里没有“{words}”这个数", "The cited text does not have the number “{words}”"),
    Kind.UNIT: ("“{words}”的单位与所引文字不同", "“{words}” has another unit in the cited text"),
    Kind.BOUND: ("“{words}”的界限与所引文字相反", "“{words}” is bounded the other way in the cited text"),
    Kind.EXACTNESS: ("所引文字没有这样确切地说“{words}”", "The cited text does not say “{words}” just as exactly"),
    Kind.TIME: ("所引文字说的不是“{words}”", "The cited text does not speak of “{words}”"),
    Kind.NAME: ("所引文字里没有“{words}”", "The cited text does not name “{words}”"),
    Kind.NEGATION: ("“{words}”的肯定与否定和所引文字不一致", "The cited text says the contrary of “{words}”"),
    Kind.DIRECTION: ("“{words}”与所引文字的说法相反", "“{words}” is the other way round in the cited text"),
    Kind.SUBJECT: ("所引文字里“{words}”说的是别的对象", "The cited text does not say “{words}” of this subject"),
    Kind.MODALITY: ("“{words}”在所引文字里只是计划或推测", "“{words}” is a plan or a guess in the cited text"),
    Kind.MARKUP: ("所引文字里没有“{words}”这样的链接或代码", "The cited text has no such link or code as “{words}”"),
    Kind.WORDING: ("“{words}”是所引文字没有用的词", "“{words}” is not the word of the cited text"),
    Kind.WORDS: ("所引文字不足以说明这句话", "The cited text does not say enough of this"),
}  # fmt: skip
_TRADITIONAL = str.maketrans("“”裏", "「」裡")
_THERE = {
    Script.SIMPLIFIED: "，那里是“{there}”",
    Script.TRADITIONAL: "，那裡是「{there}」",
    Script.ENGLISH: "; there it is “{there}”",
}


def reason_of(finding: Finding, script: Script) -> str:
    """What is wrong, with what stands there instead where that is known."""
    chinese, english = _WRONG[finding.kind]
    frame = english if script is Script.ENGLISH else to_script(chinese, script)
    there = _THERE[script].format(there=to_script(finding.there, script)) if finding.there else ""
    if script is Script.TRADITIONAL:
        frame = frame.translate(_TRADITIONAL)
    return frame.format(words=to_script(finding.words, script)) + there + ("." if script is Script.ENGLISH else "。")
