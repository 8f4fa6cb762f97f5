"""What can go wrong with a model, each with words for the user."""

from enum import StrEnum

from qa.script import Script, to_script


class Trouble(StrEnum):
    """Why a model's answer is not shown, or not alone."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    KEY = "key"
    CONTEXT_LENGTH = "context_length"
    FAILED = "failed"
    MALFORMED = "malformed"
    EMPTY = "empty"
    LANGUAGE = "language"
    ENDLESS = "endless"
    UNSUPPORTED = "unsupported"
    DECLINED = "declined"
    ENGLISH = "english"


class ModelTrouble(Exception):
    """A model could not be asked, or did not answer as a chat model does."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(detail or trouble.value)
        self.trouble = trouble


_WHY = {
    Trouble.UNREACHABLE: ("语言模型连接不上", "The language model cannot be reached"),
    Trouble.TIMEOUT: ("语言模型没有按时答完", "The language model did not answer in time"),
    Trouble.RATE_LIMIT: ("语言模型的调用次数超过了限额", "The language model's rate limit is reached"),
    Trouble.KEY: ("语言模型拒绝了密钥（OPENAI_API_KEY）", "The language model refuses the key (OPENAI_API_KEY)"),
    Trouble.CONTEXT_LENGTH: ("问题和证据超过了语言模型的长度上限", "Question and evidence are too long for the model"),
    Trouble.FAILED: ("语言模型出错", "The language model failed"),
    Trouble.MALFORMED: ("语言模型的回复格式不对", "The language model's reply has no known form"),
    Trouble.EMPTY: ("语言模型没有写出内容", "The language model wrote nothing"),
    Trouble.LANGUAGE: ("语言模型用了别的语言", "The language model wrote in another language"),
    Trouble.ENDLESS: ("语言模型写个不停，已截断", "The language model would not stop and was cut off"),
    Trouble.UNSUPPORTED: ("语言模型写的句子没有一句能由原文证实", "No sentence of the language model is borne out"),
    Trouble.DECLINED: ("语言模型认为这些文字没有回答问题", "The language model finds no answer in these texts"),
    Trouble.ENGLISH: ("英文句子无法逐句与中文原文核对", "English sentences cannot be checked against Chinese texts"),
}  # fmt: skip
_INSTEAD = ("，以下是原文摘录。", "; these are quotations instead.")
_CONTINUED = ("，其余是原文摘录。", "; the rest are quotations.")


def why(trouble: Trouble, script: Script) -> str:
    """What is wrong, in words."""
    chinese, english = _WHY[trouble]
    return english if script is Script.ENGLISH else to_script(chinese, script)


def warning_of(trouble: Trouble, script: Script, *, continued: bool = False) -> str:
    """The warning above the quotations that stand in, or `continued` what was written."""
    parts = zip(_WHY[trouble], _CONTINUED if continued else _INSTEAD, strict=True)
    chinese, english = (why + then for why, then in parts)
    return english if script is Script.ENGLISH else to_script(chinese, script)
