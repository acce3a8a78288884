/** Draws lines over time with uPlot, in the colours of the theme. Loaded when first needed. */
import "uplot/dist/uPlot.min.css";

import uPlot from "uplot";

import { type Name, written } from "./figures";
import { wallClock } from "./times";

const HEIGHT_PX = 190;
/** Lines differ in colour and in dashes. */
export const LINES = [
  { token: "--accent", dash: [] },
  { token: "--activity-deliver", dash: [8, 4] },
  { token: "--activity-fetch", dash: [2, 3] },
] as const;

interface Wanted {
  box: HTMLElement;
  names: readonly Name[];
  zone: string;
  /** Called with the place under the pointer, null when it is elsewhere. */
  onPoint: (at: number | null) => void;
}

export type Data = readonly (readonly (number | null)[])[];

export class Plot {
  private readonly plot: uPlot;
  private readonly sizes: ResizeObserver;

  constructor({ box, names, zone, onPoint }: Wanted, data: Data) {
    const colour = (token: string) => getComputedStyle(box).getPropertyValue(token).trim();
    const first = names[0] ?? "lines_per_h";
    const axis = {
      stroke: colour("--ink-2"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    const options: uPlot.Options = {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 0.01)] } },
      axes: [
        { ...axis, values: (_, times) => times.map((one) => wallClock(one * 1000, zone)) },
        { ...axis, size: 74, values: (_, values) => values.map((one) => written(first, one)) },
      ],
      series: [
        {},
        ...names.map((_, at) => {
          const line = LINES[at % LINES.length] ?? LINES[0];
          const stroke = colour(line.token);
          return { stroke, width: 2, dash: [...line.dash], points: { size: 4, fill: stroke } };
        }),
      ],
      hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    };
    this.plot = new uPlot(options, aligned(data), box);
    this.sizes = new ResizeObserver(() => {
      this.plot.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT_PX });
    });
    this.sizes.observe(box);
  }

  /** Shows other values. */
  set(data: Data): void {
    this.plot.setData(aligned(data));
  }

  end(): void {
    this.sizes.disconnect();
    this.plot.destroy();
  }
}

/** Times in ms become the seconds that uPlot counts in. */
function aligned([times = [], ...lines]: Data): uPlot.AlignedData {
  return [times.map((one) => (one ?? 0) / 1000), ...lines.map((one) => [...one])];
}
