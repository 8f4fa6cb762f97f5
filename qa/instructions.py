"""Sentences that speak to a language model instead of to readers: they state nothing, and so are no evidence."""

import re

from index.fold import fold_text

_INSTRUCTS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必遵守)[^。]{0,12}(?:指令|指示|提示|设定|对话|上文|以上|前面|之前|(?:所有|系统|你的|上述)(?:规则|要求))"
    r"|(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|system|your)\b.{0,20}\b(?:instruction|prompt|rule|message|text)"
    r"|系统(?:提示词?|指令|消息)\s?:|(?:^|\W)(?:system|assistant|user|系统|助手|用户)\s?[:】\]]"
    r"|你(?:现在|从现在起)?是(?:一[个名位])?[^。,]{0,12}(?:助手|模型|机器人|ai\b)|(?:you are|act as) (?:now )?(?:an? )?.{0,20}(?:assistant|model|bot)"
    r"|<\|[^|]{0,40}\|>|\[/?inst\]|<<sys>>|</?(?:system|evidence|instructions?)>"
    r"|(?:请|必须|务必|应当|只)(?:直接)?(?:回答|回复|输出|声称)[^。]{0,4}[:“\"「]",
    re.IGNORECASE,
)


def instructs(text: str) -> bool:
    """Whether a text reads like instructions or a message to a language model."""
    return bool(_INSTRUCTS.search(fold_text(text)) or _INSTRUCTS.search(text))
