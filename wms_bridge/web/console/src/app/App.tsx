/** The console: a sign-in, or the shell with the screen asked for. */
import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../api/problem";
import { look, me } from "../api/session";
import { t } from "../i18n/words";
import { Button } from "../parts/Button";
import { Toasts } from "../parts/Toast";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

export function App() {
  return (
    <>
      <Content />
      <Toasts />
    </>
  );
}

function Content() {
  const [wrong, setWrong] = useState("");
  const ask = () => {
    setWrong("");
    look().catch((error: unknown) => setWrong(problemWords(asProblem(error))));
  };
  useEffect(ask, []);
  if (me.value === null) return <SignIn />;
  if (me.value !== undefined) return <Shell key={me.value.who} />;
  if (!wrong) return <p class="empty">{t("shell.loading")}</p>;
  return (
    <main class="sign-in" id="main">
      <p role="alert">{wrong}</p>
      <Button onClick={ask}>{t("shell.retry")}</Button>
    </main>
  );
}
