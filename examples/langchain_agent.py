"""A LangChain agent that looks things up in the articles: its own model decides when, and answers from what it finds.

    pip install langchain
    youju index articles
    OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_API_KEY=none OPENAI_MODEL=qwen2.5 \\
        python examples/langchain_agent.py 合肥到2027年要有多少家量子企业？

The sentences of such an agent are its model's: Youju has not checked them. Where each sentence must be borne out, let the agent
use `qa.langchain.answering` as its tool, or check what it says with `qa.langchain.verifying`.
"""

import os
import sys
from collections.abc import Sequence

from langchain.agents import create_agent
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from qa.langchain import YoujuRetriever
from youju.assembly import make_library
from youju.settings import load_settings

INSTRUCTIONS = (
    "Look facts up with the tool before you answer. Say only what its sentences say, and name after each "
    "sentence the article that says so. Where they do not answer, say that they do not."
)


def look_up(retriever: BaseRetriever, question: str) -> str:
    """What a retriever finds, a sentence a line, each with the article it stands in."""
    found: Sequence[Document] = retriever.invoke(question)
    return "\n".join(
        f"{document.page_content} ({document.metadata['title']}, {document.metadata['published']})"
        for document in found
    )


def answer(model: BaseChatModel, retriever: BaseRetriever, question: str) -> list[BaseMessage]:
    """What was said and looked up, the question first, the model's answer last."""

    @tool
    def search_articles(question: str) -> str:
        """Find the sentences of the articles that are nearest to a question in Chinese."""
        return look_up(retriever, question)

    agent = create_agent(model, [search_articles], system_prompt=INSTRUCTIONS)
    messages: list[BaseMessage] = agent.invoke({"messages": [HumanMessage(question)]})["messages"]
    return messages


def main() -> None:
    """Ask the question of the command line."""
    library = make_library(load_settings())
    messages = answer(ChatOpenAI(model=os.environ["OPENAI_MODEL"]), YoujuRetriever(library=library, k=5), sys.argv[1])
    last = messages[-1]
    assert isinstance(last, AIMessage)
    sys.stdout.write(f"{last.text}\n")


if __name__ == "__main__":
    main()
