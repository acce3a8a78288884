/** The header: site, clock, and how fresh the picture is. */

import { age, clock } from "../format.js";
import { setText } from "./rows.js";

const byId = (id) => document.getElementById(id);
const OLD_MS = 3000;

/**
 * What to say about the link. `feed` is a LiveFeed; `age_ms` is the age of the newest frame, null
 * if none has come or, with `drawn`, if it is not known yet. Returns `{state, text, notice}`.
 */
export function linkWords(feed, age_ms, now_ms, drawn = false) {
  const shown = age_ms === null ? "" : `Showing the floor as it was ${age(age_ms)} ago. `;
  if (feed.state === "live" && age_ms === null) {
    return { state: "stale", text: drawn ? "Age not known" : "No picture yet", notice: "" };
  }
  if (feed.state === "live") {
    const old = age_ms > OLD_MS;
    return { state: old ? "stale" : "live", text: old ? `${age(age_ms)} old` : "Live",
      notice: old && age_ms > 3 * OLD_MS ? `No news from the fleet. ${shown}` : "" };
  }
  if (feed.state === "connecting" || feed.retryAt_ms === null) {
    return { state: feed.state, text: "Connecting", notice: shown && `Connection lost. ${shown}` };
  }
  const wait_s = Math.max(0, Math.ceil((feed.retryAt_ms - now_ms) / 1000));
  const notice = `Connection lost. ${shown}Trying again in ${wait_s} s.`;
  return { state: "lost", text: age_ms === null ? "Offline" : `${age(age_ms)} old`, notice };
}

export class Header {
  constructor(retry, say) {
    this.say = say;
    this.state = "";
    this.rate = null;
    this.seen = null;
    byId("notice-retry").addEventListener("click", retry);
  }

  /** Notes a frame, for the speed of the site clock against the wall clock. */
  record(at_ms, now_ms) {
    const { seen } = this;
    if (!seen || at_ms < seen.at_ms || now_ms - seen.now_ms > 3000) this.seen = { at_ms, now_ms };
    else if (now_ms - seen.now_ms > 500) {
      const rate = (at_ms - seen.at_ms) / (now_ms - seen.now_ms);
      this.rate = this.rate === null ? rate : this.rate + 0.4 * (rate - this.rate);
      this.seen = { at_ms, now_ms };
    }
  }

  /** Writes clock and link; `at_ms` is the site time of the newest frame or null. */
  show(feed, at_ms, age_ms, now_ms) {
    if (at_ms !== null) setText(byId("clock"), clock(at_ms));
    const rate = this.rate === null || this.rate < 0.05 ? "" : `×${this.rate.toFixed(this.rate < 9.5 ? 1 : 0)}`;
    setText(byId("clock-rate"), rate);
    const link = linkWords(feed, age_ms, now_ms, at_ms !== null);
    byId("link").dataset.state = link.state;
    setText(byId("link-text"), link.text);
    byId("notice").hidden = !link.notice;
    byId("notice-retry").hidden = feed.state === "live";
    if (link.notice) setText(byId("notice-text"), link.notice);
    document.querySelector(".floor").dataset.stale = String(Boolean(link.notice));
    this.announce(link.state);
  }

  announce(state) {
    if (state === this.state) return;
    if (state === "lost") this.say("Connection lost");
    if (state === "live" && this.state === "lost") this.say("Connected again");
    this.state = state;
  }

  setSite(site) {
    setText(byId("site-name"), site.name);
    byId("site-name").title = site.name;
    document.title = `${site.name} – Podherd`;
  }
}
