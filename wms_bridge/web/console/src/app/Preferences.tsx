/** Language and theme, kept on this machine. */
import { chooseLanguage, language, LANGUAGES, t } from "../i18n/words";
import { Choice } from "../parts/Choice";
import { choice, CHOICES, choose } from "../theme/theme";

export function Preferences() {
  return (
    <div class="preferences">
      <Choice
        label={t("shell.language")}
        value={language.value}
        options={LANGUAGES.map((one) => ({ value: one, text: t(`shell.languages.${one}`) }))}
        onValue={chooseLanguage}
      />
      <Choice
        label={t("shell.theme")}
        value={choice.value}
        options={CHOICES.map((one) => ({ value: one, text: t(`shell.themes.${one}`) }))}
        onValue={choose}
      />
    </div>
  );
}
