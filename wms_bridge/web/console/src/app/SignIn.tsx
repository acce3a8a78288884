/** Who works here? By name and password, or by an API key. */
import { useState } from "preact/hooks";

import { asProblem, problemWords } from "../api/problem";
import { ended, me, signIn, signInByKey } from "../api/session";
import { t } from "../i18n/words";
import { Button } from "../parts/Button";
import { Field } from "../parts/Field";
import { Tabs } from "../parts/Tabs";
import { Preferences } from "./Preferences";

export function SignIn() {
  const [way, setWay] = useState("account");
  const tabs = [
    { key: "account", title: t("shell.account"), content: () => <ByAccount key="account" /> },
    { key: "key", title: t("shell.api_key"), content: () => <ByKey key="key" /> },
  ];
  return (
    <main class="sign-in" id="main">
      <h1>{t("shell.sign_in")}</h1>
      {ended.value && <p role="alert">{t("shell.session_ended")}</p>}
      <Tabs label={t("shell.sign_in_by")} tabs={tabs} chosen={way} onChoose={setWay} />
      <Preferences />
    </main>
  );
}

function ByAccount() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <SignInForm act={() => signIn(name, password)}>
      <Field
        label={t("shell.name")}
        value={name}
        onValue={setName}
        autocomplete="username"
        required
      />
      <Field
        label={t("shell.password")}
        type="password"
        value={password}
        onValue={setPassword}
        autocomplete="current-password"
        required
      />
    </SignInForm>
  );
}

function ByKey() {
  const [key, setKey] = useState("");
  return (
    <SignInForm act={() => signInByKey(key)}>
      <Field
        label={t("shell.api_key")}
        type="password"
        value={key}
        onValue={setKey}
        autocomplete="off"
        required
      />
    </SignInForm>
  );
}

function SignInForm({
  act,
  children,
}: {
  act: () => Promise<void>;
  children: preact.ComponentChildren;
}) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await act();
      if (me.value === null) setWrong(t("shell.problem.unauthorized"));
    } catch (error) {
      setWrong(problemWords(asProblem(error)));
    }
    setBusy(false);
  };
  return (
    <form class="sign-in-form" onSubmit={submit}>
      {children}
      {wrong && (
        <p class="field-wrong" role="alert">
          {wrong}
        </p>
      )}
      <Button type="submit" kind="main" disabled={busy}>
        {t("shell.sign_in")}
      </Button>
    </form>
  );
}
