/** How probable each number of pieces is, as bars and in words. */

import { whole } from "../format.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 440;
const HEIGHT = 112;
const FOOT = 18;
const HEAD = 18;
const LEAST = 0.002;
const MOST_BARS = 41;

function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/**
 * The numbers to draw, from `first` to `last`: all that are probable, those booked, and a little
 * to both sides; around the likeliest one if that is too many.
 */
export function span(probabilities, booked) {
  const shown = probabilities.flatMap((p, n) => (p >= LEAST ? [n] : []));
  const best = probabilities.indexOf(Math.max(...probabilities));
  let first = Math.min(booked, best, ...shown) - 2;
  let last = Math.max(booked, best, ...shown) + 2;
  if (last - first >= MOST_BARS) {
    first = Math.min(best, booked) - 2;
    last = Math.max(best, booked) + 2;
  }
  if (last - first >= MOST_BARS) [first, last] = [best - (MOST_BARS >> 1), best + (MOST_BARS >> 1)];
  return { first: Math.max(0, first), last: Math.min(probabilities.length - 1, last) };
}

/** "99.3 %"; "< 0.1 %" for next to nothing. */
export function chance(p) {
  if (p > 0 && p < 0.001) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/** "7 pieces 99.2 %, 8 pieces 0.6 %; 10 as booked < 0.1 %". */
export function chanceWords(probabilities, booked) {
  const best = probabilities.map((p, n) => ({ p, n })).filter(({ p }) => p >= LEAST)
    .sort((a, b) => b.p - a.p || a.n - b.n).slice(0, 3);
  const told = best.map(({ p, n }) => `${whole(n)} ${n === 1 ? "piece" : "pieces"} ${chance(p)}`);
  return `${told.join(", ")}; ${whole(booked)} as booked ${chance(probabilities[booked] ?? 0)}`;
}

/** Draws into an `<svg>`; the booked number is marked. */
export function drawPosterior(svg, probabilities, booked) {
  const { first, last } = span(probabilities, booked);
  const step = WIDTH / (last - first + 1);
  const most = Math.max(...probabilities);
  const middle = (n) => (n - first + 0.5) * step;
  const every = Math.ceil(30 / step);
  const parts = [];
  for (let n = first; n <= last; n += 1) {
    const height = (probabilities[n] / most) * (HEIGHT - FOOT - HEAD);
    const x = middle(n) - 0.4 * step;
    const at = { x, y: HEIGHT - FOOT - height, width: 0.8 * step, height };
    parts.push(shape("rect", { ...at, class: n === booked ? "pieces booked" : "pieces" }));
    const named = (n - first) % every === 0;
    if (named) parts.push(shape("text", { x: middle(n), y: HEIGHT - 4, class: "number" }, String(n)));
  }
  parts.push(shape("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, class: "axis" }));
  if (booked >= first && booked <= last) parts.push(...mark(middle(booked), booked));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-label", `How probable: ${chanceWords(probabilities, booked)}`);
  svg.replaceChildren(...parts);
}

function mark(x, booked) {
  const anchor = x < 50 ? "start" : x > WIDTH - 50 ? "end" : "middle";
  return [
    shape("line", { x1: x, x2: x, y1: HEAD - 3, y2: HEIGHT - FOOT, class: "books" }),
    shape("text", { x, y: HEAD - 7, class: "books", "text-anchor": anchor }, `booked ${whole(booked)}`),
  ];
}
