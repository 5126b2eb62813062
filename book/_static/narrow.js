/* On a narrow screen a page is for reading: the code of its cells is folded, but for what an exercise asks for. Printed arrays and columns are known there by
   their blanks and brackets: lecture.css keeps their lines whole, and sentences break. */
(() => {
  "use strict";
  const narrow = matchMedia("(max-width: 600px)");
  const CODE = "main div.cell:not(.tag_exercise, .tag_solution) > div.cell_input";

  const folded = (input) => {
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    fold.className = "lecture-code";
    input.before(fold);
    fold.append(summary, input);
    const say = () => (summary.textContent = fold.open ? "Hide code" : "Show code");
    fold.addEventListener("toggle", say);
    say();
    return fold;
  };

  const COLUMNS = /^\s*(array\()?\[|\S {2,}\S/; // a row of an array, or of a table
  const mark = (pre) => pre.classList.toggle("lecture-columns", pre.textContent.split("\n").filter((line) => COLUMNS.test(line)).length > 1);

  let folds;
  const follow = () => {
    if (narrow.matches) folds ??= [...document.querySelectorAll(CODE)].map(folded);
    for (const fold of folds ?? []) fold.open = !narrow.matches;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const pre of document.querySelectorAll("main div.cell_output pre")) mark(pre);
    follow();
  });
  narrow.addEventListener("change", follow);
})();
