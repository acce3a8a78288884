/** Time waited per cell of the floor, fading away. No DOM, no clock. */

/** After so long half of what was waited is forgotten (ms of site time). */
export const HALF_LIFE_MS = 300_000;
/** A gap longer than this is not one of waiting: nobody looked. */
const LONGEST_MS = 5000;
const FAINT_S = 0.01;

export interface Cell {
  /** Column and row of the cell; its centre is `column * pitch`, `row * pitch`. */
  column: number;
  row: number;
  /** Seconds waited here, faded. */
  waited_s: number;
}

export class Heat {
  private readonly cells = new Map<string, Cell>();
  private at_ms: number | null = null;

  constructor(private readonly pitch_m: number) {}

  /** Robots wait at places (`x_m`, `y_m`) at `at_ms` of site time, and did since the last call. */
  wait(places: Iterable<readonly [number, number]>, at_ms: number): void {
    const passed_ms = this.at_ms === null ? 0 : at_ms - this.at_ms;
    this.at_ms = at_ms;
    if (passed_ms <= 0) {
      if (passed_ms < 0) this.cells.clear();
      return;
    }
    this.fade(passed_ms);
    if (passed_ms > LONGEST_MS) return;
    for (const [x_m, y_m] of places) this.add(x_m, y_m, passed_ms / 1000);
  }

  /** All cells where somebody has waited lately. */
  all(): readonly Cell[] {
    return [...this.cells.values()];
  }

  private add(x_m: number, y_m: number, waited_s: number): void {
    const [column, row] = [Math.round(x_m / this.pitch_m), Math.round(y_m / this.pitch_m)];
    const key = `${column},${row}`;
    const cell = this.cells.get(key);
    if (cell) cell.waited_s += waited_s;
    else this.cells.set(key, { column, row, waited_s });
  }

  private fade(passed_ms: number): void {
    const left = 0.5 ** (passed_ms / HALF_LIFE_MS);
    for (const [key, cell] of this.cells) {
      cell.waited_s *= left;
      if (cell.waited_s < FAINT_S) this.cells.delete(key);
    }
  }
}

/** How hot a cell is shown, from 0 to 1: a minute of waiting is hot. */
export function warmth(waited_s: number): number {
  return 1 - Math.exp(-waited_s / 30);
}
