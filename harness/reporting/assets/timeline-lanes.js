/* Lanes: spans (phases, faults, tasks, leadership), and operations one by one or as densities. */
"use strict";

/* Lanes of spans: phases, faults, connectors and tasks, leadership. */
const addSpans = (title, lanes, { axis = false, swatches = [] }) => {
  if (!lanes.names.length) return;
  const more = lanes.left_out
    ? [element("span", `${lanes.left_out} more are not drawn`, "quiet")]
    : [];
  titled(title, [...swatches, ...more]);
  const quietFirst = [...lanes.spans].sort((a, b) => LOUD.has(a.tone) - LOUD.has(b.tone));
  const paint = (plot, box, ratio) => {
    const { ctx } = plot;
    for (const span of quietFirst) {
      const left = plot.valToPos(span.start, "x", true);
      const wide = Math.max(plot.valToPos(span.end, "x", true) - left, 2 * ratio);
      const [top, size] = box(span.lane);
      const fill = toneColour(span.tone);
      const tall = size - 4 * ratio;
      const hatched = HATCHED.has(span.tone);
      ctx.globalAlpha = 0.25;
      ctx.fillStyle = fill;
      if (span.share < 1 || hatched) ctx.fillRect(left, top + 2 * ratio, wide, tall);
      if (hatched) hatch(ctx, left, top + 2 * ratio, wide, tall, ratio);
      ctx.globalAlpha = 1;
      const filled = hatched ? 0 : tall * Math.max(span.share, 0.12);
      ctx.fillRect(left, top + 2 * ratio + tall - filled, wide, filled);
      ctx.fillStyle = span.share < 0.7 || hatched ? colour("ink") : inkOn(fill);
      const from = Math.max(left, plot.bbox.left);
      const room = Math.min(left + wide, plot.bbox.left + plot.bbox.width) - from - 8 * ratio;
      if (room > 5 * ratio)
        ctx.fillText(fitted(ctx, span.label, room), from + 5 * ratio, top + size / 2);
      ctx.fillStyle = colour("ground");
      ctx.fillRect(left, top + 2 * ratio, ratio, tall);
    }
  };
  const read = (lane, time, slack) => {
    const found = lanes.spans.find(
      (span) =>
        span.lane === lane &&
        span.start - slack <= time &&
        time <= span.end + slack &&
        (span.end - span.start <= 2 * slack || (span.start <= time && time <= span.end)),
    );
    if (!found) return null;
    const what = found.note || found.label;
    return { words: `${lanes.names[lane]}: ${what}\n${exact(found.start)} to ${exact(found.end)}` };
  };
  addLanes(lanes.names, { label: title, axis, paint, read });
};
/* Stripes in place of a filling. */
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

/* Operations: one mark each, or a density of too many; those that anomalies name with a pin. */
const [OP, ROW, START, END, OUTCOME, PIN, ANOMALY, TEXT] = [0, 1, 2, 3, 4, 5, 6, 7];
const OUTCOMES = ["ok", "fail", "info"];
const operations = data.operations;
const byOp = new Map(operations.marks.map((mark) => [mark[OP], mark]));
// Pins that count are drawn last, over those that are allowed.
const pinned = operations.marks
  .filter((mark) => mark[PIN])
  .sort((a, b) => (a[PIN] < b[PIN] ? -1 : 1));

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
  ctx.strokeRect(
    left - 3 * ratio,
    top + ratio,
    Math.max(right - left, 2 * ratio) + 6 * ratio,
    size - 2 * ratio,
  );
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
    const most = Math.max(
      1,
      ...lane.column.map((_, at) => lane.ok[at] + lane.fail[at] + lane.info[at]),
    );
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
    const within =
      away <= slack || (mark[START] <= time && mark[END] !== null && time <= mark[END]);
    if (within && away < least) [best, least] = [mark, away];
  }
  if (best)
    return { words: operationWords(best), goes: best[ANOMALY] >= 0, anomaly: best[ANOMALY] };
  return readDensity(lane, time);
};
const operationWords = (mark) => {
  const took =
    mark[END] === null ? "never completed" : `took ${number((mark[END] - mark[START]) * 1000)} ms`;
  const where = mark[ANOMALY] >= 0 ? "click to see the proof" : "see verdict.json";
  const named = mark[PIN]
    ? `\nnamed by an anomaly that ${mark[PIN] === "counts" ? "counts" : "is allowed"}: ${where}`
    : "";
  const who = `operation ${mark[OP]}, ${operations.names[mark[ROW]]}, ${mark[OUTCOME]}`;
  return `${who}\n${mark[TEXT]}\n${exact(mark[START])}, ${took}${named}`;
};
const readDensity = (row, time) => {
  const lane = operations.densities.find((density) => density.lane === row);
  const at = lane ? lane.column.indexOf(Math.floor(time / operations.column)) : -1;
  if (at < 0) return null;
  const counts = OUTCOMES.map((outcome) => `${lane[outcome][at].toLocaleString("en")} ${outcome}`);
  const start = exact(lane.column[at] * operations.column);
  return { words: `${operations.names[row]}, ${start}\n${counts.join(", ")}` };
};
const addOperations = () => {
  if (!operations.names.length) return null;
  const dense = operations.densities.length > 0;
  const words = dense ? "Operations per interval" : "Operations";
  const more = operations.left_out
    ? [element("span", `${operations.left_out} more processes not shown`, "quiet")]
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
    choose: (found) => found && found.goes && openProof(found.anomaly),
    paint: (plot, box, ratio) => {
      (dense ? paintDensities : paintMarks)(plot, box, ratio);
      paintPins(plot, box, ratio);
    },
  });
};
