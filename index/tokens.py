"""The tokens of the lexical leg: words of a folded text, plus its character bigrams.

Words alone miss what the word cutter joins differently in question and text; bigrams alone
blur word boundaries. Tantivy gets them pre-joined by spaces.
"""

import re

from index.fold import fold_text

_CJK_RUN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")
_WORD = re.compile(r"\w")


def tokens(text: str) -> list[str]:
    """Words and bigrams of any text, in no particular order, with repeats."""
    folded = fold_text(text)
    bigrams = [run[i : i + 2] for run in _CJK_RUN.findall(folded) for i in range(len(run) - 1)]
    return [word for word in words(folded) if len(word) != 2 or word.isascii()] + bigrams


def words(folded: str) -> list[str]:
    """Words of a folded text, without punctuation; compounds also give their parts."""
    import rjieba

    return [word for word in rjieba.cut_for_search(folded) if _WORD.search(word)]
