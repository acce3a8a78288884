/** Something asked of the bridge, kept up to date while a component is shown. */
import { useEffect, useRef, useState } from "preact/hooks";

import { asProblem, type Problem } from "../../api/problem";

export interface Loaded<Data> {
  data: Data | null;
  problem: Problem | null;
  /** Asks again now. */
  again: () => void;
}

/** What `ask` gives, asked anew whenever `key` changes and every `every_ms`. */
export function useLoaded<Data>(
  ask: () => Promise<Data>,
  key: string,
  every_ms: number | null,
): Loaded<Data> {
  const [state, setState] = useState<{ data: Data | null; problem: Problem | null }>({
    data: null,
    problem: null,
  });
  const turn = useRef(0);
  const again = () => {
    turn.current += 1;
    const mine = turn.current;
    ask().then(
      (data) => {
        if (mine === turn.current) setState({ data, problem: null });
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
