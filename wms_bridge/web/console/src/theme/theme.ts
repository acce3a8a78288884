/** Light or dark: as the reader's system is, or as the reader has chosen on this machine. */
import { computed, effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";
export type Choice = Theme | "system";
export const CHOICES: readonly Choice[] = ["system", "light", "dark"];
const KEY = "podherd-theme";

const system = signal<Theme>("light");
export const choice = signal<Choice>("system");

/** The theme in force. */
export const theme = computed<Theme>(() =>
  choice.value === "system" ? system.value : choice.value,
);

/** Follows the system and the reader's choice from now on. */
export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const look = () => (system.value = dark.matches ? "dark" : "light");
  dark.addEventListener("change", look);
  look();
  const kept = localStorage.getItem(KEY);
  choice.value = CHOICES.find((one) => one === kept) ?? "system";
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}

/** Has a theme from now on, on this machine. */
export function choose(wanted: Choice): void {
  choice.value = wanted;
  localStorage.setItem(KEY, wanted);
}
