/** The draft in hand: changes kept in the page until they are saved, checked as they are made. */
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { asProblem, type Problem } from "../../../api/problem";
import { type Loaded, useLoaded } from "../loading";
import type { Site } from "./cells";

export type Told = Omit<Schema["DraftTold"], "site"> & { site: Site };
export type Fault = Schema["SiteFault"];

const CHECK_AFTER_MS = 350;
const MOST_UNDONE = 100;

export interface Drafting {
  /** The draft as the bridge last told it. */
  loaded: Loaded<Told>;
  /** The site in hand. */
  site: Site;
  /** The draft that it was made from. */
  base: Told;
  changed: boolean;
  /** Somebody else has saved another version since. */
  stale: boolean;
  faults: readonly Fault[];
  checking: boolean;
  problem: Problem | null;
  canUndo: boolean;
  edit: (site: Site) => void;
  undo: () => void;
  /** Takes what the bridge told in place of what is in hand. */
  adopt: (told: Told) => void;
}

export function useDrafting(): Drafting | Loaded<Told> {
  const loaded = useLoaded(askDraft, "", 10_000);
  const [base, setBase] = useState<Told | null>(null);
  const [steps, setSteps] = useState<readonly Site[]>([]);
  const check = useCheck(steps.at(-1) ?? null, base);
  const adopt = (told: Told) => {
    setBase(told);
    setSteps([told.site]);
  };
  const told = loaded.data;
  const changed = steps.length > 1;
  const newer = told !== null && (base === null || told.version > base.version);
  useEffect(() => {
    if (told && newer && !changed) adopt(told);
  }, [told?.version, changed, newer]);
  const site = steps.at(-1);
  if (!base || !site) return loaded;
  return {
    loaded,
    site,
    base,
    changed,
    stale: newer && changed,
    ...check,
    canUndo: steps.length > 1,
    edit: (next) => setSteps([...steps.slice(-MOST_UNDONE), next]),
    undo: () => setSteps(steps.length > 1 ? steps.slice(0, -1) : steps),
    adopt,
  };
}

async function askDraft(): Promise<Told> {
  return (await ask(api.GET("/v1/site/draft"))) as unknown as Told;
}

/** What the bridge finds wrong with a site: asked once nothing has changed for a moment. */
function useCheck(site: Site | null, base: Told | null) {
  const [found, setFound] = useState<readonly Fault[]>([]);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const turn = useRef(0);
  useEffect(() => {
    turn.current += 1;
    const mine = turn.current;
    if (!site || site === base?.site) {
      setFound(base?.faults ?? []);
      setChecking(false);
      return;
    }
    setChecking(true);
    const timer = setTimeout(() => {
      const body = { site: site as unknown as Record<string, never> };
      ask(api.POST("/v1/site/draft/check", { body }))
        .then((told) => {
          if (mine !== turn.current) return;
          setFound(told.faults);
          setProblem(null);
        })
        .catch((error: unknown) => mine === turn.current && setProblem(asProblem(error)))
        .finally(() => mine === turn.current && setChecking(false));
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [site, base]);
  return { faults: found, checking, problem };
}
