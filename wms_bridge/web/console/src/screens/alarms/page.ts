/** One page of the list of alarms, read anew whenever there is news; older answers are left out. */
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { alarms } from "../../live/alarms";
import { asked, type Filter, PAGE } from "./filter";

export interface Pages {
  shown: Schema["AlarmsOut"] | null;
  wrong: string;
  /** Places of the first alarm of the page and of the last one, from 1; 0 if there is none. */
  first: number;
  last: number;
  reload: () => void;
  next: (() => void) | null;
  previous: (() => void) | null;
}

export function useAlarms(filter: Filter): Pages {
  const [shown, setShown] = useState<Schema["AlarmsOut"] | null>(null);
  const [wrong, setWrong] = useState("");
  const key = JSON.stringify(filter);
  const [trail, setTrail] = useState<{ key: string; places: readonly string[] }>({
    key,
    places: [],
  });
  const places = trail.key === key ? trail.places : [];
  const latest = useRef(0);
  const reload = () => {
    latest.current += 1;
    const mine = latest.current;
    const request = api.GET("/v1/alarms", {
      params: { query: asked(filter, places.at(-1) ?? null) },
    });
    ask(request).then(
      (answer) => {
        if (mine !== latest.current) return;
        setShown(answer);
        setWrong("");
      },
      (error: unknown) => {
        if (mine === latest.current) setWrong(problemWords(asProblem(error)));
      },
    );
  };
  const { value: heard } = alarms.heard;
  const { value: link } = alarms.link.state;
  useEffect(reload, [key, places.length, heard, link === "live"]);
  const next = shown?.next;
  const before = places.length * PAGE;
  const count = shown?.alarms.length ?? 0;
  return {
    shown,
    wrong,
    first: count > 0 ? before + 1 : 0,
    last: count > 0 ? before + count : 0,
    reload,
    next: next ? () => setTrail({ key, places: [...places, next] }) : null,
    previous: places.length > 0 ? () => setTrail({ key, places: places.slice(0, -1) }) : null,
  };
}
