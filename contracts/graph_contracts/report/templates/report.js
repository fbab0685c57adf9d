(() => {
  const form = document.getElementById("filter"), shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll(".req")];
  const count = () => {
    const left = rows.filter(row => row.offsetParent !== null).length;
    shown.textContent = `${left} of ${rows.length} shown`;
  };
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1)), target = id && document.getElementById(id);
    if (!target) return;
    if (target.closest(".req") && target.closest(".req").offsetParent === null) form.reset();
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
    count();
  };
  form.addEventListener("change", count);
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", reveal);
  for (const fold of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(fold.querySelector("pre").textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(fold.querySelector("pre"));
      }
    });
    fold.append(button);
  }
  form.reset();
  count();
  reveal();
})();
