/* The timeline of a run. Every lane, whatever it shows, is a uPlot plot, so that scales, zoom and
   cursor are the library's; lanes of spans and operations paint themselves in its draw hook. */
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("timeline-data").textContent);
  const place = document.getElementById("charts");
  const GUTTER = 150;
  const RIGHT = 18;
  const LANE = 22;
  const AXIS = 26;
  const NARROWEST = 1e-6; // seconds: times on this page are whole microseconds
  const end = Math.max(data.end, NARROWEST);
  const plots = [];
  let zoomed = [0, end];
  let zooming = false;
  let lit = -1; // the operation that a reader asked to see

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
    const broker = /^broker-(\d+)$/.exec(tone);
    if (broker) return colour(`series-${broker[1] % 8}`);
    return colour({ leaderless: "invalid", unproved: "unknown" }[tone] || tone);
  };
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
    font: "12px system-ui, sans-serif",
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
        ctx.fillText(fitted(ctx, name, bbox.left - 14 * ratio), bbox.left - 8 * ratio, top + size / 2);
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
        axes: [timeAxis(axis), { size: GUTTER, grid: { show: false }, ticks: { show: false }, values: () => [] }],
        hooks: { draw: [draw] },
      },
      [[0, end], [null, null]],
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

  /* Lanes of spans: phases, faults, leadership. */
  const addSpans = (title, lanes, { axis = false, swatches = [] }) => {
    if (!lanes.names.length) return;
    const more = lanes.left_out ? [element("span", `${lanes.left_out} more are not drawn`, "quiet")] : [];
    titled(title, [...swatches, ...more]);
    const paint = (plot, box, ratio) => {
      const { ctx } = plot;
      for (const span of lanes.spans) {
        const left = plot.valToPos(span.start, "x", true);
        const wide = Math.max(plot.valToPos(span.end, "x", true) - left, 2 * ratio);
        const [top, size] = box(span.lane);
        const fill = toneColour(span.tone);
        const tall = size - 4 * ratio;
        const unproved = span.tone === "unproved";
        ctx.globalAlpha = 0.25;
        ctx.fillStyle = fill;
        if (span.share < 1 || unproved) ctx.fillRect(left, top + 2 * ratio, wide, tall);
        if (unproved) hatch(ctx, left, top + 2 * ratio, wide, tall, ratio);
        ctx.globalAlpha = 1;
        const filled = unproved ? 0 : tall * Math.max(span.share, 0.12);
        ctx.fillRect(left, top + 2 * ratio + tall - filled, wide, filled);
        ctx.fillStyle = span.share < 0.7 || unproved ? colour("ink") : inkOn(fill);
        const from = Math.max(left, plot.bbox.left);
        const room = Math.min(left + wide, plot.bbox.left + plot.bbox.width) - from - 8 * ratio;
        if (room > 5 * ratio) ctx.fillText(fitted(ctx, span.label, room), from + 5 * ratio, top + size / 2);
        ctx.fillStyle = colour("ground");
        ctx.fillRect(left, top + 2 * ratio, ratio, tall);
      }
    };
    const read = (lane, time, slack) => {
      const found = lanes.spans.find(
        (span) => span.lane === lane && span.start - slack <= time && time <= span.end + slack
          && (span.end - span.start <= 2 * slack || (span.start <= time && time <= span.end)),
      );
      if (!found) return null;
      const what = found.note || found.label;
      return { words: `${lanes.names[lane]}: ${what}\n${exact(found.start)} to ${exact(found.end)}` };
    };
    addLanes(lanes.names, { label: title, axis, paint, read });
  };
  /* What no witness measured is hatched, not filled. */
  const hatch = (ctx, left, top, wide, tall, ratio) => {
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, wide, tall);
    ctx.clip();
    ctx.beginPath();
    ctx.strokeStyle = colour("unknown");
    ctx.lineWidth = 1.5 * ratio;
    const from = Math.max(left, 0);
    const to = Math.min(left + wide, ctx.canvas.width);
    for (let x = from - tall; x < to; x += 7 * ratio) {
      ctx.moveTo(x, top + tall);
      ctx.lineTo(x + tall, top);
    }
    ctx.stroke();
    ctx.restore();
  };

  /* Operations: one mark each, or a density where they are too many; those of anomalies with a pin. */
  const [OP, ROW, START, END, OUTCOME, PIN, ANOMALY, TEXT] = [0, 1, 2, 3, 4, 5, 6, 7];
  const OUTCOMES = ["ok", "fail", "info"];
  const operations = data.operations;
  const byOp = new Map(operations.marks.map((mark) => [mark[OP], mark]));
  // Pins that count are drawn last, over those that are allowed.
  const pinned = operations.marks.filter((mark) => mark[PIN]).sort((a, b) => (a[PIN] < b[PIN] ? -1 : 1));

  const paintMarks = (plot, box, ratio) => {
    const { ctx } = plot;
    for (const outcome of OUTCOMES) {
      ctx.fillStyle = colour(outcome);
      for (const mark of operations.marks) {
        if (mark[OUTCOME] !== outcome) continue;
        const [top, size] = box(mark[ROW]);
        const left = plot.valToPos(mark[START], "x", true);
        const right = plot.valToPos(mark[END] === null ? end : mark[END], "x", true);
        const rise = outcome === "ok" ? 0.42 : 0.24;
        ctx.globalAlpha = 0.3;
        const thin = mark[END] === null ? 0.12 : 0.9 - rise;
        ctx.fillRect(left, top + size * (0.9 - thin), right - left, size * thin);
        ctx.globalAlpha = 1;
        ctx.fillRect(left, top + size * rise, 1.5 * ratio, size * (0.9 - rise));
      }
    }
  };
  const paintPins = (plot, box, ratio) => {
    const { ctx } = plot;
    for (const mark of pinned) pin(ctx, plot, box, ratio, mark, 4);
    const mark = byOp.get(lit);
    if (!mark) return;
    const [top, size] = box(mark[ROW]);
    const left = plot.valToPos(mark[START], "x", true);
    const right = plot.valToPos(mark[END] === null ? end : mark[END], "x", true);
    ctx.strokeStyle = colour("ink");
    ctx.lineWidth = 2 * ratio;
    ctx.strokeRect(left - 3 * ratio, top + ratio, Math.max(right - left, 2 * ratio) + 6 * ratio, size - 2 * ratio);
  };
  const pin = (ctx, plot, box, ratio, mark, half) => {
    const [top] = box(mark[ROW]);
    const x = plot.valToPos(mark[START], "x", true);
    ctx.beginPath();
    ctx.moveTo(x - half * ratio, top + ratio);
    ctx.lineTo(x + half * ratio, top + ratio);
    ctx.lineTo(x, top + 8 * ratio);
    ctx.closePath();
    const counts = mark[PIN] === "counts";
    ctx.fillStyle = colour(counts ? "invalid" : "ground");
    ctx.strokeStyle = colour(counts ? "ground" : "quiet");
    ctx.lineWidth = (counts ? 0.7 : 1.4) * ratio;
    ctx.fill();
    ctx.stroke();
  };
  const paintDensities = (plot, box, ratio) => {
    const { ctx } = plot;
    for (const lane of operations.densities) {
      const most = Math.max(1, ...lane.column.map((_, at) => lane.ok[at] + lane.fail[at] + lane.info[at]));
      const [top, size] = box(lane.lane);
      lane.column.forEach((column, at) => {
        const left = plot.valToPos(column * operations.column, "x", true);
        const wide = plot.valToPos((column + 1) * operations.column, "x", true) - left;
        let floor = top + size * 0.95;
        for (const outcome of OUTCOMES) {
          const count = lane[outcome][at];
          if (!count) continue;
          // A single bad operation among thousands still gets three pixels.
          const least = outcome === "ok" ? 1 : 3;
          const tall = Math.max(least * ratio, (count / most) * size * 0.68);
          ctx.fillStyle = colour(outcome);
          ctx.fillRect(left, floor - tall, Math.max(wide, ratio), tall);
          floor -= tall;
        }
      });
    }
  };
  const readOperation = (lane, time, slack) => {
    let best = null;
    let least = Infinity;
    for (const mark of operations.marks) {
      if (mark[ROW] !== lane) continue;
      const away = Math.abs(mark[START] - time) * (mark[PIN] ? 0.3 : 1);
      const within = away <= slack || (mark[START] <= time && mark[END] !== null && time <= mark[END]);
      if (within && away < least) [best, least] = [mark, away];
    }
    if (best) return { words: operationWords(best), goes: best[ANOMALY] >= 0, anomaly: best[ANOMALY] };
    return readDensity(lane, time);
  };
  const operationWords = (mark) => {
    const took = mark[END] === null ? "never completed" : `took ${number((mark[END] - mark[START]) * 1000)} ms`;
    const where = mark[ANOMALY] >= 0 ? "choose it to see the proof" : "see verdict.json";
    const named = mark[PIN] ? `\nnamed by an anomaly that ${mark[PIN] === "counts" ? "counts" : "is allowed"}: ${where}` : "";
    return `operation ${mark[OP]}, ${operations.names[mark[ROW]]}, ${mark[OUTCOME]}\n${mark[TEXT]}\n${exact(mark[START])}, ${took}${named}`;
  };
  const readDensity = (row, time) => {
    const lane = operations.densities.find((density) => density.lane === row);
    const at = lane ? lane.column.indexOf(Math.floor(time / operations.column)) : -1;
    if (at < 0) return null;
    const counts = OUTCOMES.map((outcome) => `${lane[outcome][at].toLocaleString("en")} ${outcome}`);
    return { words: `${operations.names[row]}, ${exact(lane.column[at] * operations.column)}\n${counts.join(", ")}` };
  };
  const addOperations = () => {
    if (!operations.names.length) return null;
    const dense = operations.densities.length > 0;
    const words = dense ? "Operations, how many were invoked when" : "Operations";
    const more = operations.left_out
      ? [element("span", `${operations.left_out} more processes are not drawn`, "quiet")]
      : [];
    titled(words, [
      swatch("ok", "ok"),
      swatch("fail: did not happen", "fail"),
      swatch("info: may have happened", "info"),
      ...(pinned.length ? [swatch("named by an anomaly", "", "pin")] : []),
      ...more,
    ]);
    return addLanes(operations.names, {
      label: words,
      height: 28,
      axis: true,
      read: readOperation,
      choose: (found) => found && found.goes && open(found.anomaly),
      paint: (plot, box, ratio) => {
        (dense ? paintDensities : paintMarks)(plot, box, ratio);
        paintPins(plot, box, ratio);
      },
    });
  };

  /* Charts. */
  const decades = (_, __, least, most) => {
    const found = [];
    for (let at = Math.ceil(Math.log10(least) - 1e-9); 10 ** at <= most * 1.001; at += 1) found.push(10 ** at);
    return found;
  };
  const addChart = (chart, axis) => {
    if (!chart.labels.length) return;
    const readings = chart.labels.map((label, at) => {
      const made = swatch(`${label} `, `chart-${at}`);
      made.append(element("b"));
      return made;
    });
    titled(`${chart.title}, ${chart.unit}`, readings);
    const logarithmic = chart.unit === "ms";
    const above = (values) => values.map((value) => (value === null ? null : Math.max(value, 1e-3)));
    const rows = logarithmic ? chart.columns.map(above) : chart.columns;
    const show = (plot) => {
      const at = plot.cursor.idx;
      readings.forEach((made, row) => {
        const value = at === null || at === undefined ? null : chart.columns[row][at];
        made.lastChild.textContent = value === null || value === undefined ? "" : number(value);
      });
    };
    const times = rows[0].map((_, at) => at * data.bucket);
    addPlot(
      {
        height: 120 + (axis ? AXIS : 0),
        padding: [8, RIGHT, 4, 0],
        scales: {
          x: { time: false },
          y: logarithmic ? { distr: 3, range: (_, least, most) => uPlot.rangeLog(least || 1, most || 10, 10, true) } : { range: (_, __, most) => [0, Math.max(1, most * 1.08)] },
        },
        axes: [
          timeAxis(axis),
          {
            size: GUTTER,
            gap: 6,
            font: "12px system-ui, sans-serif",
            stroke: () => colour("quiet"),
            grid: { stroke: () => colour("line"), width: 1 },
            ticks: { show: false },
            space: 28,
            ...(logarithmic ? { splits: decades } : {}),
            values: (_, splits) => splits.map((value) => (value === null ? "" : number(value))),
          },
        ],
        series: [
          {},
          ...rows.map((_, at) => ({
            stroke: () => colour(`chart-${at}`),
            width: 1.5,
            points: { size: 4 },
            paths: logarithmic ? undefined : uPlot.paths.stepped({ align: 1 }),
          })),
        ],
        hooks: { setCursor: [show] },
      },
      [times, ...rows],
    );
  };

  /* From an anomaly to the timeline, and back. */
  const open = (anomaly) => {
    const found = document.getElementById(`anomaly-${anomaly}`);
    if (!found) return;
    found.open = true;
    history.replaceState(null, "", `#${found.id}`);
    found.scrollIntoView({ block: "start" });
  };
  const show = (ops, op) => {
    const marks = ops.map((each) => byOp.get(each)).filter(Boolean);
    if (!marks.length || !lanesOfOperations) return;
    const from = Math.min(...marks.map((mark) => mark[START]));
    const to = Math.max(...marks.map((mark) => (mark[END] === null ? mark[START] : mark[END])));
    const margin = Math.max((to - from) * 0.15, end / 400);
    lit = op;
    zoom(from - margin, to + margin);
    for (const plot of plots) plot.redraw(false);
    lanesOfOperations.root.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-op], button[data-anomaly]");
    if (!button) return;
    const all = [...button.closest("details").querySelectorAll("[data-op]")].map((each) => Number(each.dataset.op));
    if (button.dataset.op) show([Number(button.dataset.op)], Number(button.dataset.op));
    else show(all, all[0]);
  });
  const followHash = () => {
    const found = /^#anomaly-(\d+)$/.exec(location.hash);
    if (found) open(found[1]);
  };
  addEventListener("hashchange", followHash);

  /* Put it together. */
  const toolbar = element("div", "", "toolbar");
  const reset = element("button", "Reset zoom");
  reset.type = "button";
  reset.addEventListener("click", () => zoom(0, end));
  toolbar.append(reset, range);
  place.append(toolbar);
  document.body.append(tip);

  const legend = (lanes) =>
    [...new Map(lanes.spans.map((span) => [span.tone, span.label])).keys()]
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .map((tone) => {
        const made = swatch(tone === "leaderless" ? "no leader" : tone);
        made.firstChild.style.background = toneColour(tone);
        made.firstChild.dataset.tone = tone;
        return made;
      });
  addSpans("Phases", data.phases, { axis: true });
  addSpans("Faults by target", data.faults, {});
  addSpans("Leader of each log; the fill is the share of replicas in sync", data.leaders, {
    swatches: legend(data.leaders),
  });
  const lanesOfOperations = addOperations();
  data.charts.forEach((chart, at) => addChart(chart, at === data.charts.length - 1));
  zoom(0, end);
  followHash();

  /* Another theme, another width, paper. */
  const restyle = () => {
    colours = new Map();
    for (const box of document.querySelectorAll("[data-tone]")) {
      box.style.background = toneColour(box.dataset.tone);
    }
    for (const plot of plots) plot.redraw(false, true);
  };
  const resize = (wide) => {
    for (const plot of plots) plot.setSize({ width: wide, height: plot.height });
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  addEventListener("resize", () => resize(width()));
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
    document.documentElement.classList.add("paper");
    resize(720);
    restyle();
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
    document.documentElement.classList.remove("paper");
    resize(width());
    restyle();
  });
})();
