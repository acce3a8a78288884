/** What stands around every screen: navigation, connection, preferences, who works here. */
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";

import { may, signOut, who } from "../api/session";
import { t } from "../i18n/words";
import { floor } from "../live/floor";
import { Button } from "../parts/Button";
import { address, follow, go, goInstead, hrefOf } from "../routes/router";
import { type Screen, SCREENS } from "../routes/screens";
import { AlarmBadge } from "./AlarmBadge";
import { ConnectionChip } from "./ConnectionChip";
import { Preferences } from "./Preferences";
import { useShortcuts } from "./shortcuts";
import { ShortcutsDialog } from "./ShortcutsDialog";

/** The screens of who works here. */
export function visibleScreens(): readonly Screen[] {
  return SCREENS.filter((one) => may(one.permission));
}

export function Shell() {
  const [listed, setListed] = useState(false);
  const screens = visibleScreens();
  const shown = screens.find((one) => one.name === address.value.screen);
  useFloor();
  useBeginning(screens);
  useShortcuts([
    { keys: "?", words: "shell.shortcuts", run: () => setListed(true) },
    ...screens.map((one) => ({
      keys: `g ${one.key}`,
      words: `${one.name}.title`,
      run: () => go(one.name),
    })),
  ]);
  return (
    <div class="shell" onClick={follow}>
      <a class="skip" href="#main">
        {t("shell.skip")}
      </a>
      <header class="bar">
        <strong class="brand">{t("shell.product")}</strong>
        {may("see") && <AlarmBadge />}
        {may("see") && <ConnectionChip />}
        <Preferences />
        <span class="who">{who.value}</span>
        <Button kind="quiet" label={t("shell.shortcuts")} onClick={() => setListed(true)}>
          <span aria-hidden="true">{"?"}</span>
        </Button>
        <Button kind="quiet" onClick={() => void signOut()}>
          {t("shell.sign_out")}
        </Button>
        <nav aria-label={t("shell.screens")} class="screens">
          {screens.map((one) => (
            <a
              key={one.name}
              href={hrefOf(one.name)}
              aria-current={one === shown ? "page" : undefined}
            >
              {t(`${one.name}.title`)}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} class="screen">
        {shown ? (
          <Shown key={shown.name} screen={shown} />
        ) : (
          <Elsewhere none={screens.length === 0} />
        )}
      </main>
      {listed && <ShortcutsDialog onClose={() => setListed(false)} />}
    </div>
  );
}

function Elsewhere({ none }: { none: boolean }) {
  return <p class="empty">{none ? t("shell.no_screens") : t("shell.no_such_screen")}</p>;
}

/** Loads a screen when it is first shown, and says so if that or the screen itself fails. */
function Shown({ screen }: { screen: Screen }) {
  const [Content, setContent] = useState<ComponentType | null>(null);
  const [failed, setFailed] = useState(false);
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown));
  useEffect(() => {
    document.title = t("shell.page_title", { screen: t(`${screen.name}.title`) });
  });
  const load = () => {
    setFailed(false);
    screen.load().then(
      (loaded) => setContent(() => loaded.default),
      () => setFailed(true),
    );
  };
  useEffect(load, []);
  if (failed || error) {
    return (
      <div class="empty" role="alert">
        <p>{t("shell.screen_failed")}</p>
        <Button onClick={() => (error ? reset() : load())}>{t("shell.retry")}</Button>
      </div>
    );
  }
  return Content ? <Content /> : <p class="empty">{t("shell.loading")}</p>;
}

/** The link to the floor lives as long as somebody is signed in who may see it. */
function useFloor(): void {
  useEffect(() => {
    if (!may("see")) return;
    floor.link.open();
    return () => floor.link.close();
  }, []);
}

/** `/console/` leads to the first screen. */
function useBeginning(screens: readonly Screen[]): void {
  useEffect(() => {
    const first = screens[0];
    if (address.value.screen === "" && first) goInstead(first.name);
  });
}
