/* Sorts the table of runs by the column whose title is chosen; again for the other direction. */
"use strict";

for (const title of document.querySelectorAll("th")) {
  title.tabIndex = 0;
  title.setAttribute("role", "button");
  const sort = () => {
    const column = [...title.parentNode.children].indexOf(title);
    const body = title.closest("table").tBodies[0];
    const descending = title.getAttribute("aria-sort") === "ascending";
    for (const other of title.parentNode.children) other.removeAttribute("aria-sort");
    title.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = (row) => {
      const cell = row.cells[column];
      const marked = cell.querySelector("[data-sort]");
      return marked ? marked.dataset.sort : cell.textContent;
    };
    const order = new Intl.Collator("en", { numeric: true });
    const rows = [...body.rows].sort((a, b) => order.compare(key(a), key(b)));
    if (descending) rows.reverse();
    body.append(...rows);
  };
  title.addEventListener("click", sort);
  title.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      sort();
    }
  });
}
