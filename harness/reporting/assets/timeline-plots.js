/* The timeline of a run: data, colours, words, zoom, and how a plot is made.

   Every lane, whatever it shows, is a uPlot plot, so that scales, zoom and cursor are the
   library's; lanes of spans and operations paint themselves in its draw hook. The three timeline
   scripts share their names: timeline-plots.js, then timeline-lanes.js, then timeline-page.js. */
"use strict";

const data = JSON.parse(document.getElementById("timeline-data").textContent);
const place = document.getElementById("charts");
const RIGHT = 18;
const LANE = 22;
const AXIS = 26;
const NARROWEST = 1e-6; // seconds: times on this page are whole microseconds
const end = Math.max(data.end, NARROWEST);
const plots = [];
let zoomed = [0, end];
let zooming = false;
let lit = -1; // the operation that a reader asked to see

/* The gutter on the left is as wide as the longest name needs, within reason. */
const FONT = "12px system-ui, sans-serif";
const GUTTER = (() => {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = FONT;
  const named = [data.faults, data.tasks, data.groups, data.leaders, data.operations];
  const widths = named.flatMap(({ names }) => names.map((name) => ctx.measureText(name).width));
  return Math.ceil(Math.min(260, Math.max(100, ...widths) + 18));
})();

/* Colours come from the style sheet and are asked for once per theme. */
let colours = new Map();
const colour = (name) => {
  if (!colours.has(name)) {
    const style = getComputedStyle(document.documentElement);
    colours.set(name, style.getPropertyValue(`--${name}`).trim());
  }
  return colours.get(name);
};
const toneColour = (tone) => {
  const one = /^(?:broker|worker)-(\d+)$/.exec(tone);
  return colour(one ? `series-${one[1] % 8}` : TONES[tone] || "quiet");
};
const TONES = {
  "phase-0": "phase-0",
  "phase-1": "phase-1",
  fault: "fault",
  unproved: "unknown",
  leaderless: "invalid",
  failed: "invalid",
  unassigned: "unknown",
  restarting: "unknown",
  paused: "phase-1",
  stopped: "phase-1",
  "group-stable": "series-2",
  "group-rebalance": "unknown",
  "group-empty": "phase-1",
  "group-dead": "phase-1",
};
/* What no witness measured, and what nobody runs, is hatched, not filled. */
const HATCHED = new Set(["unproved", "unassigned", "restarting"]);
/* What must not be painted over, however short it was. */
const LOUD = new Set(["failed", "leaderless", "group-rebalance"]);
const inkOn = (fill) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#16191d" : "#ffffff";
};

/* Words. */
const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
const clock = (value, step) => {
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step))));
  if (end < 600) return `${value.toFixed(digits)} s`;
  const minutes = Math.floor(value / 60);
  const rest = (value - minutes * 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return `${minutes}:${rest}`;
};
const exact = (value) => clock(value, Math.max(1e-4, (zoomed[1] - zoomed[0]) / 2000));
const element = (name, words, kind) => {
  const made = document.createElement(name);
  if (words) made.textContent = words;
  if (kind) made.className = kind;
  return made;
};

/* Zoom: one range for all plots. */
const range = element("span");
const zoom = (from, to) => {
  const width = Math.max(to - from, NARROWEST);
  const start = Math.min(Math.max(0, from), end - Math.min(width, end));
  zoomed = [start, Math.min(end, start + width)];
  range.textContent = `${exact(zoomed[0])} to ${exact(zoomed[1])} of ${exact(end)}`;
  zooming = true;
  for (const plot of plots) plot.setScale("x", { min: zoomed[0], max: zoomed[1] });
  zooming = false;
};
const onScale = (plot, key) => {
  if (key === "x" && !zooming && plots.includes(plot)) zoom(plot.scales.x.min, plot.scales.x.max);
};

