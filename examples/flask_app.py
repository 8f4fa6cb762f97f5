"""A page of one's own on Flask: a question, the answer with its sources, each quoted word for word.

    youju serve &
    pip install flask
    SERVER=http://127.0.0.1:7860 flask --app examples.flask_app:app run

What goes wrong on the way to the server is said to whoever asks; what the articles do not say is an answer like any other.
"""

import os

from flask import Flask, render_template_string, request

from youju.client import ClientError, Youju

PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>问文章</title>
<form><input name="q" value="{{ question }}" aria-label="问题" size="40" required><button>问</button></form>
{% if trouble %}<p role="alert">{{ trouble }}</p>{% endif %}
{% if answer %}
{% if not answer.sentences %}<p>{{ answer.answer }}</p>{% endif %}
{% if answer.nearest %}<p>相近的内容，没有回答这个问题：</p>{% endif %}
<ul>{% for sentence in answer.sentences or answer.nearest %}
  <li>{{ sentence.text }}
    {% for number in sentence.citations %}<a href="#c{{ number }}">[{{ number }}]</a>{% endfor %}
    {% if sentence.reasons %}<small>{{ sentence.reasons | join("；") }}</small>{% endif %}</li>
{% endfor %}</ul>
<ol>{% for citation in answer.citations %}
  <li id="c{{ citation.number }}" value="{{ citation.number }}"><blockquote>{{ citation.quote }}</blockquote>
    {{ citation.title }} {{ citation.source }} {{ citation.published }}</li>
{% endfor %}</ol>
{% endif %}</html>"""


def create_app(youju: Youju) -> Flask:
    """The application, which asks a server of Youju's."""
    app = Flask(__name__)

    @app.get("/")
    def ask() -> str:
        question, answer, trouble = request.args.get("q", ""), None, ""
        if question:
            try:
                answer = youju.ask(question)
            except ClientError as error:
                trouble = str(error)
        return render_template_string(PAGE, question=question, answer=answer, trouble=trouble)

    return app


def app() -> Flask:
    """What the command above starts."""
    server = os.environ.get("SERVER", "http://127.0.0.1:7860")
    return create_app(Youju(server, os.environ.get("KEY", "")))
