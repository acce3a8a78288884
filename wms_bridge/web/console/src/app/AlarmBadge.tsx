/** How many alarms want an acknowledgement, in the bar of every screen; heard when it gets worse. */
import { useEffect, useState } from "preact/hooks";

import { number } from "../i18n/format";
import { t } from "../i18n/words";
import { alarms } from "../live/alarms";
import { SEVERITIES, worstOf } from "../live/severity";
import { hrefOf } from "../routes/router";
import { sound } from "./sound";

/** Counts are spoken at most so often: a flood of alarms must not talk without end. */
const SPOKEN_MS = 5000;

export function AlarmBadge() {
  useEffect(() => {
    alarms.open();
    return () => alarms.close();
  }, []);
  useEffect(() => alarms.critical.subscribe((change) => change && sound()), []);
  const worst = worstOf(alarms.wanting.value);
  const lost = alarms.link.state.value !== "live";
  const words = wordsOf();
  return (
    <>
      <a
        class="alarm-badge"
        href={hrefOf("alarms")}
        data-severity={worst ?? "none"}
        data-lost={lost}
        aria-label={words}
        title={words}
      >
        <Bell />
        <span class="alarm-badge-count" aria-hidden="true">
          {alarms.known.value ? number(alarms.total.value) : "…"}
        </span>
      </a>
      <Spoken />
    </>
  );
}

/** "3 alarms want acknowledgement: 1 critical, 2 high"; and whether that may be old. */
function wordsOf(): string {
  if (!alarms.known.value) return t("shell.alarms.unknown");
  const parts = SEVERITIES.filter((one) => alarms.wanting.value[one] > 0).map((one) =>
    t(`shell.alarms.of.${one}`, { count: alarms.wanting.value[one] }),
  );
  const told = t("shell.alarms.wanting", { count: alarms.total.value });
  const all = parts.length > 0 ? t("shell.alarms.by", { told, parts: parts.join(", ") }) : told;
  const lost = alarms.link.state.value === "lost";
  return lost ? t("shell.alarms.old", { told: all }) : all;
}

function Spoken() {
  const [text, setText] = useState("");
  const { critical } = alarms;
  const words = wordsOf();
  useEffect(() => {
    if (!alarms.known.value) return;
    const timer = setTimeout(() => setText(words), SPOKEN_MS);
    return () => clearTimeout(timer);
  }, [words]);
  useEffect(() => {
    if (!critical.value) return;
    const { kind, subject } = critical.value;
    setText(t("shell.alarms.critical", { title: t(`alarms.kind.${kind}.title`), subject }));
  }, [critical.value]);
  return (
    <span class="only-heard" role="status" data-spoken>
      {text}
    </span>
  );
}

function Bell() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path
        d="M10 2a5 5 0 0 0-5 5v3.2L3.4 13.6A.9.9 0 0 0 4.2 15h11.6a.9.9 0 0 0 .8-1.4L15 10.2V7a5 5 0 0 0-5-5Zm-2 14a2 2 0 0 0 4 0Z"
        fill="currentColor"
      />
    </svg>
  );
}
