/* A chapter has a page for each part, and what is asked for may be on another one than the address names: a section of an address from before, or the
   explorer of a state. Then the reader goes on there. places.js, which is made with the book, knows where everything is. */
(() => {
  "use strict";
  const page = location.pathname.match(/\/notebooks\/([^/]+)\.html$/)?.[1];

  const pageOfAnchor = ({ anchors }) => {
    const anchor = decodeURIComponent(location.hash.slice(1));
    return anchor && !document.getElementById(anchor) && anchors[anchor];
  };

  const pageOfExplorer = ({ explorers }) => {
    const name = !location.hash && new URLSearchParams(location.search).get("explorer");
    const chapter = explorers[page] ?? explorers[page.replace(/_\d+$/, "")];
    const isHere = [...document.querySelectorAll(".lecture-explorer")].some((it) => it.dataset.explorer === name);
    return name && !isHere && chapter?.[name];
  };

  const goOn = () => {
    const other = pageOfAnchor(window.LECTURE_PLACES) || pageOfExplorer(window.LECTURE_PLACES);
    if (other && other !== page) location.replace(`${other}.html${location.search}${location.hash}`);
  };

  /* Formulas that are typeset above a section push it down: then it is brought back, unless the reader has gone elsewhere. */
  const stay = async () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place || !window.MathJax?.startup) return;
    const before = new AbortController();
    for (const type of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(type, () => before.abort(), { signal: before.signal });
    await MathJax.startup.promise;
    if (!before.signal.aborted) place.scrollIntoView({ behavior: "instant" });
    before.abort();
  };

  if (!page) return;
  addEventListener("hashchange", goOn);
  document.addEventListener("DOMContentLoaded", () => window.LECTURE_PLACES && goOn());
  addEventListener("load", stay);
})();
