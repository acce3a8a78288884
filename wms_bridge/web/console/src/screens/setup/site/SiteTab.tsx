/** The site: rules on the floor that runs, and the draft of the site file for the next start. */
import "./site.css";

import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { address, setQuery } from "../../../routes/router";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";
import type { Site } from "./cells";
import { DraftEditor } from "./DraftEditor";
import { FloorRules } from "./FloorRules";

export function SiteTab() {
  const site = useLoaded(async () => (await ask(api.GET("/v1/site"))) as unknown as Site);
  const rules = useLoaded(
    async () =>
      (await ask(api.GET("/v1/rules"))).rules as unknown as readonly Schema["RuleRecord"][],
    "",
    5_000,
  );
  const drafting = address.value.query.mode === "draft";
  const [zoom, setZoom] = useState(1);
  if (!site.data || !rules.data) return <Waiting of={site.data ? rules : site} />;
  const modes = (
    <div class="setup-modes" role="group" aria-label={t("setup.site.modes")}>
      <Button pressed={!drafting} onClick={() => setQuery({ mode: "" })}>
        {t("setup.site.now")}
      </Button>
      <Button pressed={drafting} onClick={() => setQuery({ mode: "draft" })}>
        {t("setup.site.draft")}
      </Button>
      <Button
        label={t("setup.site.farther")}
        disabled={zoom <= 1}
        onClick={() => setZoom(Math.max(1, zoom / 1.5))}
      >
        {"−"}
      </Button>
      <Button
        label={t("setup.site.closer")}
        disabled={zoom >= 8}
        onClick={() => setZoom(Math.min(8, zoom * 1.5))}
      >
        {"+"}
      </Button>
    </div>
  );
  return drafting ? (
    <DraftEditor modes={modes} zoom={zoom} />
  ) : (
    <FloorRules site={site.data} rules={rules} modes={modes} zoom={zoom} />
  );
}
