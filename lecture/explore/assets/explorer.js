/* Starts the explorers of this page that no script has started yet. Every explorer brings this script along, so that each
   works by itself; it leaves no global name behind. An explorer is a <div> with its first picture, for pages in which
   no script runs, and its data. Here it gets a shadow root with controls that choose among the pictures that the data
   hold. A "choice" is the number of a combination of values; the last control changes fastest, as in Python. */
(() => {
  "use strict";
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

  /* Turns differences back into numbers, in place: each to the one `width` before it. */
  const sums = (differences, width) => differences.map((_, i, all) => (all[i] += i < width ? 0 : all[i - width]));

  /* ---- Paths: whole numbers, in units of the last decimal kept, so that text and lines are Python's exactly. */

  const unpackPaths = (paths) => {
    const runs = paths.runs.map((run) => sums(run, 2)); // x0, y0, x1, y1, …
    let scene = [];
    const scenes = paths.scenes.map((row) => (scene = row.map((difference, i) => difference + (scene[i] ?? 0))));
    const trace = (number, place) => {
      const [style, run, length, ending] = paths.traces[number];
      const [name, color, dash] = paths.styles[style];
      return { name, color, dash, ending, place, points: runs[run].slice(0, 2 * length) };
    };
    return (choice, picture) => scenes[choice].map((number) => trace(number, paths.places[picture]));
  };

  const sentence = ({ name, ending, points, place }) => {
    if (!points.length) return `${name}: not in the picture.`;
    const steps = points.length / 2 - 1;
    const after = `${steps} step${steps === 1 ? "" : "s"}`;
    if (ending === "far") return `${name}: far outside after ${after}.`;
    const [x, y] = points.slice(-2).map((n, i) => (n / 10 ** place.decimals[i]).toFixed(place.decimals[i]));
    return `${name}: ${ending ? `ends after ${after}, at` : `${after}, to`} (${x}, ${y}).`;
  };

  const line = (points, color, width, dash) =>
    draw("polyline", { points, fill: "none", stroke: color, "stroke-width": width, "stroke-dasharray": dash.join(" "), "stroke-linejoin": "round" });

  const drawPaths = (window, traces) => {
    const parts = [];
    for (const { color, dash, points, place } of traces.filter((trace) => trace.points.length)) {
      const at = points.map((n, i) => (place.origin[i % 2] + n * place.unit[i % 2]).toFixed(2));
      const text = at.reduce((all, n, i) => all + (i % 2 ? "," : " ") + n, "").trim();
      const [cx, cy] = at.slice(-2);
      parts.push(line(text, "white", 4, []), line(text, color, 2, dash), draw("circle", { cx, cy, r: 3.5, fill: color, stroke: "white" }));
    }
    window.replaceChildren(...parts);
  };

  const legendEntry = (trace) => {
    const swatch = draw("svg", { viewBox: "0 0 36 12" });
    swatch.append(line("0,6 36,6", trace.color, 3, trace.dash));
    return make("li", {}, swatch, sentence(trace));
  };

  /* ---- One explorer. */

  const start = async (host) => {
    const data = JSON.parse(host.querySelector("script").textContent);
    const { controls: specs, lines, pictures, sizes, shown, said, captions, paths } = JSON.parse(await inflate(data.packed));
    const drawings = pictures.map((differences) => sums(differences, 1)); // the lines of each, by their numbers
    const tracesOf = paths ? unpackPaths(paths) : () => [];

    const twins = [...document.querySelectorAll(".lecture-explorer")].filter((it) => it.dataset.explorer === host.dataset.explorer);
    const name = twins.indexOf(host) ? `${host.dataset.explorer}-${twins.indexOf(host) + 1}` : host.dataset.explorer;

    let image = make("img");
    const overlay = draw("svg", { "aria-hidden": true });
    const window = draw("svg", {}); // a nested svg cuts off what leaves the axes
    overlay.append(window);
    const sheet = make("div", { className: "sheet" }, image, overlay);
    const legend = make("ul", { className: "legend", ariaHidden: "true" }); // its sentences are in the alternative text
    const spoken = make("p", { className: "spoken", ariaLive: "polite" });

    const width = Math.max(...sizes.map(([w]) => w));
    const height = Math.max(...sizes.map(([, h]) => h));
    const picture = make("div", { className: "picture" }, sheet);
    picture.style.aspectRatio = `${width} / ${height}`; // room for the largest, so that nothing below it jumps

    const showPicture = async (number) => {
      const next = make("img", { src: URL.createObjectURL(new Blob([drawings[number].map((line) => lines[line]).join("\n")], { type: "image/svg+xml" })) });
      await next.decode().catch(() => {}); // wait until it can be seen: no flicker
      image.replaceWith(next);
      URL.revokeObjectURL(image.src);
      image = next;
      const [w, h] = sizes[number];
      sheet.style.width = `${(100 * w) / width}%`;
      const place = paths?.places[number];
      overlay.style.display = place ? "" : "none";
      if (!place) return;
      overlay.setAttribute("viewBox", `0 0 ${0.75 * w} ${0.75 * h}`); // the SVGs are in points
      const [x, y, wide, high] = place.window;
      for (const [key, value] of Object.entries({ x, y, width: wide, height: high, viewBox: place.window.join(" ") })) window.setAttribute(key, value);
    };

    /* Shows what is wanted last. Moves that come while a picture is being decoded are left out, but for the last. */
    let wanted, visible, pictured, busy = false;
    const show = async () => {
      if (busy) return;
      busy = true;
      while (visible !== wanted) {
        const choice = wanted;
        if (shown[choice] !== pictured) await showPicture((pictured = shown[choice]));
        const traces = tracesOf(choice, pictured);
        const sentences = traces.map(sentence);
        if (paths) drawPaths(window, traces), legend.replaceChildren(...traces.map(legendEntry));
        image.alt = [captions[said[choice]], ...sentences].join(" ");
        if (visible !== undefined && !controls.some((control) => control.playing)) spoken.textContent = image.alt;
        visible = choice;
      }
      busy = false;
      host.dataset.choice = visible;
    };

    let timer;
    const moved = () => {
      wanted = controls.reduce((choice, control, i) => choice * specs[i].labels.length + control.index, 0);
      clearTimeout(timer); // browsers allow few changes of the address a second
      timer = setTimeout(() => remember(name, controls.map((control, i) => [specs[i].name, specs[i].labels[control.index]])), 300);
      return show();
    };

    const state = remembered(name);
    const controls = specs.map((spec) => {
      const control = { slider, dropdown, tick }[spec.kind](spec, moved);
      const label = state?.find(([key]) => key === spec.name)?.[1];
      control.set(spec.labels.includes(label) ? spec.labels.indexOf(label) : spec.initial);
      return control;
    });

    const rows = make("div", { className: "rows", role: "group", ariaLabel: `Controls of ${name}` }, ...controls.map((control) => control.row));
    const fold = make("details", { className: "controls", open: !query().page.some(([key, value]) => key === "controls" && value === "hide") });
    fold.append(make("summary", { textContent: "Controls" }), rows);
    fold.setAttribute("data-prevent-swipe", "");
    /* Slides turn their pages on keys and swipes: those on a control end here. */
    for (const type of ["keydown", "keyup", "keypress", "pointerdown", "pointermove", "pointerup", "touchstart", "touchmove", "touchend", "wheel"]) {
      fold.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    }

    const panel = make("div", { className: "panel" }, ...(specs.length ? [fold] : []), picture, legend, spoken);
    panel.style.setProperty("--picture", `calc(var(--lecture-explorer-scale, 1) * ${width}px)`);
    wanted = controls.reduce((choice, control, i) => choice * specs[i].labels.length + control.index, 0);
    await show();
    host.attachShadow({ mode: "open" }).append(make("style", { textContent: data.style }), panel);
    if (state && !location.hash && !host.closest(".reveal")) host.scrollIntoView({ block: "center" });
  };

  for (const host of document.querySelectorAll(".lecture-explorer:not([data-started])")) {
    host.dataset.started = "";
    if ("DecompressionStream" in globalThis) start(host); // an older browser keeps the first picture
  }
})();
