/** What a station lets be heard: tones (WebAudio) and the words of instructions. */
import { signal } from "@preact/signals";

import type { Language } from "../../i18n/words";

const STORED = "podherd-station-voice";
const LOCALES = { en: "en-GB", zh: "zh-CN" } as const;
/** Frequency (Hz), start and length (s) of each tone. */
const TONES = {
  right: [[1320, 0, 0.07]],
  done: [
    [1320, 0, 0.07],
    [1760, 0.08, 0.1],
  ],
  wrong: [
    [220, 0, 0.22],
    [196, 0.26, 0.34],
  ],
} as const;

/** Whether instructions are spoken on this machine. */
export const voice = signal(localStorage.getItem(STORED) === "on");
let context: AudioContext | null = null;

/** Has instructions spoken, or not, from now on. */
export function setVoice(on: boolean): void {
  voice.value = on;
  localStorage.setItem(STORED, on ? "on" : "off");
  if (!on) window.speechSynthesis?.cancel();
}

/** Speaks in place of what is being spoken. A browser without voices stays silent. */
export function say(text: string, language: Language): void {
  if (!voice.peek() || !("speechSynthesis" in window)) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = LOCALES[language];
  window.speechSynthesis.cancel();
  window.speechSynthesis.speak(spoken);
}

/** Sounds; a machine without sound stays silent. */
export function sound(kind: keyof typeof TONES): void {
  if (!("AudioContext" in window)) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  for (const [frequency, starts_s, length_s] of TONES[kind]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.type = kind === "wrong" ? "square" : "sine";
    tone.frequency.value = frequency;
    volume.gain.value = kind === "wrong" ? 0.5 : 0.2;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + starts_s);
    tone.stop(context.currentTime + starts_s + length_s);
  }
}
