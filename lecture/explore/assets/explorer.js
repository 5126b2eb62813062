/* Starts the explorers of this page that no script has started yet. Every explorer brings this script along, so that each
   works by itself. An explorer is a <div> with its first picture, for pages in which no script runs, and its data. Here it
   gets a shadow root with controls that choose among the pictures that the data hold. A "choice" is the number of a
   combination of values; the last control changes fastest, as in Python. */

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

/* ---- One explorer. */

const start = async (host) => {
  const data = JSON.parse(host.querySelector("script").textContent);
  const { controls: specs, lines, pictures, sizes, shown, said, captions, paths } = JSON.parse(await inflate(data.packed));
  const drawings = pictures.map((differences) => sums(differences, 1)); // the lines of each, by their numbers
  const tracesOf = paths ? unpackPaths(paths) : () => [];

  const name = nameOf(host);
  const sheet = sheetOf();
  const legend = make("ul", { className: "legend", ariaHidden: "true" }); // its sentences are in the alternative text
  const spoken = make("p", { className: "spoken", ariaLive: "polite" });

  const width = Math.max(...sizes.map(([w]) => w));
  const height = Math.max(...sizes.map(([, h]) => h));
  const picture = make("div", { className: "picture" }, sheet.box);
  picture.style.aspectRatio = `${width} / ${height}`; // room for the largest, so that nothing below it jumps

  const showPicture = async (number) => {
    await sheet.show(drawings[number].map((line) => lines[line]).join("\n"), paths?.places[number]);
    sheet.box.style.width = `${(100 * sizes[number][0]) / width}%`;
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
      if (paths) drawPaths(sheet.window, traces), legend.replaceChildren(...traces.map((trace) => legendEntry(sentence(trace), trace.color, trace.dash)));
      sheet.image.alt = [captions[said[choice]], ...sentences].join(" ");
      if (visible !== undefined && !controls.some((control) => control.playing)) spoken.textContent = sheet.image.alt;
      visible = choice;
    }
    busy = false;
    host.dataset.choice = visible;
  };

  const choiceOf = () => controls.reduce((choice, control, i) => choice * specs[i].labels.length + control.index, 0);
  const { controls, fold, state } = controlsOf(name, specs, () => {
    wanted = choiceOf();
    return show();
  });

  const panel = make("div", { className: "panel" }, ...(specs.length ? [fold] : []), picture, legend, spoken);
  wanted = choiceOf();
  await show();
  open(host, data.style, panel, width, state);
};

startAll("pictures", start);
