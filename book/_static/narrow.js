/* On a narrow screen a page is for reading: the code of its cells is folded, but for what an exercise asks for. */
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

  let folds;
  const follow = () => {
    if (narrow.matches) folds ??= [...document.querySelectorAll(CODE)].map(folded);
    for (const fold of folds ?? []) fold.open = !narrow.matches;
  };
  document.addEventListener("DOMContentLoaded", follow);
  narrow.addEventListener("change", follow);
})();
