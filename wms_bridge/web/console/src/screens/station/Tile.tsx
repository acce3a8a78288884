/** A sign for an article that nobody has photographed: its letters on a pattern of its own. */
const SIDE = 5;

/** Five by five, the same to the left and right, made from a name: true for a filled cell. */
export function pattern(name: string): readonly boolean[] {
  let state = 2166136261;
  for (const letter of name) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16777619);
  const half: boolean[] = [];
  for (let at = 0; at < SIDE * 3; at += 1) {
    state = Math.imul(state ^ (state >>> 13), 1597334677);
    half.push(((state >>> 16) & 1) === 1);
  }
  return Array.from({ length: SIDE * SIDE }, (_, at) => {
    const column = at % SIDE;
    return half[Math.floor(at / SIDE) * 3 + Math.min(column, SIDE - 1 - column)] ?? false;
  });
}

export function Tile({ name, of }: { name: string; of: string }) {
  const letters = [...name.trim()].slice(0, 2).join("").toUpperCase();
  return (
    <svg class="tile" viewBox="0 0 100 100" aria-hidden="true">
      <rect class="tile-ground" width="100" height="100" rx="12" />
      {pattern(of).map(
        (filled, at) =>
          filled && (
            <rect
              key={at}
              class="tile-cell"
              x={8 + (at % SIDE) * 17}
              y={8 + Math.floor(at / SIDE) * 17}
              width="16"
              height="16"
              rx="3"
            />
          ),
      )}
      <text class="tile-letters" x="50" y="52">
        {letters}
      </text>
    </svg>
  );
}
