/* A walk over the loss of a small network. Python gives planes through its weights with the loss on a grid; the page
   interpolates it, lets an optimizer go down on it, and computes the network at any point of a plane. What it computes is
   at hand as `computes` on the explorer's element. */

const RUN = "#000000", AT = "#0072B2", REAL = "#56B4E9", CHANCE = "#CC79A7";
const FIELD = 13; // arrows along each side
const SECONDS = 3; // that a run takes to be shown

const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);

/* ---- The loss between the points of a grid: cubic convolution (Keys, 1981), as in lecture/landscape/plane.py. */

const shares = (t) => [((2 - t) * t - 1) * t, (3 * t - 5) * t * t + 2, ((4 - 3 * t) * t + 1) * t, (t - 1) * t * t].map((share) => share / 2);
const slopes = (t) => [(4 - 3 * t) * t - 1, (9 * t - 10) * t, (8 - 9 * t) * t + 1, (3 * t - 2) * t].map((slope) => slope / 2);

const surfaceOf = ({ grid, corner, spacing, n }) => {
  const values = floats(grid); // with one more row and column on each side
  const sum = (cells, ofA, ofB) => ofB.reduce((all, b, j) => all + b * ofA.reduce((row, a, i) => row + a * values[(cells[1] + j) * (n + 2) + cells[0] + i], 0), 0);
  const near = (point) => {
    const scaled = point.map((x, i) => (x - corner[i]) / spacing);
    const cells = scaled.map((x) => Math.min(Math.max(Math.floor(x), 0), n - 2));
    return [cells, scaled.map((x, i) => x - cells[i])];
  };
  const loss = (point) => {
    const [cells, [a, b]] = near(point);
    return sum(cells, shares(a), shares(b));
  };
  const slope = (point) => {
    const [cells, [a, b]] = near(point);
    return [sum(cells, slopes(a), shares(b)) / spacing, sum(cells, shares(a), slopes(b)) / spacing];
  };
  const contains = (point) => point.every((x, i) => x >= corner[i] && x <= corner[i] + (n - 1) * spacing);
  const within = (point) => point.map((x, i) => Math.min(Math.max(x, corner[i]), corner[i] + (n - 1) * spacing));
  return { loss, slope, contains, within, side: (n - 1) * spacing, corner };
};

/* ---- Update rules: those of lecture/optimizers/rules.py. Each returns a function of step, point and slope. */

const RULES = {
  "gradient descent": (rate) => (s, w, g) => w.map((x, i) => x - rate * g[i]),
  momentum: (rate) => {
    let v = [0, 0];
    return (s, w, g) => ((v = v.map((x, i) => 0.9 * x - rate * g[i])), w.map((x, i) => x + v[i]));
  },
  Adam: (rate) => {
    let m = [0, 0], G = [0, 0];
    return (s, w, g) => {
      m = m.map((x, i) => 0.9 * x + (1 - 0.9) * g[i]);
      G = G.map((x, i) => 0.999 * x + (1 - 0.999) * g[i] ** 2);
      const corrected = (rate * (1 - 0.999 ** (s + 1)) ** 0.5) / (1 - 0.9 ** (s + 1));
      return w.map((x, i) => x - (corrected * m[i]) / (Math.sqrt(G[i]) + 1e-7));
    };
  },
};

const descend = (surface, name, rate, start, steps) => {
  const step = RULES[name](rate), path = [start];
  for (let s = 0, point = start; s < steps; s++) {
    point = step(s, point, surface.slope(point));
    if (!surface.contains(point)) break;
    path.push(point);
  }
  return path;
};

/* ---- The network: dense layers, tanh between them. */

const predict = (sizes, theta, x) => {
  let values = [x], at = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    const p = sizes[layer - 1], q = sizes[layer], z = [];
    for (let unit = 0; unit < q; unit++) {
      let sum = theta[at + p * q + unit];
      for (let i = 0; i < p; i++) sum += values[i] * theta[at + i * q + unit];
      z.push(layer < sizes.length - 1 ? Math.tanh(sum) : sum);
    }
    values = z;
    at += (p + 1) * q;
  }
  return values[0];
};

