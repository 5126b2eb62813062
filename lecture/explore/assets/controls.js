/* What explorers share: elements, the address, controls, and a picture with lines over it. It stands before the script of
   each kind of explorer, inside one function, so that no global name is left behind. */
const SVG = "http://www.w3.org/2000/svg";

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const draw = (tag, attributes) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

const inflate = (packed) => {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};

/* ---- The address: ?…&explorer=NAME&control=label&… What stands before `explorer` belongs to the page. */

const query = () => {
  const pairs = [...new URLSearchParams(location.search)];
  const at = pairs.findIndex(([name]) => name === "explorer");
  return at < 0 ? { page: pairs, state: [] } : { page: pairs.slice(0, at), state: pairs.slice(at) };
};

const remembered = (name) => {
  const [first, ...state] = query().state;
  return first && first[1] === name ? state : null;
};

const remember = (name, state) => {
  if (document.getElementById("jupyter-config-data")) return; // JupyterLab's address is its own
  const search = new URLSearchParams([...query().page, ["explorer", name], ...state]);
  try {
    history.replaceState(history.state, "", `${location.href.split(/[?#]/)[0]}?${search}${location.hash}`);
  } catch {
    // a page inside another one may have no address of its own
  }
};

/* ---- Controls: each is { row, index, set(index) }, and calls moved() when the reader has moved it. */

const slider = (spec, moved) => {
  const last = spec.labels.length - 1;
  const input = make("input", { type: "range", id: spec.name, min: 0, max: last, step: 1 });
  const value = make("output", { htmlFor: spec.name });
  value.style.minWidth = `${Math.max(...spec.labels.map((label) => label.length))}ch`;
  const button = make("button", { type: "button" });
  const control = {
    row: make("div", { className: "row" }, make("label", { htmlFor: spec.name, textContent: spec.title }), input, value, button),
    set(index) {
      control.index = index;
      input.value = index;
      value.textContent = spec.labels[index];
      input.setAttribute("aria-valuetext", spec.labels[index]);
    },
  };
  let timer;
  const play = (on) => {
    clearInterval(timer);
    control.playing = on;
    button.textContent = on ? "❚❚" : "▶";
    button.ariaLabel = `${on ? "Pause" : "Play"} ${spec.title}`;
    if (!on) return;
    if (control.index === last) control.set(0), moved();
    timer = setInterval(() => {
      if (control.index === last || !input.isConnected) return play(false);
      control.set(control.index + 1);
      moved();
    }, Math.min(600, Math.max(60, 8000 / last))); // all of it in about eight seconds
  };
  input.addEventListener("input", () => {
    play(false);
    control.set(input.valueAsNumber);
    moved();
  });
  button.addEventListener("click", () => play(!control.playing));
  play(false);
  return control;
};

const dropdown = (spec, moved) => {
  const input = make("select", { id: spec.name }, ...spec.labels.map((label) => make("option", { textContent: label })));
  const control = {
    row: make("div", { className: "row" }, make("label", { htmlFor: spec.name, textContent: spec.title }), input),
    set(index) {
      control.index = input.selectedIndex = index;
    },
  };
  input.addEventListener("change", () => {
    control.set(input.selectedIndex);
    moved();
  });
  return control;
};

const tick = (spec, moved) => {
  const input = make("input", { type: "checkbox", id: spec.name });
  const control = {
    row: make("div", { className: "row tick" }, input, make("label", { htmlFor: spec.name, textContent: spec.title })),
    set(index) {
      control.index = index;
      input.checked = index === 1;
    },
  };
  input.addEventListener("change", () => {
    control.set(Number(input.checked));
    moved();
  });
  return control;
};

/* All controls of an explorer, as the address or the data say, and the fold that holds them. `moved()` is called when
   the reader has moved one; `more()` gives further pairs for the address, which `keep()` writes. */
