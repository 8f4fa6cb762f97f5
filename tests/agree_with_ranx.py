"""Whether a run's nDCG@10 and MRR@10 of articles are those that ranx computes. Not a test: ranx is 700 MB.

    python3 -m venv /tmp/ranx && /tmp/ranx/bin/pip install ranx
    /tmp/ranx/bin/python tests/agree_with_ranx.py RUN

Reads answers.jsonl and metrics.json by itself, without a line of ours. Ends with 1 beyond 1e-6.
"""

import json
import sys
from pathlib import Path

from ranx import Qrels, Run, evaluate

LEGS = {"article.": "fused", "article.dense.": "dense", "article.lexical.": "lexical"}


def main(folder: Path) -> int:
    figures = json.loads((folder / "metrics.json").read_text("utf-8"))["figures"]["figures"]["all"]
    answers = [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").split("\n") if line]
    worst = 0.0
    for prefix, leg in LEGS.items():
        qrels, run = {}, {}
        for answer in answers:
            question = answer["question"]
            gold = {*question.get("gold", []), *(e["article"] for e in question.get("evidence", []))}
            if not gold or not question.get("answerable", True):
                continue
            ranked = sorted(answer.get(leg, {}).get("articles", []), key=lambda a: (-a["score"], a["article_id"]))
            qrels[question["id"]] = dict.fromkeys(sorted(gold), 1)
            run[question["id"]] = {a["article_id"]: 1.0 / at for at, a in enumerate(ranked, start=1)} or {"": 1.0}
        theirs = evaluate(Qrels(qrels), Run(run), ["ndcg@10", "mrr@10"], make_comparable=True)
        for name, value in theirs.items():
            ours = figures[prefix + name]["value"]
            worst = max(worst, abs(ours - float(value)))
            print(f"{prefix}{name}: ours {ours:.6f}, ranx {value:.6f}, {len(qrels)} questions")
    return 0 if worst <= 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