/* ---- One explorer. */

const short = (x) => (Math.abs(x) >= 0.01 && Math.abs(x) < 1000 ? x.toFixed(3) : x.toPrecision(3));

const start = async (host) => {
  const { packed, style } = JSON.parse(host.querySelector("script").textContent);
  const { controls: specs, planes, net, pictures, nSteps, honest } = JSON.parse(await inflate(packed));
  const surfaces = planes.map(surfaceOf);
  const kept = floats(net.weights), P = planes[0].origin.length;

  const weightsAt = (plane, point) => planes[plane].origin.map((x, i) => x + point[0] * planes[plane].directions[0][i] + point[1] * planes[plane].directions[1][i]);
  const lossOf = (theta) => net.x.reduce((sum, x, i) => sum + (predict(net.sizes, theta, x) - net.y[i]) ** 2, 0) / net.x.length;
  const real = (record) => kept.subarray(record * P, (record + 1) * P);

  /* The state beside the controls: a point of the plane, the run of an optimizer, and whether the point is one of the training. */
  let point, run = null, record = 0, timer;
  const name = nameOf(host);
  const sheets = [sheetOf(), sheetOf(), sheetOf()];
  const [surface, curve, losses] = sheets;
  const value = (key) => {
    const at = specs.findIndex((spec) => spec.name === key);
    return at < 0 ? undefined : specs[at].labels[controls[at].index];
  };
  const indexOf = (key) => controls[specs.findIndex((spec) => spec.name === key)].index;
  const planeOf = () => (specs.some((spec) => spec.name === "plane") ? indexOf("plane") : 0);

  const legend = make("ul", { className: "legend", ariaHidden: "true" });
  const spoken = make("p", { className: "spoken", ariaLive: "polite" });
  const place = (which, [x, y], log) => [x, y].map((n, i) => (which.origin[i] + (i && log ? Math.log10(n) : n) * which.unit[i]).toFixed(2));
  const through = (which, points) => points.map((it) => place(which, it).join(",")).join(" ");
  const dot = ([cx, cy], color, r = 4.5) => draw("circle", { cx, cy, r, fill: color, stroke: "white", "stroke-width": 1.5 });

  /* ---- What is drawn over the pictures. */

  const field = (number, which) => {
    const { side, corner, slope } = surfaces[number], parts = [];
    const most = (0.45 * side) / FIELD;
    for (let row = 0; row < FIELD; row++) {
      for (let column = 0; column < FIELD; column++) {
        const from = [column, row].map((n, i) => corner[i] + ((n + 0.5) / FIELD) * side);
        const g = slope(from), length = Math.hypot(...g) || 1;
        const to = from.map((x, i) => x - (g[i] / length) * most);
        const [[x1, y1], [x2, y2]] = [place(which, from), place(which, to)];
        parts.push(draw("line", { x1, y1, x2, y2, stroke: "white", "stroke-width": 1, opacity: 0.8 }), draw("circle", { cx: x2, cy: y2, r: 1.6, fill: "white", opacity: 0.8 }));
      }
    }
    return parts;
  };

  const path = (which, points, color, dash) => {
    const text = through(which, points);
    return [line(text, "white", 3.5, []), line(text, color, 1.8, dash), dot(place(which, points.at(-1)), color, 3.5)];
  };

  const drawSurface = () => {
    const number = planeOf(), which = planes[number].place;
    surface.window.replaceChildren(
      ...(value("gradient_field") === "True" ? field(number, which) : []),
      ...(value("random_walk") === "True" ? path(which, planes[number].chance, CHANCE, [4, 2]) : []),
      ...(run ? path(which, run, RUN, []) : []),
      dot(place(which, point), AT),
    );
  };

  const drawCurve = () => {
    const theta = weightsAt(planeOf(), point), curveOf = (weights) => net.grid.map((x) => [x, predict(net.sizes, weights, x)]);
    curve.window.replaceChildren(
      ...(record === null ? [] : [line(through(net.place, curveOf(real(record))), REAL, 2, [5, 3])]),
      line(through(net.place, curveOf(theta)), AT, 2.2, []),
    );
  };

  const drawLosses = () => {
    const which = planes[planeOf()].losses;
    if (record === null) return losses.window.replaceChildren();
    const [x] = place(which, [net.steps[record], 1], true);
    const [, y, , high] = which.window;
    losses.window.replaceChildren(draw("line", { x1: x, x2: x, y1: y, y2: y + high, stroke: AT, "stroke-width": 1.2 }));
  };

  const sentences = () => {
    const number = planeOf(), theta = weightsAt(number, point);
    const said = [[`The point (${point.map((x) => x.toFixed(2).replace("-", "−")).join(", ")}): loss ${short(surfaces[number].loss(point))} on the grid, ${short(lossOf(theta))} of the network itself.`, AT, []]];
    if (record !== null) {
      const away = planes[number].leftOut[record];
      said.push([`The training after ${net.steps[record]} steps: ${away < 0.005 ? "on" : `${short(away)} away from`} the plane, loss ${short(net.loss[record])}.`, REAL, [7, 4]]);
    }
    if (value("optimizer") in RULES) {
      const made = () => {
        const [first, last] = [run[0], run.at(-1)].map((it) => short(surfaces[number].loss(it)));
        return `${run.length - 1} steps, loss ${first} to ${last}${run.length <= nSteps ? ", then out of the picture" : ""}`;
      };
      const waits = "starts where the surface is pressed";
      said.push([`${value("optimizer")}, learning rate ${value("learning_rate")}: ${run ? made() : waits}.`, RUN, []]);
    }
    if (value("random_walk") === "True") said.push([`Random walk: loss ${short(net.chance)} at its end.`, CHANCE, [5, 3]]);
    return said;
  };

  const redraw = () => {
    drawSurface();
    drawCurve();
    drawLosses();
    const said = sentences();
    legend.replaceChildren(...said.map((it) => legendEntry(...it)));
    surface.image.alt = [planes[planeOf()].alt, ...said.map(([text]) => text)].join(" ");
    if (!timer && !controls.some((control) => control.playing)) spoken.textContent = said.map(([text]) => text).join(" ");
    host.dataset.choice = controls.map((control) => control.index).join();
    host.dataset.point = point.join(",");
    host.dataset.run = run ? run.length - 1 : "";
  };

  let shown, busy = false;
  const showPlane = async () => {
    if (busy) return; // the one that is busy goes on until the last plane that was asked for is there
    busy = true;
    while (shown !== planeOf()) {
      shown = planeOf();
      const { picture, threads, place: on, losses: below, said } = planes[shown];
      await Promise.all([surface.show(pictures[picture].text, on), losses.show(pictures[threads].text, below)]);
      losses.image.alt = said;
    }
    busy = false;
  };

  /* ---- What the reader does. */

  const stop = () => (clearInterval(timer), (timer = undefined));

  const walkTo = (next) => {
    stop();
    record = null;
    point = surfaces[planeOf()].within(next);
    keep();
    redraw();
  };

  const begin = () => {
    stop();
    const optimizer = value("optimizer");
    run = optimizer in RULES ? descend(surfaces[planeOf()], optimizer, Number(value("learning_rate")), point, nSteps) : null;
    record = null;
    keep();
    if (!run) return redraw();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let at = still ? run.length - 1 : 0;
    const tick = () => {
      point = run[Math.min(at, run.length - 1)];
      if (at >= run.length - 1 || !host.isConnected) stop();
      at += Math.max(1, Math.round(nSteps / (SECONDS * 30)));
      redraw();
    };
    if (!still) timer = setInterval(tick, 1000 / 30);
    tick();
  };

  const toRecord = () => {
    stop();
    record = indexOf("training_step");
    point = surfaces[planeOf()].within(planes[planeOf()].path[record]);
  };

  let last;
  const changed = async () => {
    const before = last;
    last = controls.map((control) => control.index);
    const keys = specs.filter((spec, i) => before[i] !== last[i]).map((spec) => spec.name);
    if (keys.includes("plane")) run = null;
    if (keys.includes("plane") || keys.includes("training_step")) toRecord();
    await showPlane();
    if (!(value("optimizer") in RULES)) run = null;
    const again = run && keys.some((key) => key === "optimizer" || key === "learning_rate");
    if (again) point = run[0];
    return again ? begin() : redraw();
  };
  const where = () => (record === null ? [["at", (run ? run[0] : point).map((x) => x.toFixed(3)).join(",")]] : []);
  const { controls, fold, state, keep } = controlsOf(name, specs, changed, where);

  const go = make("button", { type: "button", className: "wide", textContent: "start the optimizer at the point" });
  go.addEventListener("click", begin);
  fold.querySelector(".rows").append(make("div", { className: "row tick" }, go));

  const box = surface.box;
  Object.assign(box, { tabIndex: 0, className: "sheet surface" });
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", "Surface of the loss. Arrow keys move the point, Enter starts the optimizer there.");
  const pointed = (event) => {
    const { left, top, width } = box.getBoundingClientRect();
    const which = planes[planeOf()].place;
    return [event.clientX - left, event.clientY - top].map((n, i) => ((n * surface.width) / width - which.origin[i]) / which.unit[i]);
  };
  let pressed = false;
  box.addEventListener("pointerdown", (event) => {
    if (event.button || !surfaces[planeOf()].contains(pointed(event))) return;
    pressed = true;
    if (event.pointerType === "mouse") box.setPointerCapture(event.pointerId);
    run = null;
    walkTo(pointed(event));
  });
  box.addEventListener("pointermove", (event) => pressed && walkTo(pointed(event)));
  box.addEventListener("pointerup", (event) => pressed && ((pressed = false), walkTo(pointed(event)), begin()));
  box.addEventListener("pointercancel", () => (pressed = false)); // the finger scrolls the page
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") begin();
    else if (event.key in ARROWS) {
      const stride = (event.shiftKey ? 0.1 : 0.02) * surfaces[planeOf()].side;
      walkTo(point.map((x, i) => x + ARROWS[event.key][i] * stride));
    } else return;
    event.preventDefault();
  });
  keepEvents(box);

  last = controls.map((control) => control.index);
  toRecord();
  const at = state?.find(([key]) => key === "at")?.[1].split(",").map(Number);
  if (at?.length === 2 && at.every(Number.isFinite)) (record = null), (point = surfaces[planeOf()].within(at));
  await Promise.all([showPlane(), curve.show(pictures[net.picture].text, net.place)]);
  curve.image.alt = net.alt;
  redraw();

  const [[w], [wide]] = [pictures[planes[0].picture].size, pictures[net.picture].size];
  const columns = make("div", { className: "sheets" }, ...sheets.map((sheet) => sheet.box));
  columns.style.setProperty("--columns", `${w}fr ${wide}fr`);
  const panel = make("div", { className: "panel" }, fold, make("div", { className: "picture" }, columns), legend, make("p", { className: "honest", textContent: honest }), spoken);
  host.computes = {
    loss: (plane, at) => surfaces[plane].loss(at),
    slope: (plane, at) => surfaces[plane].slope(at),
    curve: (plane, at) => net.grid.map((x) => predict(net.sizes, weightsAt(plane, at), x)),
    descend: (plane, optimizer, rate, from, steps) => descend(surfaces[plane], optimizer, rate, from, steps),
  };
  open(host, style, panel, w + wide, state);
};

startAll("walk", start);
