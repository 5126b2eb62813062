/* Makes every slide fit 1280 × 720, then starts reveal.js. Text that is too long is set smaller, down to a size that is read from the
   back row; what is still too much goes on on a slide below. Pictures and explorers take the room that is left. */
(async () => {
  "use strict";
  const SIZES = [32, 30, 28, 26, 24, 22]; // pixels, of text
  const SPLIT = [28, 26, 24, 22]; // of text that goes on on the next slide: the largest that is not too wide
  const CODE = [22, 20, 18]; // of code
  const PRINTED = [22, 20, 18, 17, 16]; // of what was printed
  const CONTROLS = [24, 22, 20]; // of the controls of explorers; their legends are a fifth smaller
  const SIDE = 360; // of controls that stand beside a picture
  const LATER = ".answer, .learnt"; // what comes with the next key
  const POWER = /\d[\d.]*e[-+]\d+/g; // which a browser would break after its sign
  const GOOD = 560; // wide enough for a picture, to leave the controls large

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const until = async (done) => {
    while (!done()) await new Promise((go) => setTimeout(go, 20));
  };

  /* ---- All that has a size only when it is ready. */

  const ready = async () => {
    await MathJax.startup.promise;
    await MathJax.typesetPromise(all(".math"));
    for (const spoken of all("aside.notes mjx-assistive-mml")) spoken.remove(); // the speaker's view would show it beside the formula
    await Promise.all(all("img").map((img) => img.decode().catch(() => {})));
    await document.fonts.ready;
    if ("DecompressionStream" in window) await until(() => all(".lecture-explorer").every((it) => it.shadowRoot?.querySelector(".panel")));
  };

  /* ---- One slide. */

  const bodyOf = (slide) => slide.querySelector(".body");

  const isTooWide = (body) => [...body.children].some((block) => block.scrollWidth > block.clientWidth + 1 || block.offsetWidth > body.clientWidth + 1);
  const overflows = (body) => body.scrollHeight > body.clientHeight + 1 || isTooWide(body);

  const setSizes = (body, text, code) => {
    body.style.setProperty("--size", `${text}px`);
    for (const pre of all("pre.code", body)) pre.style.fontSize = `${code}px`;
  };

  const fitText = (body) => {
    for (const text of SIZES) {
      for (const code of CODE) {
        setSizes(body, text, code);
        if (!overflows(body)) return true;
      }
    }
    return false;
  };

  /* Lines that were printed keep their columns as long as they can be read. */
  const narrow = (pre) => {
    for (const size of PRINTED) {
      pre.style.fontSize = `${size}px`;
      if (pre.scrollWidth <= pre.clientWidth + 1) return;
    }
    pre.style.fontSize = `${PRINTED[0]}px`;
    pre.classList.add("folded");
  };

  /* ---- A block that is parted: the first lines, rows or items stay in it, as many as fit; the rest is returned as a block like it. */

  const splitLines = (pre, fits) => {
    const [lines, words] = [pre.innerHTML.split("\n"), pre.textContent.split("\n")];
    if (lines.length < 2) return null;
    const rest = pre.cloneNode(false);
    const cut = (count) => ((pre.innerHTML = lines.slice(0, count).join("\n")), count);
    let kept = lines.length;
    do {
      kept = cut(kept - 1);
    } while (kept > 1 && !fits());
    if (pre.matches(".code")) { // a statement is not cut in two
      const start = words.findLastIndex((line, n) => n > 0 && n <= kept && /^[^\s)\]}]/.test(line) && !/^(else|elif|except|finally)\b/.test(line));
      if (start > 0) kept = cut(start);
    }
    rest.innerHTML = lines.slice(kept).join("\n");
    return rest;
  };

  const listOf = (block) => (block.matches("ul, ol") ? block : block.querySelector("tbody"));

  const splitList = (block, fits) => {
    const list = listOf(block);
    if (!list || list.children.length < 2) return null;
    const rest = block.cloneNode(true);
    listOf(rest).replaceChildren();
    for (const remark of all(":scope > p", block)) remark.remove(); // it stands below the rest
    do {
      listOf(rest).prepend(list.lastElementChild);
    } while (list.children.length > 1 && !fits());
    if (block.matches("ol")) rest.start = block.start + list.children.length;
    return rest;
  };

  /* A new slide below this one, with the blocks that it has no room for. */
  const goOn = (slide, blocks) => {
    const next = slide.cloneNode(false);
    next.removeAttribute("id");
    next.classList.toggle("later", blocks[0].matches(LATER));
    const heading = document.createElement("h4");
    heading.className = "heading";
    heading.innerHTML = slide.querySelector(".heading").innerHTML;
    const body = document.createElement("div");
    body.className = "body";
    body.append(...blocks);
    blocks[0].classList.remove("fragment"); // the slide does not begin empty
    next.append(heading, body);
    const notes = slide.querySelector("aside.notes");
    if (notes) next.append(notes.cloneNode(true));
    slide.after(next);
    return next;
  };

  /* A table with too many columns for any size: better small than cut off. */
  const shrink = (body) => {
    for (const block of body.children) {
      const wide = Math.max(block.scrollWidth, block.offsetWidth);
      if (wide > body.clientWidth + 1) block.style.zoom = body.clientWidth / wide;
    }
  };

  /* What belongs together: an answer to the sentences or the picture above it, a sentence to those beside it. */
  const bindTo = (moved, body) => {
    const take = () => (moved.unshift(body.lastElementChild), body.lastElementChild.remove());
    const said = "p, pre.printed";
    const least = [...body.children].every((it) => it.matches(said)) ? Math.ceil(body.children.length / 2) : 1; // no lone sentence
    const isText = () => body.children.length > least && body.lastElementChild.matches(`:is(${said}):not(pre.code + pre.printed)`);
    if (!moved[0]?.matches(".answer, p")) return;
    if (isText()) while (isText()) take();
    else if (moved[0].matches(".answer") && [...body.children].slice(0, -1).some((it) => !it.matches(said))) take();
  };

  /* Add a list or table to what is on a slide: whole in a smaller size, or as much as there is room for, and return the rest.
     Below a picture or code it is not parted, if it has room on a slide of its own. */
  const addPart = (body, block, fits) => {
    const isTooMuch = (size) => (body.style.setProperty("--size", `${size}px`), !fits());
    const size = body.style.getPropertyValue("--size");
    const others = [...body.children];
    const hasPicture = others.some((it) => it.matches(".figure, .explorer, pre.code"));
    if (hasPicture) {
      body.replaceChildren(block);
      const isAlone = !SPLIT.every(isTooMuch);
      body.replaceChildren(...others);
      body.style.setProperty("--size", size);
      if (isAlone) return block;
    }
    body.append(block);
    if (!SPLIT.every(isTooMuch)) return null;
    body.style.setProperty("--size", size);
    const rest = splitList(block, fits);
    if (rest && fits()) return rest;
    if (rest) listOf(block).append(...listOf(rest).children), block.append(...all(":scope > p", rest));
    block.remove();
    return block;
  };

  const fit = (slide) => {
    const body = bodyOf(slide);
    if (fitText(body)) return;
    setSizes(body, SPLIT.find((size) => (setSizes(body, size, 20), !isTooWide(body))) ?? SPLIT.at(-1), 20);
    if (isTooWide(body)) shrink(body);
    const moved = [];
    const fits = () => !overflows(body);
    while (!fits() && body.children.length > 1) {
      moved.unshift(body.lastElementChild);
      body.lastElementChild.remove();
    }
    if (!fits() && body.firstElementChild && !fitText(body)) {
      const block = body.firstElementChild;
      const rest = block.matches("pre") ? splitLines(block, fits) : splitList(block, fits);
      if (rest) moved.unshift(rest);
    } else if (moved.length && listOf(moved[0])) { // code and pictures move whole
      const rest = addPart(body, moved[0], fits);
      if (rest) moved[0] = rest;
      else moved.shift();
    }
    bindTo(moved, body);
    if (moved.length) fit(goOn(slide, moved));
  };

  /* ---- An explorer: as large as there is room, with its controls above its picture or beside it, also after it has shown something larger. */

  const roomFor = (block) => {
    const body = block.parentElement;
    const [style, gap] = [getComputedStyle(body.parentElement), parseFloat(getComputedStyle(body).rowGap)];
    const heading = body.previousElementSibling;
    const others = [...body.children].filter((it) => it !== block && it.offsetHeight).reduce((sum, it) => sum + it.offsetHeight + gap, 0);
    const head = heading.offsetHeight + parseFloat(getComputedStyle(heading).marginBottom);
    return 720 - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - head - others;
  };

  const largest = (block, host, room, isBeside) => {
    host.toggleAttribute("data-beside", isBeside);
    const panel = host.shadowRoot.querySelector(".panel");
    const picture = panel.querySelector(".picture");
    const fitsAt = (scale) => {
      host.style.setProperty("--lecture-explorer-scale", scale);
      return block.offsetHeight <= room && !(isBeside && picture.offsetWidth > panel.offsetWidth - SIDE);
    };
    let [low, high] = [0.2, 3];
    if (!fitsAt(low)) return 0;
    while (high - low > 0.01) {
      const middle = (low + high) / 2;
      if (fitsAt(middle)) low = middle;
      else high = middle;
    }
    fitsAt(low);
    return picture.offsetWidth;
  };

  const enlarge = (block) => {
    const host = block.querySelector(".lecture-explorer");
    if (!host.shadowRoot) return; // an older browser, with the first picture
    const room = roomFor(block);
    for (const size of CONTROLS) {
      block.style.fontSize = `${size}px`;
      const [above, beside] = [false, true].map((isBeside) => largest(block, host, room, isBeside));
      if (above > beside) largest(block, host, room, false);
      if (Math.max(above, beside) >= GOOD) return;
    }
  };

  const keepWithin = (block) => {
    const panel = block.querySelector(".lecture-explorer").shadowRoot?.querySelector(".panel");
    if (!panel) return;
    let asked = false;
    new ResizeObserver(() => {
      if (asked || !block.offsetHeight || block.parentElement.scrollHeight <= block.parentElement.clientHeight + 1) return;
      asked = true;
      requestAnimationFrame(() => ((asked = false), enlarge(block)));
    }).observe(panel);
  };

  /* ---- The deck. */

  const keepPowers = (node) => {
    const parts = node.data.split(POWER);
    if (parts.length < 2) return;
    const powers = node.data.match(POWER).map((text) => Object.assign(document.createElement("span"), { className: "power", textContent: text }));
    node.replaceWith(...parts.flatMap((part, n) => [part, ...powers.slice(n, n + 1)]));
  };

  await ready();
  const texts = all(".body :is(p, li, td, th), .body pre.printed").flatMap((it) => [...it.childNodes].filter((node) => node.nodeType === 3));
  texts.forEach(keepPowers);
  for (const pre of all(".body pre.printed")) narrow(pre);
  document.body.classList.add("parting");
  for (const slide of all(".slides section > section")) fit(slide);
  document.body.classList.remove("parting");
  for (const block of all(".body > .explorer")) enlarge(block), keepWithin(block);

  /* What answers to a key or a swipe itself keeps it. */
  for (const summary of all("summary")) {
    summary.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && event.stopPropagation());
  }
  document.body.classList.remove("fitting");
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, hash: true, transition: "none", slideNumber: "c/t", controls: false,
    scrollActivationWidth: null, pdfSeparateFragments: false, plugins: [RevealNotes],
  });
  /* What comes later takes its room from the explorer, once it is there. */
  const makeRoom = () => {
    const slide = Reveal.getCurrentSlide();
    if (slide.querySelector(".fragment")) all(".body > .explorer", slide).forEach(enlarge);
  };
  for (const type of ["slidechanged", "fragmentshown", "fragmenthidden"]) Reveal.on(type, makeRoom);
  makeRoom();
  document.body.dataset.ready = "";
})();
