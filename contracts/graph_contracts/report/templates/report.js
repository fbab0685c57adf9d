(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const form = document.getElementById("filter"), shown = document.getElementById("shown");
  const { verdict, level, subject, q } = form.elements;
  const items = all(".item"), rows = all(".req"), subjects = all(".subject");
  const texts = new Map();
  let opened = null;
  document.documentElement.classList.add("js");

  const area = () => subject.selectedOptions[0].dataset.area;
  const text = item => texts.get(item) ?? texts.set(item, item.textContent.toLowerCase()).get(item);
  const apply = () => {
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = [["q-", verdict.value], ["l-", level.value], ["", subject.value]].filter(([, value]) => value !== "all");
    const narrowed = wanted.length + words.length > 0;
    for (const item of items) {
      const fits = wanted.every(([start, value]) => item.classList.contains(start + value));
      item.classList.toggle("miss", !(fits && words.every(word => text(item).includes(word))));
    }
    if (narrowed && !opened) opened = subjects.filter(each => each.open);
    for (const each of subjects) {
      const left = all(".req:not(.miss)", each).length > 0;
      each.classList.toggle("bare", !left);
      if (opened) each.open = narrowed ? left : opened.includes(each);
    }
    if (!narrowed) opened = null;
    for (const part of all("section.items")) part.classList.toggle("bare", all(".item", part).every(item => item.matches(".miss")));
    const left = rows.filter(row => !row.matches(".miss")).length;
    shown.textContent = `${left} of ${rows.length} shown`;
  };

  const remember = () => {
    const state = { verdict: verdict.value, level: level.value, subject: area(), q: q.value.trim() };
    const told = new URLSearchParams(Object.entries(state).filter(([, value]) => value && value !== "all"));
    history.replaceState(null, "", `#${told.size ? "?" : ""}${told}`);
  };
  const recall = told => {
    form.reset();
    for (const [name, list] of [["verdict", verdict], ["level", level]])
      for (const radio of list) if (radio.value === told.get(name)) radio.checked = true;
    for (const option of subject.options) if (option.dataset.area === told.get("subject")) option.selected = true;
    q.value = told.get("q") ?? "";
    apply();
  };
  const reveal = () => {
    const hash = location.hash.slice(1);
    if (hash.startsWith("?")) return recall(new URLSearchParams(hash));
    const target = hash && document.getElementById(decodeURIComponent(hash));
    if (!target) return;
    if (target.closest(".miss,.bare")) recall(new URLSearchParams());
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    for (const inner of target.children) if (target.matches(".step") && inner.tagName === "DETAILS") inner.open = true;
    target.scrollIntoView();
  };

  const button = (label, act, kind = "") => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind;
    made.textContent = label;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const copier = (label, what, where) => button(label, async made => {
    try {
      await navigator.clipboard.writeText(what());
      made.textContent = "Copied";
      setTimeout(() => { made.textContent = label; }, 2000);
    } catch {
      getSelection().selectAllChildren(where);
    }
  }, "copy");
  for (const each of all("[data-copy]")) {
    const source = each.querySelector("pre,code.cmd");
    const add = copier(`Copy ${each.dataset.copy}`, () => source.textContent, source);
    if (each.tagName === "DETAILS") each.after(add); else each.append(" ", add);
  }
  for (const each of all("[data-link]")) {
    const link = () => `${location.href.split("#")[0]}#${each.dataset.link}`;
    const head = each.querySelector(":scope > .links");
    (head ?? each).append(" ", copier("Copy link", link, head ?? each));
  }
  const fold = open => { for (const each of all("main details")) if (!each.matches(".fold")) each.open = open; };
  const tools = document.createElement("p");
  tools.className = "tools";
  tools.append(button("Expand all", () => fold(true), "copy"), button("Collapse all", () => fold(false), "copy"));
  form.append(tools);

  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", reveal);
  form.reset();
  apply();
  reveal();
})();
