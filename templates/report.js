"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const text = document.getElementById("filter-text");
  const status = document.getElementById("filter-status");
  const count = document.getElementById("filter-count");
  const none = document.getElementById("filter-none");
  const rows = Array.from(document.querySelectorAll("#people-table tbody tr"), (row) => ({
    row,
    text: row.textContent.toLowerCase(),
    status: row.querySelector(".status").textContent,
  }));
  for (const word of new Set(rows.map((row) => row.status))) {
    status.append(new Option(word, word));
  }
  const show = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const matches =
        (!status.value || row.status === status.value) && words.every((word) => row.text.includes(word));
      row.row.hidden = !matches;
      shown += matches;
    }
    count.textContent = shown < rows.length ? "→ " + shown : "";
    none.hidden = shown > 0;
  };
  // What stands behind # is what the page is opened with: one can link to "#refused".
  const start = () => {
    let words = location.hash.slice(1);
    try { words = decodeURIComponent(words); } catch { words = ""; }
    if (words && !document.getElementById(words)) text.value = words;
    show();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", show);
  status.addEventListener("change", show);
  addEventListener("hashchange", start);
  form.hidden = false;
  start();
})();
