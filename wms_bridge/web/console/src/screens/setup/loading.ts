/** Something asked of the bridge, kept up to date while a component is shown. */
import { useEffect, useRef, useState } from "preact/hooks";

import { asProblem, type Problem } from "../../api/problem";

export interface Loaded<Data> {
  data: Data | null;
  problem: Problem | null;
  /** When `data` came (ms since 1970 by this machine). */
  at_ms: number;
  /** Asks again now. */
  again: () => void;
}

/** What `ask` gives, asked anew whenever `key` changes and, with `every_ms`, over and over. */
export function useLoaded<Data>(
  ask: () => Promise<Data>,
  key = "",
  every_ms: number | null = null,
): Loaded<Data> {
  const [state, setState] = useState<Omit<Loaded<Data>, "again">>({
    data: null,
    problem: null,
    at_ms: 0,
  });
  const turn = useRef(0);
  const again = () => {
    turn.current += 1;
    const mine = turn.current;
    ask().then(
      (data) => {
        if (mine === turn.current) setState({ data, problem: null, at_ms: Date.now() });
      },
      (error: unknown) => {
        const problem = asProblem(error);
        if (mine === turn.current) setState((last) => ({ ...last, problem }));
      },
    );
  };
  useEffect(() => {
    again();
    const timer = every_ms === null ? 0 : setInterval(again, every_ms);
    return () => {
      turn.current += 1;
      clearInterval(timer);
    };
  }, [key]);
  return { ...state, again };
}
