/** What the bridge measured, for the window and the station chosen; asked for again and again. */
import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { type Figures, type Name, type Window, windowOf } from "./figures";

export interface Measured {
  window: Window;
  zone: string;
  /** The shift that is going on, if one is. */
  shift: string;
  figures: Figures;
  at_ms: readonly number[];
  series: Readonly<Record<string, readonly (number | null)[]>>;
  stations: Readonly<Record<string, Figures>>;
  shifts: readonly Schema["ShiftKpis"][];
  /** When this came (ms of `performance.now()`). */
  heard_ms: number;
}

export const EVERY_MS = 10_000;

/** Asks now and every 10 s until the function returned is called. */
export function watch(
  key: Window["key"],
  station: string,
  names: readonly Name[],
  told: (measured: Measured) => void,
  failed: (words: string) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let over = false;
  const next = async () => {
    try {
      const measured = await measure(key, station, names);
      if (!over) told(measured);
    } catch (error) {
      if (!over) failed(problemWords(asProblem(error)));
    }
    if (!over) timer = setTimeout(() => void next(), EVERY_MS);
  };
  void next();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

async function measure(
  key: Window["key"],
  station: string,
  names: readonly Name[],
): Promise<Measured> {
  const [now, byShift] = await Promise.all([
    ask(api.GET("/v1/kpis/live", { params: { query: { minutes: 1 } } })),
    ask(api.GET("/v1/kpis/shifts")),
  ]);
  const { shifts, zone } = byShift;
  const going = shifts.find((one) => one.from_ms < now.to_ms && now.to_ms <= one.to_ms);
  const window = windowOf(key, now.to_ms, going?.from_ms ?? null);
  const minutes = Math.round((window.to_ms - window.from_ms) / 60_000);
  const [whole, series] = await Promise.all([
    ask(api.GET("/v1/kpis/live", { params: { query: { minutes } } })),
    ask(api.GET("/v1/kpis/series", { params: { query: queryOf(window, station, names) } })),
  ]);
  const stations = whole.stations as unknown as Record<string, Figures>;
  const figures = station ? (stations[station] ?? {}) : (whole.figures as unknown as Figures);
  return {
    window,
    zone,
    shift: going?.shift ?? "",
    figures,
    at_ms: series.at_ms,
    series: series.series,
    stations,
    shifts,
    heard_ms: performance.now(),
  };
}

/** Saves the series that is shown as a file. Throws a Problem. */
export async function saveSeries(
  window: Window,
  station: string,
  names: readonly Name[],
): Promise<void> {
  const query = { ...queryOf(window, station, names), bom: true };
  const path = "/v1/kpis/series.csv";
  save(await ask(api.GET(path, { params: { query }, parseAs: "text" })), "key-figures.csv");
}

/** Saves the shifts as a file. Throws a Problem. */
export async function saveShifts(): Promise<void> {
  const path = "/v1/kpis/shifts.csv";
  const query = { bom: true };
  save(await ask(api.GET(path, { params: { query }, parseAs: "text" })), "shifts.csv");
}

function queryOf(window: Window, station: string, names: readonly Name[]) {
  const { from_ms, to_ms, step_s } = window;
  return { from_ms, to_ms, step_s, names: [...names], ...(station ? { station } : {}) };
}

function save(text: string, name: string): void {
  // The mark that some spreadsheets need is lost when the answer is read as text.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
