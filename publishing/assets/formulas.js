/* What MathJax is to do, said before it starts. Formulas are drawn as SVG, each whole by itself, so that the speaker's view shows them too. */
window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]] },
  svg: { fontCache: "local" },
  startup: { typeset: false },
};
