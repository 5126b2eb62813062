/* Predict first: what answers a question stays folded until the reader has picked a choice or typed a number. The pages mark the questions
   (publishing/predictions.py); without this script all is shown. Answers are remembered by the text of their question where the browser keeps anything. */
(() => {
  "use strict";
  const SHOW_ALL = "lecture:show-all", PREDICTED = "lecture:predicted:";
  const SCALES = { k: 1e3, M: 1e6, thousand: 1e3, million: 1e6, billion: 1e9 };
  const page = document.documentElement;

  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; } // a private window may refuse
  };
  const remember = (key, value) => {
    try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* then this page alone knows it */ }
  };

  let showsAll = recall(SHOW_ALL) !== null;
  page.classList.toggle("lecture-predicts", !showsAll); // at once, so that nothing is seen before it is folded

  /* ---- Numbers as people type them */

  /* What digits with commas and points may mean: 1,000 a thousand or, in many countries, one. */
  const readings = (digits) => [
    /^-?\d*\.?\d+$/.test(digits) && digits,
    /^-?\d*,\d+$/.test(digits) && digits.replace(",", "."),
    /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits) && digits.replaceAll(",", ""),
    /^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(digits) && digits.replaceAll(".", "").replace(",", "."),
  ].filter(Boolean).map(Number);

  /* The numbers that a text may mean, with a unit or without; none if it holds no number, or several. */
  const numbersIn = (text) => {
    const fraction = text.match(/^\s*(-?\d+)\s*\/\s*(\d+)\s*$/);
    if (fraction) return [fraction[1] / fraction[2]].filter(Number.isFinite);
    const plain = text.replace(/[−–]|minus\s+/gi, "-").replace(/(\d)[\s'’_](?=\d{3}(?!\d))/g, "$1");
    const found = plain.match(/-?[.,]?\d[\d.,]*(e[+-]?\d+)?/gi) ?? [];
    if (found.length !== 1 || /\d[⁰¹²³⁴-⁹⁻]/.test(plain)) return [];
    const [, digits, power = "0"] = found[0].match(/^(.*?)[.,]*(?:e(.*))?$/i);
    const [, unit] = plain.slice(plain.indexOf(found[0]) + found[0].length).match(/^\s*(\w+|%)?/);
    const numbers = readings(digits).map((number) => number * 10 ** Number(power) * (SCALES[unit] ?? SCALES[unit?.toLowerCase()] ?? 1));
    return [...numbers, ...(unit === "%" ? numbers.map((number) => number / 100) : [])].filter(Number.isFinite);
  };

  const isNear = (number, value, share) => Math.abs(number - value) <= (share + 1e-9) * Math.abs(value) + 1e-12;

  /* ---- What a question offers */

  const made = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /* Three choices: each item of the list becomes a button. */
  const choices = (box, answer) => {
    const list = box.querySelector(":scope > ul");
    const buttons = [...list.children].map((item, at) => {
      const button = made("button", { type: "button", className: "lecture-choice", onclick: () => answer("abc"[at]) });
      const [letter, ...said] = (item.querySelector(":scope > p") ?? item).childNodes;
      button.append(letter, made("span", {}, ...said));
      item.replaceChildren(button);
      return button;
    });
    list.classList.add("lecture-choices");
    const right = box.dataset.answer;
    return {
      hint: "Pick one, and see.",
      knows: (said) => "abc".includes(said),
      verdict: (said) => right && (said === right ? "Right." : `Not quite: the answer is ${right}.`),
      show: (said) => buttons.forEach((button, at) => {
        button.ariaPressed = String(said === "abc"[at]);
        button.classList.toggle("lecture-right", said !== null && right === "abc"[at]);
      }),
    };
  };

  /* A field for a number. */
  const number = (box, answer, verdict) => {
    const { answer: right, value } = box.dataset;
    const field = made("input", { type: "text", inputMode: "text", autocomplete: "off", spellcheck: false });
    field.setAttribute("aria-describedby", verdict.id);
    const send = (event) => {
      event.preventDefault();
      const said = field.value.trim();
      const isNumber = numbersIn(said).length > 0;
      field.ariaInvalid = String(!isNumber);
      if (isNumber) return answer(said);
      const example = isNear(9, Number(value), 0.1) ? 7 : 9;
      const start = said.length > 40 ? `${said.slice(0, 40).trimEnd()}…` : said;
      verdict.textContent = `Type a number such as ${example}${said && `; this says “${start}”`}.`;
      verdict.className = "lecture-verdict";
    };
    const form = made("form", { className: "lecture-number", onsubmit: send, noValidate: true },
      made("label", {}, "Your guess: ", field), " ", made("button", { className: "lecture-button" }, "Check"));
    verdict.before(form);
    return {
      hint: "",
      knows: (said) => numbersIn(said).length > 0,
      verdict: (said) => {
        const share = right.startsWith("about ") ? 0.1 : 0;
        const isRight = numbersIn(said).some((guess) => isNear(guess, Number(value), share));
        return isRight ? `Right: ${right}.` : `Not quite: the answer is ${right}.`;
      },
      show: (said) => { field.value = said ?? ""; field.ariaInvalid = "false"; },
    };
  };

  /* Neither: a button that shows. */
  const show = (box, answer, verdict) => {
    const button = made("button", { type: "button", className: "lecture-button", onclick: () => answer("shown") }, "Show");
    verdict.before(made("p", {}, button));
    return { hint: "", knows: () => true, verdict: () => "", show: (said, isOpen) => { button.parentElement.hidden = isOpen; } };
  };

  const OFFERS = { choice: choices, number, show };

  /* ---- One question */

  class Prediction {
    constructor(box, at) {
      this.key = PREDICTED + box.dataset.question;
      this.folded = box.querySelector(":scope > .lecture-folded");
      this.answers = [...this.folded.querySelectorAll("details:not([class])")];
      this.found = false; // by a link, or a search in the page
      this.verdict = made("p", { className: "lecture-verdict", id: `lecture-verdict-${at}`, role: "status" });
      this.hint = made("p", { className: "lecture-hint" });
      this.folded.before(this.verdict, this.hint);
      this.offer = OFFERS[box.dataset.kind](box, (said) => this.answer(said), this.verdict);
      this.hint.textContent = this.offer.hint;
      const said = recall(this.key);
      this.said = said !== null && this.offer.knows(said) ? said : null;
      this.folded.addEventListener("beforematch", () => this.reveal());
      this.render();
    }

    answer(said) {
      remember(this.key, (this.said = said));
      this.render();
      page.dispatchEvent(new Event("lecture-answered"));
    }

    forget() {
      remember(this.key, (this.said = null));
      this.found = false;
      this.render();
    }

    reveal() {
      this.found = true;
      this.render();
    }

    render() {
      const isOpen = showsAll || this.found || this.said !== null;
      this.folded.toggleAttribute("hidden", !isOpen);
      if (!isOpen) this.folded.setAttribute("hidden", "until-found"); // a search in the page, or a link, unfolds it
      for (const details of this.answers) details.open = isOpen;
      this.offer.show(this.said, isOpen);
      this.hint.hidden = isOpen || !this.offer.hint;
      this.verdict.textContent = (this.said !== null && this.offer.verdict(this.said)) || "";
      this.verdict.className = `lecture-verdict${this.verdict.textContent.startsWith("Right") ? " lecture-right" : ""}`;
    }
  }

  /* ---- The page */

  /* What stands below the title: how many questions there are, and a way around them and back. */
  const bar = (predictions) => {
    const all = made("input", { type: "checkbox", checked: showsAll });
    const forget = made("button", { type: "button", className: "lecture-button" }, "Forget my answers");
    const isAnswered = () => { forget.hidden = predictions.every((it) => it.said === null); };
    all.onchange = () => {
      remember(SHOW_ALL, (showsAll = all.checked) ? "yes" : null);
      predictions.forEach((it) => it.render());
    };
    forget.onclick = () => {
      predictions.forEach((it) => it.forget());
      isAnswered();
      all.focus();
    };
    page.addEventListener("lecture-answered", isAnswered);
    isAnswered();
    const number = predictions.length === 1 ? "One question" : `${predictions.length} questions`;
    return made("div", { className: "lecture-predictions" },
      made("span", {}, `${number} on this page: guess first, and the result unfolds.`),
      made("label", {}, all, " Show all results and answers"), forget);
  };

  /* Open what an address asks for: a place, or the state of an explorer. */
  const arrive = (predictions) => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const state = new URLSearchParams(location.search).get("explorer");
    for (const it of predictions) {
      const hasPlace = place && it.folded.contains(place);
      const hasExplorer = [...it.folded.querySelectorAll(".lecture-explorer")].some((host) => host.dataset.explorer === state);
      if (hasPlace || hasExplorer) it.reveal();
      if (hasPlace) place.scrollIntoView();
    }
  };

  const print = (predictions) => {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = predictions.flatMap((it) => it.answers).filter((details) => !details.open);
      for (const details of closed) details.open = true;
    });
    addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
  };

  document.addEventListener("DOMContentLoaded", () => {
    try {
      const predictions = [...document.querySelectorAll(".lecture-prediction")].map((box, at) => new Prediction(box, at));
      if (!predictions.length) return;
      document.querySelector("article h1")?.after(bar(predictions));
      arrive(predictions);
      addEventListener("hashchange", () => arrive(predictions));
      print(predictions);
    } finally {
      page.classList.remove("lecture-predicts"); // each question folds its own now; had one failed, the rest is shown
    }
  });
})();