/* What the pointer is on. */
const tip = element("div");
tip.id = "tip";
tip.hidden = true;
const tell = (words, event) => {
  tip.hidden = !words;
  if (!words) return;
  tip.textContent = words;
  const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
  const above = event.clientY + 16 + tip.offsetHeight > innerHeight;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${above ? event.clientY - 12 - tip.offsetHeight : event.clientY + 16}px`;
};

const steps = [];
for (let power = 1e-6; power < 1; power *= 10) steps.push(power, 2 * power, 5 * power);
steps.push(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400);

const timeAxis = (shown) => ({
  size: shown ? AXIS : 0,
  gap: 2,
  font: FONT,
  stroke: () => colour("quiet"),
  grid: { stroke: () => colour("line"), width: 1 },
  ticks: { show: shown, size: 4, stroke: () => colour("line") },
  incrs: steps,
  space: 70,
  values: (_, splits, __, ___, step) => splits.map((at) => (shown ? clock(at, step) : "")),
});

/* Faults as a shade behind every lane: what dips while something is broken lines up with it. */
const shade = (plot) => {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  ctx.fillStyle = colour("band");
  for (const [from, to] of broken) {
    const left = plot.valToPos(from, "x", true);
    ctx.fillRect(left, bbox.top, plot.valToPos(to, "x", true) - left, bbox.height);
  }
  ctx.restore();
};
const broken = [];
for (const span of [...data.faults.spans].sort((a, b) => a.start - b.start)) {
  const last = broken[broken.length - 1];
  if (last && span.start <= last[1]) last[1] = Math.max(last[1], span.end);
  else broken.push([span.start, span.end]);
}
const clip = ({ ctx, bbox }) => {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
};

const titled = (title, swatches) => {
  const head = element("div", "", "lane-title");
  head.append(element("strong", title), ...swatches);
  place.append(head);
  return head;
};
const swatch = (words, fill, kind) => {
  const made = element("span", "", "swatch");
  const box = element("i", "", kind);
  if (fill) box.style.background = `var(--${fill})`;
  made.append(box, words);
  return made;
};

const width = () => Math.max(480, place.clientWidth);
const addPlot = (options, values) => {
  const plot = new uPlot(
    {
      width: width(),
      padding: [0, RIGHT, 0, 0],
      legend: { show: false },
      ...options,
      cursor: {
        y: false,
        drag: { x: true, y: false, dist: 4 },
        bind: { dblclick: () => () => zoom(0, end) },
        sync: { key: "run", filters: { pub: (kind) => /^mouse(move|leave)$/.test(kind) } },
        ...options.cursor,
      },
      hooks: { drawClear: [shade], setScale: [onScale], ...options.hooks },
    },
    values,
    place,
  );
  plots.push(plot);
  return plot;
};

/* A plot of named lanes: `paint(plot, box)` draws, `read(lane, time, slack)` says what is there. */
const addLanes = (names, { label, height = LANE, axis = false, paint, read, choose }) => {
  const tall = names.length * height;
  const draw = (plot) => {
    const { ctx, bbox } = plot;
    const ratio = bbox.height / tall;
    const box = (lane) => [bbox.top + lane * height * ratio, height * ratio];
    ctx.save();
    ctx.font = `${12 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    ctx.fillStyle = colour("ink");
    names.forEach((name, lane) => {
      const [top, size] = box(lane);
      ctx.fillText(
        fitted(ctx, name, bbox.left - 14 * ratio),
        bbox.left - 8 * ratio,
        top + size / 2,
      );
    });
    clip(plot);
    ctx.textAlign = "left";
    paint(plot, box, ratio);
    ctx.restore();
  };
  const plot = addPlot(
    {
      height: tall + (axis ? AXIS : 0),
      cursor: { points: { show: false } },
      scales: { x: { time: false }, y: { range: [0, 1] } },
      series: [{}, {}],
      axes: [
        timeAxis(axis),
        { size: GUTTER, grid: { show: false }, ticks: { show: false }, values: () => [] },
      ],
      hooks: { draw: [draw] },
    },
    [
      [0, end],
      [null, null],
    ],
  );
  plot.root.setAttribute("role", "img");
  plot.root.setAttribute("aria-label", label);
  const under = (event) => {
    const { left, top } = plot.over.getBoundingClientRect();
    const time = plot.posToVal(event.clientX - left, "x");
    const slack = plot.posToVal(event.clientX - left + 4, "x") - time;
    return read(Math.floor((event.clientY - top) / height), time, slack);
  };
  plot.over.addEventListener("mousemove", (event) => {
    const found = under(event);
    plot.over.style.cursor = found && found.goes ? "pointer" : "crosshair";
    tell(found && found.words, event);
  });
  plot.over.addEventListener("mouseleave", () => tell(""));
  if (choose) plot.over.addEventListener("click", (event) => choose(under(event)));
  return plot;
};
const fitted = (ctx, words, room) => {
  if (ctx.measureText(words).width <= room) return words;
  let kept = words.length;
  while (kept > 1 && ctx.measureText(`${words.slice(0, kept)}\u2026`).width > room) kept -= 1;
  return kept > 1 ? `${words.slice(0, kept)}\u2026` : "";
};
