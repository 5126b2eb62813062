/* Formulas, tables and printed arrays that are wider than the page scroll by themselves. Where there is more of one, data-more says on which side, and it fades out there. */
(() => {
  "use strict";
  const WIDE = "main :is(mjx-container, .output.text_html, .lecture-table, pre.lecture-columns, .pst-scrollable-table-container)";

  const look = ({ scrollLeft, scrollWidth, clientWidth, dataset }) => {
    const hidden = { left: scrollLeft > 1, right: scrollLeft + clientWidth < scrollWidth - 1 };
    const more = Object.keys(hidden).filter((side) => hidden[side]).join(" ");
    if (more) dataset.more = more;
    else delete dataset.more;
    return more;
  };

  const isScroller = (it) => ["auto", "scroll"].includes(getComputedStyle(it).overflowX);
  const observer = new ResizeObserver((seen) => {
    for (const { target } of seen) if (isScroller(target) && look(target)) target.tabIndex = 0; // so that arrow keys scroll it
  });

  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    for (const it of document.querySelectorAll(WIDE)) {
      observer.observe(it);
      it.addEventListener("scroll", () => look(it), { passive: true });
    }
  });
})();
