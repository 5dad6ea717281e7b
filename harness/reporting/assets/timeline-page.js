/* Charts, the way from an anomaly to the timeline and back, and everything put in its place. */
"use strict";

/* Charts. */
const decades = (_, __, least, most) => {
  const found = [];
  for (let at = Math.ceil(Math.log10(least) - 1e-9); 10 ** at <= most * 1.001; at += 1)
    found.push(10 ** at);
  return found;
};
const addChart = (chart, axis) => {
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
        y: logarithmic
          ? {
              distr: 3,
              range: (_, least, most) => uPlot.rangeLog(least || 1, most || 10, 10, true),
            }
          : { range: (_, __, most) => [0, Math.max(1, most * 1.08)] },
      },
      axes: [
        timeAxis(axis),
        {
          size: GUTTER,
          gap: 6,
          font: FONT,
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
const openProof = (anomaly) => {
  const found = document.getElementById(`anomaly-${anomaly}`);
  if (!found) return;
  found.open = true;
  history.replaceState(null, "", `#${found.id}`);
  found.scrollIntoView({ block: "start" });
};
const showOperations = (ops, op) => {
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
  const all = [...button.closest("details").querySelectorAll("[data-op]")].map((each) =>
    Number(each.dataset.op),
  );
  if (button.dataset.op) showOperations([Number(button.dataset.op)], Number(button.dataset.op));
  else showOperations(all, all[0]);
});
const followHash = () => {
  const found = /^#anomaly-(\d+)$/.exec(location.hash);
  if (found) openProof(found[1]);
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

/* One swatch for each look among the spans; `words` says what it stands for. */
const legend = (lanes, words) =>
  [...new Map(lanes.spans.map((span) => [span.tone, span]))]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([tone, span]) => {
      const made = swatch(words(span), "", HATCHED.has(tone) ? "hatched" : "");
      made.firstChild.style.color = toneColour(tone);
      made.firstChild.dataset.tone = tone;
      return made;
    });
addSpans("Phases", data.phases, { axis: true });
addSpans("Faults by target", data.faults, {});
addSpans("Connectors and tasks by worker", data.tasks, {
  swatches: legend(data.tasks, (span) => span.label),
});
addSpans("Consumer groups: members reported by the coordinator, and generations", data.groups, {
  swatches: legend(data.groups, (span) => span.tone.replace("group-", "")),
});
addSpans("Partition leaders (bar height: in-sync share)", data.leaders, {
  swatches: legend(data.leaders, (span) =>
    span.tone === "leaderless" ? "no leader" : span.tone,
  ),
});
const lanesOfOperations = addOperations();
data.charts.forEach((chart, at) => addChart(chart, at === data.charts.length - 1));
zoom(0, end);
followHash();

/* Another theme, another width, paper. */
const restyle = () => {
  colours = new Map();
  for (const box of document.querySelectorAll("[data-tone]")) {
    box.style.color = toneColour(box.dataset.tone);
  }
  for (const plot of plots) plot.redraw(false, true);
};
const resize = (wide) => {
  for (const plot of plots) plot.setSize({ width: wide, height: plot.height });
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
addEventListener("resize", () => resize(width()));
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) each.open = true;
  document.documentElement.classList.add("paper");
  resize(720);
  restyle();
});
addEventListener("afterprint", () => {
  for (const each of folded) each.open = false;
  document.documentElement.classList.remove("paper");
  resize(width());
  restyle();
});
