/** A small curve of a rate over site time. */

import { whole } from "../format.js";

const PAD_PX = 5;

/** `samples` are `{at_ms, rate}` in order of time; `mean` is drawn as a dashed line. */
export function drawSparkline(canvas, samples, mean, palette) {
  const context = sized(canvas);
  const { clientWidth: width, clientHeight: height } = canvas;
  context.clearRect(0, 0, width, height);
  if (samples.length < 2) {
    canvas.setAttribute("aria-label", "Lines per hour over the shift: nothing to show yet");
    return;
  }
  const most = niceAbove(Math.max(mean, ...samples.map((sample) => sample.rate)));
  const place = placer(samples, most, width, height);
  drawArea(context, samples, place, height, palette);
  drawMean(context, place(samples[0].at_ms, mean).y, width, palette);
  drawLast(context, samples.at(-1), place, most, palette, width);
  const rates = samples.map((sample) => sample.rate);
  canvas.setAttribute("aria-label", `Lines per hour over the shift: from ${whole(Math.min(...rates))}`
    + ` to ${whole(Math.max(...rates))}, now ${whole(rates.at(-1))}`);
}

function sized(canvas) {
  const dpr = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth * dpr, canvas.clientHeight * dpr].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(dpr, 0, 0, dpr, 0, 0);
  return context;
}

/** The next of 1, 2, 3, 5 times a power of ten. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 1.5, 2, 3, 4, 5, 7.5, 10].map((step) => step * power).find((step) => step >= value);
}

function placer(samples, most, width, height) {
  const [start, end] = [samples[0].at_ms, samples.at(-1).at_ms];
  return (at_ms, rate) => ({
    x: ((at_ms - start) / Math.max(1, end - start)) * (width - 2 * PAD_PX),
    y: height - PAD_PX - (rate / most) * (height - 3 * PAD_PX),
  });
}

function drawArea(context, samples, place, height, palette) {
  const points = samples.map(({ at_ms, rate }) => place(at_ms, rate));
  const draw = () => {
    context.beginPath();
    points.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  };
  draw();
  context.lineTo(points.at(-1).x, height);
  context.lineTo(points[0].x, height);
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
  draw();
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.75;
  context.lineJoin = "round";
  context.stroke();
}

function drawMean(context, y, width, palette) {
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.setLineDash([3, 4]);
  context.strokeStyle = palette["ink-2"];
  context.lineWidth = 1;
  context.globalAlpha = 0.6;
  context.stroke();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function drawLast(context, sample, place, most, palette, width) {
  const { x, y } = place(sample.at_ms, sample.rate);
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fillStyle = palette.accent;
  context.fill();
  context.font = `11px ${palette.font}`;
  context.textAlign = "right";
  context.textBaseline = "top";
  context.fillStyle = palette["ink-2"];
  context.fillText(whole(most), width, 0);
}
