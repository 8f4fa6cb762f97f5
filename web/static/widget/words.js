// The widget's words: Simplified, Traditional, English.
const LANGUAGES = ["zh-Hans", "zh-Hant", "en"];
const WORDS = {
  title: ["问问这些文章", "問問這些文章", "Ask the articles"],
  greeting: [
    "回答里的每句话后面都有编号，点一下就能看到原文。文章没有说的，会直接告诉你没有。",
    "回答裡的每句話後面都有編號，點一下就能看到原文。文章沒有說的，會直接告訴你沒有。",
    "Each sentence of an answer has a number: press it to see the source. What the articles do not say, you are told so.",
  ],
  placeholder: ["问一个文章里能找到答案的问题", "問一個文章裡能找到答案的問題", "Ask about the articles"],
  ask: ["提问", "提問", "Ask"],
  stop: ["停止", "停止", "Stop"],
  fresh: ["新对话", "新對話", "New chat"],
  close: ["关闭", "關閉", "Close"],
  log: ["对话", "對話", "Conversation"],
  asked: ["你问：", "你問：", "You asked: "],
  looking: ["正在文章里查找…", "正在文章裡查找…", "Looking in the articles…"],
  citation: ["出处 {n}：{title}", "出處 {n}：{title}", "Source {n}: {title}"],
  sources: ["引用的来源", "引用的來源", "Sources cited"],
  in_part: ["部分有据", "部分有據", "Partly supported"],
  computed: ["由引用的数字算出", "由引用的數字算出", "Computed from the figures cited"],
  no_evidence: ["文章没有回答", "文章沒有回答", "The articles do not answer this"],
  conflict: ["文章的说法不一致", "文章的說法不一致", "The articles do not agree"],
  superseded: ["有更新的说法", "有更新的說法", "There is a newer value"],
  partial: ["只回答了一部分", "只回答了一部分", "Only a part is answered"],
  newer: ["较新", "較新", "Newer"],
  older: ["此前", "此前", "Earlier"],
  nearest: [
    "文章里最接近的内容（没有回答问题）",
    "文章裡最接近的內容（沒有回答問題）",
    "What comes nearest in the articles, without answering",
  ],
  by_model: [
    "由 {model} 撰写，每句都核对过",
    "由 {model} 撰寫，每句都核對過",
    "Written by {model}; each sentence was checked",
  ],
  back: ["返回对话", "返回對話", "Back to the conversation"],
  original: ["原网页", "原網頁", "Original page"],
  changed: ["文章在引用之后更新过。引用时的原句：", "文章在引用之後更新過。引用時的原句：", "The article was updated since. As quoted then:"],
  gone: ["文章已被移除。引用时的原句：", "文章已被移除。引用時的原句：", "The article was removed. As quoted then:"],
  unread: ["这里不能打开全文。引用的原句：", "這裡不能打開全文。引用的原句：", "The whole article cannot be opened here. As quoted:"],
  again: ["再试一次", "再試一次", "Try again"],
  stopped: ["已停止。", "已停止。", "Stopped."],
  too_long: [
    "问题有 {n} 个字，最多 {most} 个。请写短一些。",
    "問題有 {n} 個字，最多 {most} 個。請寫短一些。",
    "The question has {n} characters; at most {most} are allowed. Please shorten it.",
  ],
  refused: [
    "服务器没有接受这个网页的密钥，请告诉网站的管理员。",
    "伺服器沒有接受這個網頁的金鑰，請告訴網站的管理員。",
    "The server does not accept this page's key. Please tell whoever runs this site.",
  ],
  often: ["提问太频繁，请过 {n} 秒再试。", "提問太頻繁，請過 {n} 秒再試。", "Too many questions. Please try again in {n} seconds."],
  busy: ["现在提问的人很多，请稍后再试。", "現在提問的人很多，請稍後再試。", "Many are asking at the moment. Please try again in a while."],
  index_missing: ["还没有文章。", "還沒有文章。", "There are no articles yet."],
  bad_question: ["这个问题问不了，请换个写法。", "這個問題問不了，請換個寫法。", "This question cannot be asked; please put it another way."],
  network: [
    "连不上服务器。请检查网络；如果一直这样，请告诉网站的管理员，服务器可能没有允许这个网站。",
    "連不上伺服器。請檢查網路；如果一直這樣，請告訴網站的管理員，伺服器可能沒有允許這個網站。",
    "The server cannot be reached. Please check your connection; if that is not it, the server may not allow this site.",
  ],
  failed: ["出错了，请再试一次。", "出錯了，請再試一次。", "Something went wrong. Please try again."],
};

/** The first of some language tags that is one of ours, as an index into the words; Simplified for none. */
function languageOf(tags) {
  for (const tag of tags) {
    if (/^zh\b/i.test(tag)) return /hant|-(tw|hk|mo)\b/i.test(tag) && !/hans/i.test(tag) ? 1 : 0;
    if (/^en\b/i.test(tag)) return 2;
  }
  return 0;
}

const wordsIn = (language) => Object.fromEntries(Object.entries(WORDS).map(([key, said]) => [key, said[language]]));

/** Words with their {fields} filled in. */
const fill = (words, fields) => words.replace(/{(\w+)}/g, (_, name) => fields[name]);
