(() => {
  const form = document.getElementById("filter"), shown = document.getElementById("shown");
  const names = ["q", "level", "subject", "failing"];
  const rows = [...document.querySelectorAll(".row")];
  const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
  document.documentElement.classList.add("js");
  form.hidden = false;

  const fits = row => {
    const { q, level, subject, failing } = form.elements;
    const broken = row.dataset.failing.split(" ").filter(Boolean);
    return (!level.value || row.dataset.level === level.value)
      && (!subject.value || row.dataset.subject === subject.value)
      && (!failing.value || (failing.value === "*" ? broken.length > 0 : broken.includes(failing.value)))
      && q.value.toLowerCase().split(/\s+/).filter(Boolean).every(word => texts.get(row).includes(word));
  };
  const apply = () => {
    for (const row of rows) row.hidden = !fits(row);
    for (const part of document.querySelectorAll("#requirements tbody")) part.hidden = !part.querySelector(".row:not([hidden])");
    shown.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} shown`;
  };
  const recall = () => {
    const told = new URLSearchParams(location.search);
    for (const name of names) form.elements[name].value = told.get(name) ?? "";
    for (const name of names) if (form.elements[name].selectedIndex === -1) form.elements[name].selectedIndex = 0;
    apply();
  };
  form.addEventListener("input", () => {
    const told = new URLSearchParams(names.map(name => [name, form.elements[name].value.trim()]).filter(([, value]) => value));
    history.replaceState(null, "", told.size ? `?${told}` : location.pathname);
    apply();
  });
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("popstate", recall);
  recall();
})();