const controlsOf = (name, specs, moved, more = () => []) => {
  let timer;
  const keep = () => {
    clearTimeout(timer); // browsers allow few changes of the address a second
    timer = setTimeout(() => remember(name, [...controls.map((control, i) => [specs[i].name, specs[i].labels[control.index]]), ...more()]), 300);
  };
  const changed = () => {
    keep();
    return moved();
  };
  const state = remembered(name);
  const controls = specs.map((spec) => {
    const control = { slider, dropdown, tick }[spec.kind](spec, changed);
    const label = state?.find(([key]) => key === spec.name)?.[1];
    control.set(spec.labels.includes(label) ? spec.labels.indexOf(label) : spec.initial);
    return control;
  });
  const rows = make("div", { className: "rows", role: "group", ariaLabel: `Controls of ${name}` }, ...controls.map((control) => control.row));
  const fold = make("details", { className: "controls", open: !query().page.some(([key, value]) => key === "controls" && value === "hide") });
  fold.append(make("summary", { textContent: "Controls" }), rows);
  keepEvents(fold);
  return { controls, fold, state, keep };
};

/* Slides turn their pages on keys and swipes: those on a control end here. */
const keepEvents = (element) => {
  element.setAttribute("data-prevent-swipe", "");
  for (const type of ["keydown", "keyup", "keypress", "pointerdown", "pointermove", "pointerup", "touchstart", "touchmove", "touchend", "wheel"]) {
    element.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
  }
};

/* An SVG from Python, with a nested svg over its axes, which cuts off what leaves them. */
const sheetOf = () => {
  const overlay = draw("svg", { "aria-hidden": true });
  const window = draw("svg", {});
  overlay.append(window);
  const it = { window, image: make("img"), width: 0 }; // the width in points, as are all numbers in the SVG
  it.box = make("div", { className: "sheet" }, it.image, overlay);
  it.show = async (text, place) => {
    const next = make("img", { src: URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })) });
    await next.decode().catch(() => {}); // wait until it can be seen: no flicker
    it.image.replaceWith(next);
    URL.revokeObjectURL(it.image.src);
    it.image = next;
    overlay.style.display = place ? "" : "none";
    if (!place) return;
    const [, viewBox] = text.match(/<svg[^>]* viewBox="([^"]+)"/); // the picture's own: the page may show it at any size
    it.width = Number(viewBox.split(" ")[2]);
    overlay.setAttribute("viewBox", viewBox);
    const [x, y, wide, high] = place.window;
    for (const [key, value] of Object.entries({ x, y, width: wide, height: high, viewBox: place.window.join(" ") })) window.setAttribute(key, value);
  };
  return it;
};

const line = (points, color, width, dash) =>
  draw("polyline", { points, fill: "none", stroke: color, "stroke-width": width, "stroke-dasharray": dash.join(" "), "stroke-linejoin": "round" });

const legendEntry = (text, color, dash) => {
  const swatch = draw("svg", { viewBox: "0 0 36 12" });
  swatch.append(line("0,6 36,6", color, 3, dash));
  return make("li", {}, swatch, text);
};

/* Turns differences back into numbers, in place: each to the one `width` before it. */
const sums = (differences, width) => differences.map((_, i, all) => (all[i] += i < width ? 0 : all[i - width]));

/* The name of an explorer in the address: the second of one name on a page is NAME-2. */
const nameOf = (host) => {
  const twins = [...document.querySelectorAll(".lecture-explorer")].filter((it) => it.dataset.explorer === host.dataset.explorer);
  return twins.indexOf(host) ? `${host.dataset.explorer}-${twins.indexOf(host) + 1}` : host.dataset.explorer;
};

/* Puts a panel, `width` pixels wide where there is room, in the place of the first picture, and tells the page. */
const open = (host, style, panel, width, state) => {
  panel.style.setProperty("--picture", `calc(var(--lecture-explorer-scale, 1) * ${width}px)`);
  host.attachShadow({ mode: "open" }).append(make("style", { textContent: style }), panel);
  host.dispatchEvent(new Event("lecture-explorer", { bubbles: true })); // a page may add to it, as the book enlarges pictures
  if (state && !location.hash && !host.closest(".reveal")) host.scrollIntoView({ block: "center" });
};

/* Starts each explorer of a kind that no script has started yet. */
const startAll = (kind, start) => {
  for (const host of document.querySelectorAll(`.lecture-explorer[data-kind="${kind}"]:not([data-started])`)) {
    host.dataset.started = "";
    if ("DecompressionStream" in globalThis) start(host); // an older browser keeps the first picture
  }
};
