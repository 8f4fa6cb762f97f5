/** Why nothing came of a request; `words` is the key of what to say of it. */
class Trouble extends Error {
  constructor(words, status = 0, detail = "", seconds = "") {
    super(detail);
    Object.assign(this, { words, status, seconds });
  }
}

/** What is to be said of an error: {"error": {"code", "message", "hint"}}. */
function troubleOf(status, error = {}, seconds = "") {
  if (status === 401 || status === 403) return new Trouble("refused", status);
  if (status === 429) return new Trouble("often", status, "", seconds || 60);
  if (["busy", "index_missing", "bad_question"].includes(error.code)) return new Trouble(error.code, status);
  return new Trouble("failed", status, status < 500 ? error.message : "");
}

/** Passes on that a request was stopped; whatever else keeps it from the server is the network. */
function lost(error) {
  throw error.name === "AbortError" ? error : new Trouble("network");
}

/** The server, with the key that opens it. */
class Server {
  constructor(base, key) {
    this.base = base.endsWith("/") ? base : base + "/";
    this.headers = key ? { Authorization: `Bearer ${key}` } : {};
  }

  async #send(path, options) {
    const response = await fetch(new URL(path, this.base), options).catch(lost);
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({}));
    throw troubleOf(response.status, error, response.headers.get("Retry-After"));
  }

  async article(id) {
    const path = "api/articles/" + id.split("/").map(encodeURIComponent).join("/");
    return (await this.#send(path, { headers: this.headers })).json();
  }

  /** The events of an answer, the last of them `done`. */
  async *ask(asked, signal) {
    const headers = { ...this.headers, "Content-Type": "application/json" };
    const response = await this.#send("api/ask", { method: "POST", headers, signal, body: JSON.stringify(asked) });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read().catch(lost);
      if (done) throw new Trouble("network");
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const field = (name) => new RegExp(`^${name}: ?([^\\r\\n]*)`, "m").exec(block)?.[1];
        const [event, data] = [field("event"), JSON.parse(field("data") ?? "null")];
        if (event === "error") throw troubleOf(500, data.error);
        yield { event, data };
      }
    }
  }
}
